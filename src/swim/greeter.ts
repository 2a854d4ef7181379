import type { SwimContext } from './context.ts';
import type { Gossip } from './gossip.ts';
import { isActive } from './precedence.ts';

/**
 * A newcomer's introduction: it sends its announcement straight to some members, and gossip takes it to the rest. Gossip misses a pair of nodes now and
 * then, which shows when a whole cluster starts at once; so a newcomer exchanges views with a random member after a second, two and more, until nobody is new to it.
 */
export class Greeter {
  readonly #context: SwimContext;
  readonly #gossip: Gossip;
  #greeted = 0;
  /** Members known at the last exchange. */
  #known = 0;
  #settleMs = 0;
  #settleAfterMs = FIRST_SETTLE_MS;

  constructor(context: SwimContext, gossip: Gossip) {
    this.#context = context;
    this.#gossip = gossip;
  }

  /**
   * This node has joined a cluster: members it learns of from now on, and those of the join itself, may be greeted. With `hasMore` the join told it
   * only of some, and it exchanges views at least once.
   */
  begin(now: number, hasMore: boolean): void {
    const { table } = this.#context;
    this.#greeted = 0;
    this.#known = hasMore ? 0 : table.active.length;
    this.#settleAfterMs = FIRST_SETTLE_MS;
    this.#settleMs = now + this.#settleAfterMs;
    this.#context.toGreet = table.active.map((member) => member.nodeId);
    this.tick(now);
  }

  /** Greets the next few, or finds that all is settled. */
  tick(now: number): void {
    const { toGreet, timers, settings } = this.#context;
    if (toGreet === undefined) return;
    this.#greet(toGreet);
    if (now >= this.#settleMs && !this.#settle(now)) this.#context.toGreet = undefined;
    else timers.set('greeting', 0, settings.gossipIntervalMs);
  }

  #greet(toGreet: string[]): void {
    const { table } = this.#context;
    for (const nodeId of toGreet.splice(0)) {
      const member = table.get(nodeId);
      if (member === undefined || !isActive(member.state) || this.#greeted >= DIRECT_GREETINGS) continue;
      this.#greeted += 1;
      this.#gossip.send(member.gossipAddress, this.#gossip.selfPart());
    }
  }

  /** True when the cluster has grown since the last time: then there may be more that this node does not know. */
  #settle(now: number): boolean {
    const { table, random } = this.#context;
    const hasGrown = table.active.length > this.#known;
    this.#known = table.active.length;
    this.#settleAfterMs = Math.min(2 * this.#settleAfterMs, LAST_SETTLE_MS);
    this.#settleMs = now + this.#settleAfterMs * (0.75 + random.next() / 2);
    const [partner] = hasGrown ? table.sampleActive(1, random) : [];
    if (partner !== undefined) this.#context.requestSync(partner, 'joined');
    return hasGrown;
  }
}

/** To how many members a newcomer announces itself: to all of a small cluster. */
export const DIRECT_GREETINGS = 64;

/** After so long a newcomer exchanges views for the first time; twice as long each time after that. */
const FIRST_SETTLE_MS = 1000;
const LAST_SETTLE_MS = 8000;
