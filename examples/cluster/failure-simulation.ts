import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterMembership } from 'rpcnet/cluster';

/** Whose failures are simulated. */
export interface SimulatedWorker {
  readonly label: string;
  readonly state: { isFailed: boolean };
  readonly cluster: ClusterMembership;
  /** How long a cycle takes; the phases keep their proportions. */
  readonly cycleMs: number;
  readonly stop: AbortSignal;
}

/**
 * Lets a worker fail and recover again and again: 10 s of work, a warning 3 s before, 5 s failed, about 18 s in all.
 *
 * This is the failure of a worker whose process lives on, for example one that lost its GPU. It refuses calls with `UNAVAILABLE`, ends its
 * streams, and takes its `role` tag away, so that the director assigns nobody to it. It stays a member of the cluster all the time.
 */
export async function simulateFailures({ label, state, cluster, cycleMs, stop }: SimulatedWorker): Promise<void> {
  const unitMs = cycleMs / 18;
  const wait = (units: number): Promise<void> => sleep(units * unitMs, undefined, { signal: stop });
  try {
    for (;;) {
      await wait(10);
      console.log(`⚠️  [${label}] Simulating worker failure in ${Math.round((3 * unitMs) / 100) / 10} seconds...`);
      await wait(3);
      state.isFailed = true;
      console.log(`💥 [${label}] Worker failed!`);
      cluster.removeTag('role');
      await wait(5);
      console.log(`🔄 [${label}] Worker recovering...`);
      state.isFailed = false;
      cluster.setTag('role', 'worker');
      console.log(`✅ [${label}] Worker recovered and ready to serve!`);
    }
  } catch (error) {
    // The worker is being stopped: it finishes its calls like any other.
    if (!stop.aborted) throw error;
    state.isFailed = false;
  }
}
