import type { SimulatedFaults } from '../../src/testing/simulation/fault-counters.ts';

/** The counters of a simulation in one level, the kinds of stalls by name. */
export function flat(faults: SimulatedFaults): Record<string, number> {
  const { stalls, ...rest } = faults;
  return { ...rest, ...Object.fromEntries(Object.entries(stalls).map(([place, count]) => [`stalls in ${place}`, count])) };
}

/** Adds the counters of one run to those of others. */
export function addUp(sums: Record<string, number>, counters: Record<string, number>): void {
  for (const [name, count] of Object.entries(counters)) sums[name] = (sums[name] ?? 0) + count;
}
