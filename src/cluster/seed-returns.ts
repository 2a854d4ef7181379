import type { ScheduledTask } from '../ports/clock.ts';
import type { Runtime } from '../rpc/runtime.ts';
import { type BackoffSettings, backoffMs } from '../util/backoff.ts';
import type { Seed } from './seed.ts';

/** What {@link SeedReturns} works with. */
export interface SeedReturnsOptions {
  readonly runtime: Runtime;
  /** Looks where the seed's nodes are that are not there, and asks them. True when all are there. Never rejects. */
  readonly visit: (seed: Seed) => Promise<boolean>;
}

/**
 * Seeds whose node went: each is asked for soon at first, then less and less often, until all that it stands for is there again. The regular rounds are
 * rare while other nodes are there, and a seed that was started again may know nobody.
 */
export class SeedReturns {
  readonly #options: SeedReturnsOptions;
  readonly #expected = new Map<Seed, ScheduledTask | undefined>();

  constructor(options: SeedReturnsOptions) {
    this.#options = options;
  }

  /** Begins with a seed, unless it is expected already. */
  expect(seed: Seed): void {
    if (!this.#expected.has(seed)) this.#visitLater(seed, 1);
  }

  /** Expects nobody any more. Idempotent. */
  close(): void {
    for (const timer of this.#expected.values()) timer?.cancel();
    this.#expected.clear();
  }

  #visitLater(seed: Seed, attempt: number): void {
    const { clock, random } = this.#options.runtime;
    const visit = async (): Promise<void> => {
      const isBack = await this.#options.visit(seed);
      if (isBack) this.#expected.delete(seed);
      // It may have been closed meanwhile.
      else if (this.#expected.has(seed)) this.#visitLater(seed, attempt + 1);
    };
    const timer = clock.schedule(backoffMs(attempt, PAUSES, random), () => void visit(), { unref: true });
    this.#expected.set(seed, timer);
  }
}

const PAUSES: BackoffSettings = { firstMs: 2_000, factor: 1.5, maxMs: 60_000, jitter: 0.25 };
