import type { SwimContext } from './context.ts';
import type { SwimStats } from './swim-options.ts';

/** The numbers about an engine as they are now. */
export function statsOf(context: SwimContext, directTimeoutMs: number): SwimStats {
  const { table, health, queue, counters, phi, partition } = context;
  const byState = { alive: 1, suspect: 0, failed: 0, left: 0 };
  for (const member of table.all()) if (member.isAnnounced) byState[member.state] += 1;
  return {
    ...byState,
    remembered: table.size,
    watched: phi.watched().length,
    healthScore: health.score,
    isPartitioned: partition.isPartitioned,
    newsWaiting: queue.size,
    directTimeoutMs,
    counters: { ...counters, dropped: { ...counters.dropped } },
  };
}
