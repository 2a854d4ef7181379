import type { SwimContext } from './context.ts';
import type { Gossip } from './gossip.ts';
import { isActive } from './precedence.ts';

/**
 * A newcomer's introduction: for a short time after its join it sends its announcement straight to every member it learns of, some at a time. Gossip
 * alone misses each pair of nodes with a probability of about `e^-retransmits`, which shows when a whole cluster starts at once.
 */
export class Greeter {
  readonly #context: SwimContext;
  readonly #gossip: Gossip;
  #untilMs = 0;

  constructor(context: SwimContext, gossip: Gossip) {
    this.#context = context;
    this.#gossip = gossip;
  }

  /** This node has joined a cluster: members it learned of from now on, and those of the join itself, are greeted. */
  begin(now: number): void {
    this.#untilMs = now + GREET_FOR_MS;
    this.#context.toGreet = this.#context.table.active.map((member) => member.nodeId);
    this.tick(now);
  }

  /** Greets the next few. */
  tick(now: number): void {
    const { toGreet, table, timers, settings } = this.#context;
    if (toGreet === undefined) return;
    for (const nodeId of toGreet.splice(0, BATCH)) {
      const member = table.get(nodeId);
      if (member !== undefined && isActive(member.state)) this.#gossip.send(member.gossipAddress, this.#gossip.selfPart());
    }
    if (toGreet.length === 0 && now >= this.#untilMs) this.#context.toGreet = undefined;
    else timers.set('greeting', 0, settings.gossipIntervalMs);
  }
}

const GREET_FOR_MS = 3000;
/** Members greeted in each gossip interval. */
const BATCH = 64;
