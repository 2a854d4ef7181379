import type { MemberRecord } from './exchange.ts';
import { announcedTags, hasCurrentTags, type TagsReference } from './large-tags.ts';
import type { NodeInfo, NodeState, Tags } from './node-info.ts';
import type { Suspicion } from './suspicion.ts';

/** What the engine holds of one node. Mutable and private to the engine; {@link toNodeInfo} is what leaves it. */
export interface Member {
  readonly nodeId: string;
  epoch: number;
  incarnation: number;
  state: NodeState;
  address: string;
  gossipAddress: string;
  /** As far as they are known: those from before while the announced ones are fetched, and none in a new life. See `large-tags.ts`. */
  tags: Tags;
  tagsHash: string | undefined;
  tagsReference: TagsReference | undefined;
  /** The version that address and tags are from: older than epoch and incarnation when those came from a suspicion. */
  detailsEpoch: number;
  detailsIncarnation: number;
  load: number;
  /** When the load was heard. */
  loadAtMs: number | undefined;
  lastContactMs: number | undefined;
  /** Last traffic on the reliable transport. */
  lastCallMs: number | undefined;
  stateSinceMs: number;
  /** Whether subscribers were told that it joined. A failed or left node that was only heard of is kept, but not shown. */
  isAnnounced: boolean;
  readonly isLocal: boolean;
  suspicion: Suspicion | undefined;
  /** When it was last told what this node thinks of it. */
  toldMs: number | undefined;
  /** Where it stands in the table's list of active or of down members. */
  position: number;
}

/** A member from what is known of it. */
export function createMember(record: MemberRecord, options: { readonly nowMs: number; readonly isLocal: boolean }): Member {
  return {
    nodeId: record.nodeId,
    epoch: record.epoch,
    incarnation: record.incarnation,
    state: record.state,
    address: record.address,
    gossipAddress: record.gossipAddress,
    tags: record.tags,
    tagsHash: undefined,
    tagsReference: record.tagsReference,
    detailsEpoch: record.epoch,
    detailsIncarnation: record.incarnation,
    load: 0,
    loadAtMs: undefined,
    lastContactMs: undefined,
    lastCallMs: undefined,
    stateSinceMs: options.nowMs,
    isAnnounced: false,
    isLocal: options.isLocal,
    suspicion: undefined,
    toldMs: undefined,
    position: -1,
  };
}

/** The public snapshot. */
export function toNodeInfo(member: Member): NodeInfo {
  const { nodeId, epoch, incarnation, state, address, gossipAddress, tags, load, loadAtMs, lastContactMs, isLocal } = member;
  const info = { nodeId, epoch, incarnation, state, address, gossipAddress, tags, load, loadAtMs, lastContactMs, isLocal };
  return { ...info, hasCurrentTags: hasCurrentTags(member) };
}

/** What to tell another node. */
export function toRecord(member: Member): MemberRecord {
  const { nodeId, epoch, incarnation, state, address, gossipAddress } = member;
  return { nodeId, epoch, incarnation, state, address, gossipAddress, ...announcedTags(member) };
}

/** True when the address is known: not so for a node of which only its end was heard. */
export function hasAddress(member: Member): boolean {
  return member.address !== '';
}
