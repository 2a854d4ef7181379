import { ByteWriter } from '../util/byte-writer.ts';
import { transmitLimit } from './broadcast-queue.ts';
import type { SwimContext } from './context.ts';
import { announcedTags } from './large-tags.ts';
import { hasAddress, type Member } from './member.ts';
import { writeHeader, writePart } from './message-codec.ts';
import { type AlivePart, MAX_PARTS, type Part } from './messages.ts';

/**
 * Everything that leaves in datagrams: answers and probes with news in the room that is left, and rounds of news alone. A round comes every
 * `gossipIntervalMs` while there is news, and goes to `gossipFanout` nodes at random, nodes that failed a short time ago included.
 */
export class Gossip {
  readonly #context: SwimContext;
  readonly #writer = new ByteWriter(2048);
  readonly #partWriter = new ByteWriter(1024);

  constructor(context: SwimContext) {
    this.#context = context;
  }

  /** Sends parts to a gossip address, with as much news as fits behind them. */
  send(to: string, ...parts: readonly Part[]): void {
    if (to === '') return;
    this.#begin();
    for (const part of parts) writePart(this.#writer, part);
    this.#addNews(MAX_PARTS - parts.length);
    this.#finish(to);
  }

  /**
   * Pings a member, with more parts behind. A member from which nothing was ever heard may not know this node, and answers nobody it does not know:
   * the announcement goes with the ping.
   */
  ping(member: Member, sequence: number, ...parts: readonly Part[]): void {
    const ping: Part = { kind: 'ping', sequence, targetId: member.nodeId, targetEpoch: member.epoch };
    const isUnheard = member.lastContactMs === undefined || member.state !== 'alive';
    if (isUnheard) this.send(member.gossipAddress, ping, this.selfPart(), ...parts);
    else this.send(member.gossipAddress, ping, ...parts);
  }

  /** Queues news about a node, instead of what waits about it. */
  spread(part: NewsPart): void {
    this.#context.queue.replace(part.nodeId, this.#encode(part));
    this.#schedule();
  }

  /** Queues news about a node beside what waits about it. */
  spreadAlso(part: NewsPart): void {
    this.#context.queue.add(part.nodeId, this.#encode(part));
    this.#schedule();
  }

  /** This node's own announcement. */
  selfPart(): AlivePart {
    const { self } = this.#context;
    const { nodeId, epoch, incarnation, address, gossipAddress } = self;
    return { kind: 'alive', nodeId, epoch, incarnation, address, gossipAddress, ...announcedTags(self) };
  }

  /** One round is due. */
  tick(now: number): void {
    const { queue, settings, timers } = this.#context;
    const targets = this.#chooseTargets(now);
    for (const target of targets) {
      if (queue.size === 0) break;
      this.#sendNews(target.gossipAddress);
    }
    if (queue.size > 0 && targets.length > 0) timers.set('gossip', 0, settings.gossipIntervalMs);
  }

  /** Makes sure that a round comes when there is news and somebody to tell. */
  wake(): void {
    if (this.#context.queue.size > 0) this.#schedule();
  }

  #schedule(): void {
    const { timers, settings, random } = this.#context;
    if (timers.isSet('gossip', 0)) return;
    timers.set('gossip', 0, settings.gossipIntervalMs * random.next());
  }

  #chooseTargets(now: number): readonly Member[] {
    const { table, settings, random } = this.#context;
    const active = table.sampleActive(settings.gossipFanout, random, hasAddress);
    const failed = table.sampleDown(1, random, (member) => isFreshlyFailed(member, now - settings.gossipToFailedMs));
    const failedOne = failed[0];
    // A failed node takes one of the places as often as chance would give it one.
    const share = table.down.length / (table.down.length + table.active.length);
    if (failedOne !== undefined && random.next() < share * settings.gossipFanout) {
      return [...active.slice(0, settings.gossipFanout - 1), failedOne];
    }
    return active;
  }

  /** Some more datagrams than one when the queue is long, as after many joins at once. */
  #sendNews(to: string): void {
    for (let i = 0; i < MAX_DATAGRAMS_A_TARGET; i++) {
      const before = this.#context.queue.size;
      this.#begin();
      const headerEnd = this.#writer.position;
      this.#addNews(MAX_PARTS);
      if (this.#writer.position === headerEnd) return;
      this.#finish(to);
      if (before < LONG_QUEUE) return;
    }
  }

  #begin(): void {
    const { self } = this.#context;
    this.#writer.reset();
    writeHeader(this.#writer, self);
  }

  #addNews(parts: number): void {
    const { queue, settings, clusterSize, loss } = this.#context;
    if (queue.size === 0) return;
    const limit = Math.ceil(transmitLimit(settings.retransmitMult, clusterSize) * loss.resendFactor);
    const bytes = settings.maxDatagramBytes - this.#writer.position;
    queue.take({ bytes, parts }, limit, (item) => this.#writer.writeRaw(item));
  }

  #finish(to: string): void {
    const bytes = this.#writer.take();
    const { counters } = this.#context;
    counters.datagramsSent += 1;
    counters.bytesSent += bytes.length;
    this.#context.push({ kind: 'sendDatagram', to, bytes });
  }

  #encode(part: Part): Uint8Array {
    this.#partWriter.reset();
    writePart(this.#partWriter, part);
    return this.#partWriter.take();
  }
}

/** The parts that are passed on from node to node. */
export type NewsPart = Extract<Part, { readonly kind: 'alive' | 'suspect' | 'failed' | 'left' }>;

function isFreshlyFailed(member: Member, sinceMs: number): boolean {
  return member.state === 'failed' && member.stateSinceMs >= sinceMs && hasAddress(member);
}

/** From this many items on, one datagram for each target and round would take too long. */
const LONG_QUEUE = 32;
const MAX_DATAGRAMS_A_TARGET = 4;
