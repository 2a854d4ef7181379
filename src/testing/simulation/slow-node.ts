import type { EventQueue } from './event-queue.ts';
import type { ActiveRule } from './link-rule.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** How a node is slow. */
export interface SlowOptions {
  /** How long it stalls each time, in milliseconds. */
  readonly stallMs: number;
  /** From one stall to the next, in milliseconds: `stallMs` of it is the duty cycle. The first begins at once. */
  readonly everyMs: number;
  /**
   * What stands still: `loop`, the whole event loop, which the process can notice; or `messages`, what it reads, while its timers run on time, as in a
   * process whose socket is starved. Default `loop`.
   */
  readonly what?: 'loop' | 'messages';
}

/** Stalls one life of a node again and again, until what is returned is removed or the life ends. */
export function beSlow(node: SimulatedNode, options: SlowOptions & { readonly queue: EventQueue }): ActiveRule {
  const { stallMs, everyMs, what = 'loop', queue } = options;
  let isOver = false;
  const stall = (): void => {
    if (isOver || !node.isRunning) return;
    queue.after(everyMs, stall);
    if (what === 'messages') {
      node.setDeaf(true);
      queue.after(stallMs, () => node.setDeaf(false));
    } else if (node.pause()) queue.after(stallMs, () => node.resume());
  };
  stall();
  return {
    remove: () => {
      isOver = true;
    },
  };
}
