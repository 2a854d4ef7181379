/** Text pairs that every node of the cluster sees and that routing filters on, for example `role=worker`. */
export type Tags = Readonly<Record<string, string>>;

/**
 * How this node sees another: `alive`; `suspect` when a probe failed and it may yet refute; `failed` when it did not; `left` when it said goodbye.
 * At equal epoch and incarnation the later of these wins.
 */
export type NodeState = 'alive' | 'suspect' | 'failed' | 'left';

/** A snapshot of one node as this node sees it. */
export interface NodeInfo {
  /** Unique in the cluster. */
  readonly nodeId: string;
  /** Start of this life of the node, in milliseconds since 1970 (raised above what the cluster has seen). A higher epoch is a newer life. */
  readonly epoch: number;
  /** Raised by the node itself only: to refute a suspicion and to publish new tags. */
  readonly incarnation: number;
  readonly state: NodeState;
  /** `host:port` of its RPC server. */
  readonly address: string;
  /** `host:port` of its gossip socket. */
  readonly gossipAddress: string;
  readonly tags: Tags;
  /**
   * False while the node has announced tags above 512 bytes that this node still fetches: `tags` are those from before then, and none in a new life.
   */
  readonly hasCurrentTags: boolean;
  /** Calls in flight on its server, as it last gossiped. */
  readonly load: number;
  /** When this node heard that, on the monotonic clock; undefined when it never did. */
  readonly loadAtMs: number | undefined;
  /** When this node last heard from it, on the monotonic clock; undefined when only others vouch for it. */
  readonly lastContactMs: number | undefined;
  /** True for the node this process runs. */
  readonly isLocal: boolean;
}
