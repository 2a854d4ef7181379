import { createStrategy, DEFAULT_STRATEGY, type StrategyName } from '../balance/create-strategy.ts';
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

  /** @throws RpcError `INVALID_ARGUMENT` for an unknown strategy or a wrong filter. */
  constructor(cluster: ClusterMembership, strategy: StrategyName | Strategy = DEFAULT_STRATEGY, options: WorkerRegistryOptions = {}) {
    const chosen = typeof strategy === 'string' ? createStrategy(strategy, cluster.runtime.random) : strategy;
    super(cluster, chosen, options);
    this.cluster = cluster;
    this.strategyName = typeof strategy === 'string' ? strategy : strategy.name;
  }
}
