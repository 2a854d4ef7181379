import { Queue } from '../../util/queue.ts';
import type { MemoryWorld } from './memory-world.ts';

/** Carries what one end of a connection sends to the other end: in order, nothing lost, each thing after its delay. While the way is cut, all of it waits. */
export class MemoryPipe {
  readonly #world: MemoryWorld;
  readonly #from: string;
  readonly #to: string;
  readonly #queue = new Queue<Delivery>();
  #lastDueAt = Number.NEGATIVE_INFINITY;
  #isArmed = false;
  #isStopped = false;

  constructor(world: MemoryWorld, from: string, to: string) {
    this.#world = world;
    this.#from = from;
    this.#to = to;
  }

  send(deliver: () => void): void {
    if (this.#isStopped) return;
    // A draw of jitter must not let it overtake what was sent before.
    this.#lastDueAt = Math.max(this.#lastDueAt, this.#world.clock.now() + this.#world.drawDelayMs());
    this.#queue.push({ dueAt: this.#lastDueAt, deliver });
    this.arm();
  }

  /** Waits for the next delivery, unless the way is cut. */
  arm(): void {
    const next = this.#queue.peek();
    if (this.#isArmed || next === undefined || this.#world.isCut(this.#from, this.#to)) return;
    this.#isArmed = true;
    this.#world.later(next.dueAt - this.#world.clock.now(), this.#run);
  }

  /** Drops what is under way; nothing is delivered any more. */
  stop(): void {
    this.#isStopped = true;
    this.#queue.clear();
  }

  readonly #run = (): void => {
    this.#isArmed = false;
    const now = this.#world.clock.now();
    // What deliveries send on this pipe again waits for another turn, or one loop could go on for ever.
    for (let left = this.#queue.length; left > 0; left--) {
      const next = this.#queue.peek();
      if (next === undefined || next.dueAt > now || this.#world.isCut(this.#from, this.#to)) break;
      this.#queue.shift();
      next.deliver();
    }
    this.arm();
  };
}

interface Delivery {
  readonly dueAt: number;
  readonly deliver: () => void;
}
