import type { JoinReply, TagsRequest } from './exchange.ts';
import type { MembershipEvent } from './membership-event.ts';
import type { NodeState } from './node-info.ts';
import type { SwimTimer } from './timer.ts';

/**
 * What the engine wants done. Every method of the engine returns the effects in the order in which they are to be carried out; none of them
 * is optional except `memberChanged`, `memberForgotten` and `dropped`, which only inform.
 */
export type SwimEffect =
  /** Encrypt and send one datagram to a gossip address. The bytes belong to the receiver of the effect. */
  | { readonly kind: 'sendDatagram'; readonly to: string; readonly bytes: Uint8Array }
  /**
   * Ask the node at an RPC address who it is, over the reliable transport. Answer through `handleReliablePingResult` with the same token,
   * at the latest after `timeoutMs`; a later answer is ignored.
   */
  | {
      readonly kind: 'sendReliablePing';
      readonly token: number;
      readonly nodeId: string;
      readonly address: string;
      readonly timeoutMs: number;
    }
  /** Exchange views with the node at an RPC address: `createSyncRequest`, send, `handleSyncReply`. A failure needs no report. */
  | { readonly kind: 'requestSync'; readonly nodeId: string; readonly address: string; readonly reason: SyncReason }
  /**
   * Ask the node at an RPC address for tags of some nodes. Answer once through `handleTagsResult` with the same token, at the latest after
   * `timeoutMs`.
   */
  | {
      readonly kind: 'fetchTags';
      readonly token: number;
      readonly nodeId: string;
      readonly address: string;
      readonly request: TagsRequest;
      readonly timeoutMs: number;
    }
  /** Resolve the seeds again and send them `createJoinRequest`. With `periodic`, seeds at the address of a node that is alive may be left out. */
  | { readonly kind: 'joinSeeds'; readonly reason: 'start' | 'alone' | 'periodic' }
  /** The answer to `handleJoinRequest` with this token; it may come with a later call, because an older owner of the name is asked first. */
  | { readonly kind: 'replyJoin'; readonly token: number; readonly reply: JoinReply }
  | { readonly kind: 'scheduleTimer'; readonly timer: SwimTimer; readonly afterMs: number }
  | { readonly kind: 'cancelTimer'; readonly timer: SwimTimer }
  /** Tell the subscribers. `version` is 1 for the first event of an engine, and one more for each. */
  | { readonly kind: 'emit'; readonly event: MembershipEvent; readonly version: number }
  /** Evidence about a node, or about this one, was accepted. For traces and checks; `emit` is what users see. */
  | {
      readonly kind: 'memberChanged';
      readonly nodeId: string;
      readonly epoch: number;
      readonly incarnation: number;
      readonly state: NodeState;
    }
  /** A failed or left node is no longer remembered: it is gone from `nodes()`. */
  | { readonly kind: 'memberForgotten'; readonly nodeId: string }
  /** A node reported its calls in flight: others than before, or it is followed. `atMs`: when that was heard. */
  | { readonly kind: 'loadChanged'; readonly nodeId: string; readonly load: number; readonly atMs: number }
  /**
   * Two live processes use one name. `isLocal`: the other one has the newer life and this engine has stopped; the process should be
   * given another name. Otherwise the one at `otherAddress` was refused, or has stopped. Subscribers are told by an event of the same name.
   */
  | {
      readonly kind: 'nameConflict';
      readonly nodeId: string;
      readonly address: string;
      readonly otherAddress: string;
      readonly isLocal: boolean;
    }
  /** Input that was not used. */
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly from: string }
  /** The goodbye was passed on, or nobody is there to hear it: the process may go. The engine has stopped. */
  | { readonly kind: 'leaveFinished' };

/** Why views are exchanged. */
export type SyncReason = 'antiEntropy' | 'reconnect' | 'joined' | 'unknownSender' | 'newLife';

/**
 * Why input was dropped.
 *
 * | reason | meaning |
 * |---|---|
 * | `malformed` | the bytes are not a datagram of this protocol |
 * | `version` | another protocol version |
 * | `malformedPart` | one part is broken; the others were used |
 * | `tooManyParts` | more parts than a datagram may have; the rest was not read |
 * | `secondPing` | more than one ping or ping request in one datagram |
 * | `secondYouAre` | more than one part in a datagram says what this node is held for |
 * | `unknownPart` | a part of a newer version was skipped |
 * | `ownId` | the sender claims this node's own name |
 * | `unknownSender` | the sender is not in the table; only its announcements of nodes were used |
 * | `expelled` | the sender was expelled |
 * | `oldLife` | the sender's epoch is over; it was told, if it is at the known address |
 * | `wrongTarget` | a ping for another node or another life |
 * | `unknownTarget` | a ping request for a node that is not in the table |
 * | `unmatched` | an answer to nothing that was asked, or too late |
 * | `membersFull` | a node that would be one more than `maxMembers` |
 * | `overloaded` | too many relayed pings at once |
 * | `wrongTags` | tags from another node are not those that their owner announced |
 * | `stopped` | the engine has stopped |
 */
export type DropReason =
  | 'malformed'
  | 'version'
  | 'malformedPart'
  | 'tooManyParts'
  | 'secondPing'
  | 'secondYouAre'
  | 'unknownPart'
  | 'ownId'
  | 'unknownSender'
  | 'expelled'
  | 'oldLife'
  | 'wrongTarget'
  | 'unknownTarget'
  | 'unmatched'
  | 'membersFull'
  | 'overloaded'
  | 'wrongTags'
  | 'stopped';
