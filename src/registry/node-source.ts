import type { MembershipEvent } from '../swim/membership-event.ts';
import type { NodeInfo } from '../swim/node-info.ts';

/** Where the registries learn of nodes: the cluster membership, or anything that looks like it. */
export interface NodeSource {
  /** Every node that is known at this moment, the failed and departed ones included for as long as they are remembered. */
  nodes(): readonly NodeInfo[];
  /**
   * Calls `listener` with every change after this moment, in order; with `coalesceMs` 0 at once, without it as the source likes. What is returned
   * stops it.
   */
  subscribe(listener: (event: MembershipEvent) => void, options?: { readonly coalesceMs?: number }): () => void;
  /**
   * Calls `listener` when `nodes()` has changed in ways that have no event: other loads, unless there is `onLoad`. Several changes may come as one call.
   * What is returned stops it. A source without it has its registries refreshed by their owner.
   */
  onSilentChange?(listener: () => void): () => void;
  /** Calls `listener` with the load of a node: when it changed, and each time it is heard while the node is followed. What is returned stops it. */
  onLoad?(listener: (report: LoadReport) => void): () => void;
  /** Keeps loads fresh for somebody who balances over them. What is returned stops it. */
  followLoads?(balancer: LoadBalancer): () => void;
}

/** What a node said of its load. */
export interface LoadReport {
  readonly nodeId: string;
  /** Calls in flight on its server. */
  readonly load: number;
  /** When that was heard, on the monotonic clock. */
  readonly atMs: number;
}

/** Somebody who balances over nodes. */
export interface LoadBalancer {
  /** Asked about every second, with the monotonic time: whose loads it needs at this time. */
  wantedLoads(now: number): readonly string[];
}
