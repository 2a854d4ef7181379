import type { Clock } from '../ports/clock.ts';

/** Says how loud a line is that may come again and again for one cause: an error the first time and then once in ten minutes, else only for `debug`. */
export class RepeatedLine {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #loudAtMs = new Map<string, number>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  levelFor(cause: string): 'error' | 'debug' {
    const now = this.#clock.now();
    const last = this.#loudAtMs.get(cause);
    if (last !== undefined && now - last < LOUD_EVERY_MS) return 'debug';
    // Whoever has so many causes may hear of some twice.
    if (this.#loudAtMs.size >= MOST_CAUSES) this.#loudAtMs.clear();
    this.#loudAtMs.set(cause, now);
    return 'error';
  }
}

const LOUD_EVERY_MS = 600_000;
const MOST_CAUSES = 100;
