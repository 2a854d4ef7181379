import { invalidArgument } from '../errors/expect.ts';
import type { Clock, ScheduledTask } from '../ports/clock.ts';

/** The machine's own time: the one place of the library that reads a clock or sets a timer. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  schedule: (delayMs, task, options) => new SystemTimer(delayMs, task, options?.unref === true),
  afterInput: (task) => {
    setImmediate(task);
  },
};

/** A timer of Node.js that keeps two promises `setTimeout` does not: it never runs early, and a delay of more than 24.8 days is not run at once. */
class SystemTimer implements ScheduledTask {
  readonly #task: () => void;
  readonly #dueAt: number;
  readonly #unref: boolean;
  #timeout: NodeJS.Timeout | undefined;

  constructor(delayMs: number, task: () => void, unref: boolean) {
    if (Number.isNaN(delayMs)) throw invalidArgument('delayMs', 'a number', delayMs);
    this.#task = task;
    this.#dueAt = performance.now() + delayMs;
    this.#unref = unref;
    this.#arm(delayMs);
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }

  #arm(remainingMs: number): void {
    this.#timeout = setTimeout(() => this.#onTimeout(), Math.min(Math.ceil(remainingMs), MAX_TIMEOUT_MS));
    if (this.#unref) this.#timeout.unref();
  }

  #onTimeout(): void {
    // setTimeout counts in whole milliseconds of the event loop's cached time, so it can be up to one early.
    const remainingMs = this.#dueAt - performance.now();
    if (remainingMs > 0) this.#arm(remainingMs);
    else this.#task();
  }
}

/** Above it, `setTimeout` warns and runs after 1 ms. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
