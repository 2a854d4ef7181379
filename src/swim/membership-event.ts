import type { NodeInfo, Tags } from './node-info.ts';

/**
 * What changed in the cluster, in the order in which this node learned it. For each node `nodeJoined` comes before everything else; after
 * `nodeLeft` or `nodeFailed` nothing but `nodeJoined`, `nodeRecovered`, `nodeRestarted`, `nodeExpelled` or `nodeReaped` comes, and after `nodeReaped` nothing but `nodeJoined`.
 */
export type MembershipEvent =
  | { readonly kind: 'nodeJoined'; readonly node: NodeInfo }
  /** It said goodbye. */
  | { readonly kind: 'nodeLeft'; readonly node: NodeInfo }
  /** It did not refute its suspicion in time. */
  | { readonly kind: 'nodeFailed'; readonly node: NodeInfo }
  /** A probe failed, here or elsewhere. `phi` when this node watches it. Routing uses it only as a last resort from now on. */
  | { readonly kind: 'nodeSuspect'; readonly node: NodeInfo; readonly phi: number | undefined }
  /** Alive again in the same life, after it was suspect or failed. */
  | { readonly kind: 'nodeRecovered'; readonly node: NodeInfo; readonly previousState: 'suspect' | 'failed' }
  /** The same name in a new life (higher epoch), perhaps at another address. */
  | { readonly kind: 'nodeRestarted'; readonly node: NodeInfo; readonly previous: NodeInfo }
  /** Other tags than before: the new ones, or none while those of a new life are fetched (`node.hasCurrentTags` is false then). */
  | { readonly kind: 'nodeTagsUpdated'; readonly node: NodeInfo; readonly previousTags: Tags }
  /** It was expelled, and everybody refuses it from now on; it comes after `nodeLeft`. When `node` is the local one, this node has stopped taking part. */
  | { readonly kind: 'nodeExpelled'; readonly node: NodeInfo; readonly reason: string }
  /**
   * A node that failed or left is forgotten, as it was known last: it is gone from `nodes()`. So is one that left and is back in a way that is not shown
   * yet, because its tags are still to be fetched or it failed again at once.
   */
  | { readonly kind: 'nodeReaped'; readonly node: NodeInfo }
  /**
   * Two live processes use one name. The one at `ownerAddress` keeps it; the one at `rivalAddress` must be given another `nodeId`: it was refused, or
   * it has stopped taking part. `hasStopped` when that is this node. Both of them are told, and the seed that was asked.
   */
  | {
      readonly kind: 'nameConflict';
      readonly nodeId: string;
      readonly ownerAddress: string;
      readonly rivalAddress: string;
      readonly hasStopped: boolean;
    }
  /**
   * How far this node may trust its own judgement has changed, at most once a second: 0 is healthy, and the higher the score, the more slowly
   * it probes; it is never above `max`.
   */
  | { readonly kind: 'localHealth'; readonly score: number; readonly max: number }
  /** Many nodes failed within one suspicion window, `lost` of them: `partitionDetected` follows if they are still away after the grace time. */
  | { readonly kind: 'partitionSuspected'; readonly lost: number; readonly reachable: number; readonly expected: number }
  /**
   * For the grace time few of the expected nodes are reachable, or many that were lost together are away: the cluster may have fallen apart. Told once more
   * when this side becomes the minority only later.
   */
  | { readonly kind: 'partitionDetected'; readonly reachable: number; readonly expected: number; readonly isMinority: boolean }
  | { readonly kind: 'partitionHealed'; readonly reachable: number; readonly expected: number }
  /** What an iterator begins with: the state from which its events go on. */
  | { readonly kind: 'snapshot'; readonly nodes: readonly NodeInfo[] }
  /** The subscriber was too slow: `count` events were dropped; `nodes` is the state from which the next events go on. */
  | { readonly kind: 'eventsDropped'; readonly count: number; readonly nodes: readonly NodeInfo[] };
