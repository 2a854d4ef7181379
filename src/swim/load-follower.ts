import type { SwimContext } from './context.ts';
import type { Gossip } from './gossip.ts';
import type { Member } from './member.ts';
import { isActive } from './precedence.ts';

/**
 * Keeps the loads of some members fresh for whoever balances over them. Every datagram carries its sender's load, but in a large cluster two nodes meet
 * seldom: so members that are followed and that were not heard for `loadIntervalMs` are pinged, in turns and a few at a time.
 */
export class LoadFollower {
  readonly #context: SwimContext;
  readonly #gossip: Gossip;
  #followed = new Set<string>();
  /** Those of them that are still to be looked at in this round. */
  #turn: string[] = [];
  /** Pings without an answer so far. */
  readonly #asked = new Map<string, number>();

  constructor(context: SwimContext, gossip: Gossip) {
    this.#context = context;
    this.#gossip = gossip;
  }

  /** From now on these nodes are followed and no others; of more than {@link MAX_FOLLOWED} the first. */
  follow(nodeIds: readonly string[]): void {
    this.#followed = new Set(nodeIds.slice(0, MAX_FOLLOWED));
    for (const nodeId of this.#asked.keys()) if (!this.#followed.has(nodeId)) this.#asked.delete(nodeId);
    const { timers, phase } = this.#context;
    if (phase === 'running' && this.#followed.size > 0 && !timers.isSet('loads', 0)) timers.set('loads', 0, TICK_MS);
  }

  /** A member reported its load. */
  note(member: Member, load: number, now: number): void {
    const hasChanged = load !== member.load;
    member.load = load;
    member.loadAtMs = now;
    if (!hasChanged && (this.#followed.size === 0 || !this.#followed.has(member.nodeId))) return;
    this.#context.push({ kind: 'loadChanged', nodeId: member.nodeId, load, atMs: now });
  }

  /** The next few are due. */
  tick(now: number): void {
    if (this.#followed.size === 0) return;
    this.#context.timers.set('loads', 0, TICK_MS);
    let pings = Math.min(MAX_PINGS_A_TICK, Math.ceil((this.#followed.size * TICK_MS) / this.#context.settings.loadIntervalMs));
    // Each at most once a tick, however few they are.
    for (let looks = this.#followed.size; looks > 0 && pings > 0; looks--) if (this.#ask(this.#next(), now)) pings -= 1;
  }

  /** True when the answer belonged to a ping for a load. */
  handleAck(sender: Member, sequence: number): boolean {
    if (this.#asked.get(sender.nodeId) !== sequence) return false;
    this.#asked.delete(sender.nodeId);
    return true;
  }

  #ask(nodeId: string | undefined, now: number): boolean {
    // The list of this round may be older than the wish.
    const member = nodeId !== undefined && this.#followed.has(nodeId) ? this.#context.table.get(nodeId) : undefined;
    if (member === undefined || !isActive(member.state)) return false;
    if (member.loadAtMs !== undefined && now - member.loadAtMs < this.#context.settings.loadIntervalMs) return false;
    const sequence = this.#context.nextSequence();
    this.#asked.set(member.nodeId, sequence);
    this.#context.counters.loadPingsSent += 1;
    this.#gossip.ping(member, sequence);
    return true;
  }

  #next(): string | undefined {
    if (this.#turn.length === 0) this.#turn = [...this.#followed];
    return this.#turn.pop();
  }
}

/** More nodes than this are not followed. */
export const MAX_FOLLOWED = 256;
/** At most so many pings in each tick: 50 a second. */
export const MAX_PINGS_A_TICK = 5;
const TICK_MS = 100;
