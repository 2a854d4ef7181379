/** How the waits between attempts grow. */
export interface BackoffSettings {
  /** The wait after the first failure, in milliseconds. */
  readonly firstMs: number;
  /** What each further failure multiplies it by. */
  readonly factor: number;
  /** The longest wait, in milliseconds, before jitter. */
  readonly maxMs: number;
  /** How far the wait may be off, as a fraction: 0.2 is 20 % either way, so that many who failed together do not come back together. */
  readonly jitter: number;
}

/** The wait before the next attempt after `failures` in a row (1 or more), in milliseconds. */
export function backoffMs(failures: number, settings: BackoffSettings, random: { next(): number }): number {
  const { firstMs, factor, maxMs, jitter } = settings;
  const base = Math.min(maxMs, firstMs * factor ** (failures - 1));
  return base * (1 + jitter * (2 * random.next() - 1));
}
