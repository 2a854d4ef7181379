import { createStrategy, DEFAULT_STRATEGY, type StrategyName } from '../balance/create-strategy.ts';
import type { ScheduledTask } from '../ports/clock.ts';
import type { Strategy } from '../registry/strategy.ts';
import { type WorkerRegistryOptions, WorkerRegistry as WorkerView } from '../registry/worker-registry.ts';
import type { ClusterMembership } from './cluster-membership.ts';

/**
 * The workers of a cluster, always current: follows membership, tags and reported loads by itself, and chooses one for a call.
 *
 * @example
 * const registry = new WorkerRegistry(cluster, 'leastConnections');
 * const { label, address } = registry.selectWorker('role=worker,zone=eu');
 */
export class WorkerRegistry extends WorkerView {
  /** The cluster whose workers these are. */
  readonly cluster: ClusterMembership;
  /** The name of the strategy in use. */
  readonly strategyName: string;
  readonly #stopLoads: () => void;
  #refresh: ScheduledTask | undefined;

  /** @throws RpcError `INVALID_ARGUMENT` for an unknown strategy or a wrong filter. */
  constructor(cluster: ClusterMembership, strategy: StrategyName | Strategy = DEFAULT_STRATEGY, options: WorkerRegistryOptions = {}) {
    const { clock, random } = cluster.runtime;
    const chosen = typeof strategy === 'string' ? createStrategy(strategy, random) : strategy;
    super(cluster, chosen, options);
    this.cluster = cluster;
    this.strategyName = typeof strategy === 'string' ? strategy : strategy.name;
    // Loads come with every datagram; taking them over in batches keeps a large cluster cheap.
    this.#stopLoads = cluster.onLoadChanged(() => {
      this.#refresh ??= clock.schedule(LOAD_BATCH_MS, () => this.#takeLoads(), { unref: true });
    });
  }

  override close(): void {
    this.#stopLoads();
    this.#refresh?.cancel();
    super.close();
  }

  #takeLoads(): void {
    this.#refresh = undefined;
    this.refresh();
  }
}

const LOAD_BATCH_MS = 100;
