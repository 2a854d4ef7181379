import type { Clock, ScheduledTask } from '../ports/clock.ts';

/**
 * Notices when this process stood still (a long computation, a stopped container): a short timer that comes late. Whoever handles input asks
 * first, because input that waited through the stall is handled before the late timer.
 */
export class StallWatch {
  readonly #clock: Clock;
  readonly #onTick: () => void;
  #lastTickAt: number;
  #timer: ScheduledTask | undefined;

  /** `onTick` runs every 100 ms. */
  constructor(clock: Clock, onTick: () => void) {
    this.#clock = clock;
    this.#onTick = onTick;
    this.#lastTickAt = clock.now();
  }

  start(): void {
    this.#lastTickAt = this.#clock.now();
    this.#schedule();
  }

  /** Milliseconds this process stood still since the last question or tick; 0 when it did not. */
  takeStallMs(now: number): number {
    const late = now - this.#lastTickAt - TICK_MS;
    if (late < TOLERANCE_MS) return 0;
    this.#lastTickAt = now;
    return late;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = this.#clock.schedule(
      TICK_MS,
      () => {
        this.#onTick();
        this.#lastTickAt = this.#clock.now();
        if (this.#timer) this.#schedule();
      },
      { unref: true },
    );
  }
}

const TICK_MS = 100;
/** Timers come a little late on any busy machine. */
const TOLERANCE_MS = 50;
