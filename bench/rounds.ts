import { Pair, type PairOptions, type PointResult } from './pair.ts';
import { pointName } from './plan.ts';

/** What the contenders gave in their turns. */
export interface Rounds {
  readonly rounds: ReadonlyMap<string, readonly (readonly PointResult[])[]>;
  /** Bytes of heap that a unary call allocates in the client; empty when not asked for. */
  readonly allocations: ReadonlyMap<string, number>;
  /** What went wrong, for each contender that did not get through. It has no further turns and no row in the tables. */
  readonly failures: Map<string, string>;
}

/** Point by point in turns (A B C at the first point, A B C at the second, ...), so that what is compared was measured within seconds. */
export async function runRounds(ids: readonly string[], options: PairOptions & { readonly hasGarbage: boolean }): Promise<Rounds> {
  const rounds = new Map<string, PointResult[][]>(ids.map((id) => [id, []]));
  const allocations = new Map<string, number>();
  const failures = new Map<string, string>();
  const pairs = new Map<string, Pair>(ids.map((id) => [id, new Pair(id, options)]));
  const forEachWorking = async (what: string, task: (pair: Pair, id: string) => Promise<unknown>): Promise<void> => {
    console.error(what);
    for (const [id, pair] of pairs) if (!failures.has(id)) await noteFailure(failures, id, () => task(pair, id));
  };
  try {
    await forEachWorking('warming up', (pair) => pair.open());
    for (let round = 1; round <= options.plan.rounds; round++) {
      for (const results of rounds.values()) results.push([]);
      for (const point of options.plan.points) {
        const what = `round ${round} of ${options.plan.rounds}: ${pointName(point)}`;
        await forEachWorking(what, async (pair, id) => rounds.get(id)?.[round - 1]?.push(await pair.measure(point)));
      }
    }
    if (options.hasGarbage) await forEachWorking('garbage', async (pair, id) => allocations.set(id, await pair.allocation()));
    await forEachWorking('closing', (pair) => pair.close());
  } finally {
    await Promise.all([...pairs.values()].map((pair) => pair.end()));
  }
  return { rounds, allocations, failures };
}

/** Runs the task and notes, under the name, why it failed, if it did. */
export async function noteFailure(failures: Map<string, string>, name: string, task: () => Promise<unknown>): Promise<void> {
  try {
    await task();
  } catch (error) {
    failures.set(name, error instanceof Error ? error.message : String(error));
  }
}
