import type { TagsReference } from './large-tags.ts';
import type { NodeState, Tags } from './node-info.ts';

/**
 * The messages that travel over the reliable transport as internal calls: joining and the exchange of views. Datagrams are in `messages.ts`.
 */

/** Everything one node tells another about a third, or about itself. */
export interface MemberRecord {
  readonly nodeId: string;
  readonly epoch: number;
  readonly incarnation: number;
  readonly state: NodeState;
  readonly address: string;
  readonly gossipAddress: string;
  readonly tags: Tags;
  /** Instead of tags that are too large to stand here. */
  readonly tagsReference?: TagsReference;
}

/** What a newcomer sends to a seed. */
export interface JoinRequest {
  readonly clusterName: string;
  /** The protocol versions the newcomer speaks, both included. */
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly self: MemberRecord;
}

/** What the seed answers. */
export type JoinReply =
  | {
      readonly kind: 'accepted';
      readonly version: number;
      /** The seed itself. */
      readonly sender: MemberRecord;
      /** The highest epoch the cluster has seen under the newcomer's name, when the newcomer's own is not above it: it must go above, unless that life is its own. */
      readonly epochFloor: number | undefined;
      /** The members the seed knows, at most as many as fit one reply. */
      readonly members: readonly MemberRecord[];
      /** True when not all fit: the newcomer asks for the rest with a sync. */
      readonly hasMore: boolean;
    }
  | {
      readonly kind: 'refused';
      readonly reason: JoinRefusal;
      readonly message: string;
      /** With `nameConflict`: where the node answers that has the name. */
      readonly ownerAddress?: string;
    };

/**
 * Why a seed refuses: another cluster, no common protocol version, a live node has the name, the seed is leaving, the newcomer asked itself, or the
 * cluster has as many members as it may have.
 */
export type JoinRefusal = 'clusterName' | 'protocolVersion' | 'nameConflict' | 'leaving' | 'self' | 'full';

/** What one side holds of one member, without the details. */
export interface DigestEntry {
  readonly nodeId: string;
  readonly epoch: number;
  readonly incarnation: number;
  readonly state: NodeState;
}

/** First message of an exchange of views (with a digest), or its last (with records that the other side wanted). */
export interface SyncRequest {
  readonly clusterName: string;
  readonly sender: MemberRecord;
  /** The exchange covers the members whose hash falls on `page` of `pages`; 1 page for up to 4096 members. */
  readonly page: number;
  readonly pages: number;
  /** Undefined in the last message. */
  readonly digest: readonly DigestEntry[] | undefined;
  readonly records: readonly MemberRecord[];
}

/** The other side's answer: what it knows better, and what it wants. */
export interface SyncReply {
  readonly sender: MemberRecord;
  readonly records: readonly MemberRecord[];
  readonly wanted: readonly string[];
  /** True when not all records fit: ask again. */
  readonly hasMore: boolean;
}

/** Asks for tags that are too large for announcements: of which nodes, and which they are. */
export interface TagsRequest {
  readonly clusterName: string;
  readonly wanted: readonly { readonly nodeId: string; readonly hash: string }[];
}

/** Those of them that the other side has, as `large-tags.ts` encodes them. */
export interface TagsReply {
  readonly found: readonly { readonly nodeId: string; readonly encoded: Uint8Array }[];
}
