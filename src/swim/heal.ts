import type { SwimContext } from './context.ts';
import type { Gossip } from './gossip.ts';
import { hasAddress, type Member } from './member.ts';
import type { Membership } from './membership.ts';

/**
 * The ways back together after a partition or a crash. Each works alone; all are on by default, with jitter.
 *
 * - A failed member is contacted again, now and then, with probability failed / alive, so that the whole cluster makes about as many attempts
 *   as there are failed nodes.
 * - The seeds are joined again: often while this node is alone, rarely else.
 * - A sender that is held for suspect, failed or left is told so, and can object.
 */
export class Heal {
  readonly #context: SwimContext;
  readonly #gossip: Gossip;
  readonly #membership: Membership;
  readonly #hasSeeds: boolean;
  #aloneRound = 0;
  #reconnectRound = 0;
  #failuresSeen = 0;
  #wasAlone = true;
  #lastAskMs = Number.NEGATIVE_INFINITY;

  constructor(context: SwimContext, parts: { readonly gossip: Gossip; readonly membership: Membership; readonly hasSeeds: boolean }) {
    this.#context = context;
    this.#gossip = parts.gossip;
    this.#membership = parts.membership;
    this.#hasSeeds = parts.hasSeeds;
  }

  start(): void {
    this.#context.timers.set('housekeeping', 0, HOUSEKEEPING_MS);
    this.#scheduleReconnect();
    if (!this.#hasSeeds) return;
    this.#context.push({ kind: 'joinSeeds', reason: 'start' });
    this.#scheduleAlone();
  }

  /** The number of members that take part has changed. */
  noteSize(): void {
    const { table, failures, random } = this.#context;
    if (failures !== this.#failuresSeen) {
      this.#failuresSeen = failures;
      this.#reconnectRound = 0;
      this.#scheduleReconnect();
    }
    const isAlone = table.active.length === 0;
    if (isAlone === this.#wasAlone) return;
    this.#wasAlone = isAlone;
    if (!this.#hasSeeds) return;
    this.#aloneRound = 0;
    if (isAlone) this.#scheduleAlone();
    else this.#scheduleRejoin(random.next());
  }

  /** It is time to join the seeds again. */
  handleSeedsTimer(): void {
    const isAlone = this.#context.table.active.length === 0;
    this.#context.push({ kind: 'joinSeeds', reason: isAlone ? 'alone' : 'periodic' });
    if (isAlone) this.#scheduleAlone();
    else this.#scheduleRejoin(this.#jitter());
  }

  /** It is time to try a failed member again. */
  handleReconnectTimer(): void {
    const { table, random, clusterSize } = this.#context;
    this.#reconnectRound += 1;
    this.#scheduleReconnect();
    const failed = table.down.reduce((count, member) => count + (isReconnectable(member) ? 1 : 0), 0);
    if (random.next() >= failed / clusterSize) return;
    const [member] = table.sampleDown(1, random, isReconnectable);
    if (member !== undefined) this.#context.requestSync(member, 'reconnect');
  }

  /** Tells a member what is held of it, at most once a second, at the address that the table has. */
  tell(member: Member, now: number): void {
    if (member.toldMs !== undefined && now - member.toldMs < TELL_EVERY_MS) return;
    member.toldMs = now;
    const { state, epoch, incarnation, address, gossipAddress } = member;
    this.#gossip.send(gossipAddress, { kind: 'youAre', state, epoch, incarnation, address, gossipAddress });
  }

  /** Somebody unknown, or with a newer life than is known, sent something: asks who it is, at most once a second. */
  askAbout(known: Member | undefined, now: number): void {
    // Of one that is turned away there is nothing to ask.
    if (now - this.#lastAskMs < TELL_EVERY_MS || (known === undefined && this.#context.isFull)) return;
    this.#lastAskMs = now;
    const { table, random } = this.#context;
    const member = known ?? table.sampleActive(1, random)[0];
    if (member !== undefined) this.#context.requestSync(member, known === undefined ? 'unknownSender' : 'newLife');
  }

  /** Forgets nodes that are long gone, the oldest first when there are too many. Those that a partition is made of are needed to find back together. */
  handleHousekeepingTimer(now: number): void {
    this.#context.timers.set('housekeeping', 0, HOUSEKEEPING_MS);
    this.#forgetOld(now);
  }

  /** Between two rounds of that, not many more may gather than are remembered: whoever makes up nodes must not fill the memory. Cheap when there are few. */
  bound(now: number): void {
    const { table, maxDown } = this.#context;
    if (table.down.length > maxDown * SURPLUS_SHARE + SURPLUS_ITEMS) this.#forgetOld(now);
  }

  #forgetOld(now: number): void {
    const { table, settings, maxDown, partition } = this.#context;
    const missed = new Set(table.down.filter((member) => partition.isMissed(member.nodeId, now)));
    const leastFirst = [...table.down].sort((a, b) => Number(missed.has(a)) - Number(missed.has(b)) || a.stateSinceMs - b.stateSinceMs);
    const surplus = leastFirst.length - maxDown;
    leastFirst.forEach((member, index) => {
      const retentionMs = member.state === 'left' ? settings.leftRetentionMs : settings.failedRetentionMs;
      const isOver = now - member.stateSinceMs >= retentionMs && !missed.has(member);
      if (index < surplus || isOver) this.#membership.forget(member);
    });
  }

  #scheduleReconnect(): void {
    const { settings, timers } = this.#context;
    if (settings.reconnectIntervalMs === 0) return;
    const share = 2 ** Math.min(0, this.#reconnectRound - 3);
    timers.set('reconnect', 0, settings.reconnectIntervalMs * share * this.#jitter());
  }

  #scheduleAlone(): void {
    const { settings, timers } = this.#context;
    const delayMs = Math.min(settings.aloneRejoinMs, FIRST_ALONE_MS * 2 ** this.#aloneRound);
    this.#aloneRound += 1;
    timers.set('seeds', 0, delayMs * this.#jitter());
  }

  #scheduleRejoin(share: number): void {
    const { settings, timers } = this.#context;
    if (settings.seedRejoinIntervalMs > 0) timers.set('seeds', 0, settings.seedRejoinIntervalMs * share);
    else timers.cancel('seeds', 0);
  }

  /** From 0.75 to 1.25. */
  #jitter(): number {
    return 0.75 + this.#context.random.next() / 2;
  }
}

function isReconnectable(member: Member): boolean {
  return member.state === 'failed' && hasAddress(member);
}

const FIRST_ALONE_MS = 1000;
const TELL_EVERY_MS = 1000;
const HOUSEKEEPING_MS = 10_000;
/** Sorting takes time in proportion to the list, so it waits until it is worth it. */
const SURPLUS_SHARE = 1.25;
const SURPLUS_ITEMS = 64;
