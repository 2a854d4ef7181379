import type { SwimContext } from './context.ts';
import type { Gossip } from './gossip.ts';
import { hasAddress, type Member } from './member.ts';
import type { PingRequestPart } from './messages.ts';

/**
 * Pings on behalf of others. The relay asks the target under a number of its own, passes the answer on, and says so at 80 % of the asker's
 * patience if there is none: then the asker knows that its own network works. A late answer is still passed on for a while.
 */
export class Relay {
  readonly #context: SwimContext;
  readonly #gossip: Gossip;
  readonly #jobs = new Map<number, Job>();

  constructor(context: SwimContext, gossip: Gossip) {
    this.#context = context;
    this.#gossip = gossip;
  }

  /** A member asks for a ping to another. */
  begin(asker: Member, part: PingRequestPart): void {
    const target = this.#context.table.get(part.targetId);
    if (target === undefined || target.epoch !== part.targetEpoch || !hasAddress(target)) {
      return this.#context.drop('unknownTarget', asker.gossipAddress);
    }
    if (this.#jobs.size >= MAX_JOBS) return this.#context.drop('overloaded', asker.gossipAddress);
    const sequence = this.#context.nextSequence();
    const patienceMs = Math.min(part.timeoutMs, MAX_PATIENCE_MS);
    const job = { askerId: asker.nodeId, askerSequence: part.sequence, targetId: part.targetId, patienceMs, isNackSent: false };
    this.#jobs.set(sequence, job);
    this.#context.timers.set('relay', sequence, patienceMs * NACK_AT);
    this.#gossip.ping(target, sequence);
  }

  /** True when the answer belonged to a relayed ping. */
  handleAck(sender: Member, sequence: number): boolean {
    const job = this.#jobs.get(sequence);
    if (job === undefined || job.targetId !== sender.nodeId) return false;
    this.#end(sequence);
    this.#answer(job, 'ack');
    return true;
  }

  /** The target has not answered for so long. */
  handleTimer(sequence: number): void {
    const job = this.#jobs.get(sequence);
    if (job === undefined) return;
    if (job.isNackSent) return this.#end(sequence);
    job.isNackSent = true;
    if (!this.#context.without.has('nack')) this.#answer(job, 'nack');
    this.#context.timers.set('relay', sequence, job.patienceMs);
  }

  #answer(job: Job, kind: 'ack' | 'nack'): void {
    const asker = this.#context.table.get(job.askerId);
    if (asker !== undefined) this.#gossip.send(asker.gossipAddress, { kind, sequence: job.askerSequence });
  }

  #end(sequence: number): void {
    this.#jobs.delete(sequence);
    this.#context.timers.cancel('relay', sequence);
  }
}

interface Job {
  readonly askerId: string;
  readonly askerSequence: number;
  readonly targetId: string;
  readonly patienceMs: number;
  isNackSent: boolean;
}

/** As a share of the asker's patience. */
const NACK_AT = 0.8;
const MAX_PATIENCE_MS = 60_000;
const MAX_JOBS = 256;
