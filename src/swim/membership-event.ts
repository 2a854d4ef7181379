import type { NodeInfo, Tags } from './node-info.ts';

/**
 * What changed in the cluster, in the order in which this node learned it. For each node `nodeJoined` comes before everything else, and after
 * `nodeLeft` or `nodeFailed` nothing but `nodeJoined`, `nodeRecovered` or `nodeRestarted` comes.
 */
export type MembershipEvent =
  | { readonly kind: 'nodeJoined'; readonly node: NodeInfo }
  /** It said goodbye. */
  | { readonly kind: 'nodeLeft'; readonly node: NodeInfo }
  /** It did not refute its suspicion in time. */
  | { readonly kind: 'nodeFailed'; readonly node: NodeInfo }
  /** A probe failed, here or elsewhere. `phi` when this node watches it. Routing uses it only as a last resort from now on. */
  | { readonly kind: 'nodeSuspect'; readonly node: NodeInfo; readonly phi: number | undefined }
  /** Suspect or failed, and alive again in the same life. */
  | { readonly kind: 'nodeRecovered'; readonly node: NodeInfo }
  /** The same name in a new life (higher epoch), perhaps at another address. */
  | { readonly kind: 'nodeRestarted'; readonly node: NodeInfo; readonly previous: NodeInfo }
  | { readonly kind: 'nodeTagsUpdated'; readonly node: NodeInfo; readonly previousTags: Tags }
  /** Fewer nodes than the threshold are reachable for the grace time: this side may be cut off. */
  | { readonly kind: 'partitionDetected'; readonly reachable: number; readonly expected: number; readonly isMinority: boolean }
  | { readonly kind: 'partitionHealed'; readonly reachable: number; readonly expected: number }
  /** The subscriber was too slow: `count` events were dropped; `nodes` is the state from which the next events go on. */
  | { readonly kind: 'eventsDropped'; readonly count: number; readonly nodes: readonly NodeInfo[] };
