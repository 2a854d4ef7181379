import type { TagsReference } from './large-tags.ts';
import type { NodeState, Tags } from './node-info.ts';

/**
 * What travels in gossip datagrams. One datagram is a header and up to {@link MAX_PARTS} parts, of which at most one asks for an answer
 * ({@link PingPart} or {@link PingRequestPart}), so that a datagram is never worth more than one reply.
 */

/** Who sent the datagram. Authentication is the task of whoever decrypts it. */
export interface DatagramHeader {
  readonly nodeId: string;
  readonly epoch: number;
  /** Calls in flight on the sender's server. */
  readonly load: number;
}

/** Are you there? Answered by {@link AckPart}, if id and epoch are the receiver's. */
export interface PingPart {
  readonly kind: 'ping';
  readonly sequence: number;
  readonly targetId: string;
  readonly targetEpoch: number;
}

/** Yes: directly from the target or passed on by a relay. */
export interface AckPart {
  readonly kind: 'ack';
  readonly sequence: number;
}

/** Please ping that node for me; the relay looks its address up itself. */
export interface PingRequestPart {
  readonly kind: 'pingRequest';
  readonly sequence: number;
  readonly targetId: string;
  readonly targetEpoch: number;
  /** How long the sender waits; the relay reports failure at 80 % of it. */
  readonly timeoutMs: number;
}

/** I asked, and it has not answered so far: tells the sender that its own network works. */
export interface NackPart {
  readonly kind: 'nack';
  readonly sequence: number;
}

/** A node is there, and these are its address and tags. Only the node itself makes a new one. */
export interface AlivePart {
  readonly kind: 'alive';
  readonly nodeId: string;
  readonly epoch: number;
  readonly incarnation: number;
  readonly address: string;
  readonly gossipAddress: string;
  readonly tags: Tags;
  /** Instead of tags that are too large to stand here. */
  readonly tagsReference?: TagsReference;
}

/** `from` could not reach the node. */
export interface SuspectPart {
  readonly kind: 'suspect';
  readonly nodeId: string;
  readonly epoch: number;
  readonly incarnation: number;
  readonly from: string;
}

/** The suspicion of `from` ran out. */
export interface FailedPart {
  readonly kind: 'failed';
  readonly nodeId: string;
  readonly epoch: number;
  readonly incarnation: number;
  readonly from: string;
}

/** The node said goodbye. */
export interface LeftPart {
  readonly kind: 'left';
  readonly nodeId: string;
  readonly epoch: number;
  readonly incarnation: number;
}

/** What the sender thinks of the receiver, so that it can object. */
export interface YouArePart {
  readonly kind: 'youAre';
  readonly state: NodeState;
  readonly epoch: number;
  readonly incarnation: number;
  readonly address: string;
  readonly gossipAddress: string;
}

/** A process at this address wanted the receiver's name and was refused. */
export interface RivalPart {
  readonly kind: 'rival';
  readonly address: string;
}

/** One item of a datagram. */
export type Part =
  | PingPart
  | AckPart
  | PingRequestPart
  | NackPart
  | AlivePart
  | SuspectPart
  | FailedPart
  | LeftPart
  | YouArePart
  | RivalPart;

/** The first byte of every datagram. */
export const GOSSIP_VERSION = 1;

/** More parts than this in one datagram are not read. */
export const MAX_PARTS = 64;
