import { test } from 'node:test';

/**
 * A test that runs once for each of `count` seeds. A failure names its seed; `RPCNET_SIM_SEED=<seed>` runs that one alone, `RPCNET_SIM_SEEDS=<count>`
 * runs more or fewer of them.
 */
export function simulate(name: string, count: number, body: (seed: number) => void): void {
  test(name, () => {
    for (const seed of seedsFor(count)) {
      try {
        body(seed);
      } catch (error) {
        throw new Error(`Seed ${seed} failed (run it alone with RPCNET_SIM_SEED=${seed}): ${String(error)}`, { cause: error });
      }
    }
  });
}

/** The seeds of a test that runs `count` of them unless the environment says otherwise. */
export function seedsFor(count: number): readonly number[] {
  const { RPCNET_SIM_SEED: only, RPCNET_SIM_SEEDS: wanted } = process.env;
  if (only !== undefined) return [Number(only)];
  return Array.from({ length: wanted === undefined ? count : Number(wanted) }, (_, index) => index + 1);
}

/** The value that `share` of all values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('Expected at least one value');
  return value;
}
