import type { Clock } from '../ports/clock.ts';

/** Says whether a line that may come again and again for one cause is to be loud: the first time, and then once in ten minutes. */
export class RepeatedLine {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #loudAtMs = new Map<string, number>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  isLoud(cause: string): boolean {
    const now = this.#clock.now();
    const last = this.#loudAtMs.get(cause);
    if (last !== undefined && now - last < LOUD_EVERY_MS) return false;
    // Whoever has so many causes may hear of some twice.
    if (this.#loudAtMs.size >= MOST_CAUSES) this.#loudAtMs.clear();
    this.#loudAtMs.set(cause, now);
    return true;
  }
}

const LOUD_EVERY_MS = 600_000;
const MOST_CAUSES = 100;
