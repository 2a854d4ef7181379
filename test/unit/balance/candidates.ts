import type { Candidate } from '../../../src/registry/strategy.ts';

/** Candidates `w0`, `w1`, … that cost so much. */
export function withLoads(...loads: readonly number[]): (Candidate & { activeConnections: number; cost: number })[] {
  return loads.map((load, index) => ({ nodeId: `w${index}`, tags: {}, activeConnections: load, cost: load }));
}

export function withIds(...nodeIds: readonly string[]): Candidate[] {
  return nodeIds.map((nodeId) => ({ nodeId, tags: {}, activeConnections: 0, cost: 0 }));
}

/** How often each id was chosen. */
export function countIds(times: number, pick: () => Candidate): Map<string, number> {
  const counts = new Map<string, number>();
  for (let time = 0; time < times; time += 1) {
    const { nodeId } = pick();
    counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
  }
  return counts;
}

/** Pearson's chi-square of counts against equal shares for `kinds` kinds. */
export function chiSquare(counts: ReadonlyMap<string, number>, kinds: number): number {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const expected = total / kinds;
  const observed = [...counts.values(), ...new Array<number>(kinds - counts.size).fill(0)];
  return observed.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
