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
   * Calls `listener` when `nodes()` has changed in ways that have no event: other loads. Several changes may come as one call.
   * What is returned stops it. A source without it has its registries refreshed by their owner.
   */
  onSilentChange?(listener: () => void): () => void;
}
