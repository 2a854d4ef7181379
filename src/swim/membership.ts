import type { SwimContext } from './context.ts';
import type { MemberRecord } from './exchange.ts';
import type { Gossip, NewsPart } from './gossip.ts';
import { createMember, type Member, toNodeInfo } from './member.ts';
import type { NodeInfo, Tags } from './node-info.ts';
import { compareVersions, isActive, type Version } from './precedence.ts';
import type { SelfDefence } from './self-defence.ts';
import { Suspicions } from './suspicions.ts';
import { Transitions, versionOf } from './transitions.ts';

/** A claim about a node that does not carry its address. */
export interface Claim extends Version {
  readonly nodeId: string;
  /** Who says so of its own knowledge. */
  readonly from: string;
}

/**
 * The rules by which evidence changes the view of other nodes.
 *
 * ```
 * alive   -> suspect  a probe failed here, somebody suspects it, or somebody calls it failed
 * suspect -> alive    it announced a higher incarnation
 * suspect -> failed   nobody objected until the suspicion ran out
 * failed  -> alive    it announced a higher incarnation;    failed -> suspect  somebody suspects a higher one
 * any     -> left     it said goodbye;                      left   -> alive    it announced a higher incarnation
 * any     -> alive    it began a new life (higher epoch);   left   -> failed   somebody calls a new life failed
 * ```
 * Another node's verdict "failed" is never taken over at once: it counts as a suspicion with all confirmations, so that the node has at least the
 * shortest suspicion time to object to each observer. Evidence that does not change the state still raises the version that is held, so that older
 * news cannot bring a node back.
 */
export class Membership {
  readonly #context: SwimContext;
  readonly #selfDefence: SelfDefence;
  readonly #transitions: Transitions;
  readonly #suspicions: Suspicions;
  /** Called when `from` told of a node whose tags are announced by reference. */
  onLargeTags: (member: Member, from: string, now: number) => void = () => {};

  constructor(context: SwimContext, gossip: Gossip, selfDefence: SelfDefence) {
    this.#context = context;
    this.#selfDefence = selfDefence;
    this.#transitions = new Transitions(context, gossip);
    this.#suspicions = new Suspicions(context, { gossip, transitions: this.#transitions });
  }

  /** News from a datagram of `sender`. */
  hearNews(part: NewsPart, sender: string, now: number): void {
    if (this.#context.expelled.has(part.nodeId)) return;
    switch (part.kind) {
      case 'alive':
        return this.hearRecord({ ...part, state: 'alive' }, sender, now);
      case 'suspect':
        return this.#hearClaim(part, now, () => this.#hearSuspect(part, now));
      case 'failed':
        return this.#hearClaim(part, now, () => this.#hearFailed(part, now));
      case 'left':
        return this.#hearClaim({ ...part, from: part.nodeId }, now, () => this.#hearLeft(part, now));
    }
  }

  /** A whole record from an exchange; `from` is who sent it. */
  hearRecord(record: MemberRecord, from: string, now: number): void {
    const { self, table, expelled } = this.#context;
    if (record.nodeId === self.nodeId) {
      this.#selfDefence.hear(record, now);
      return;
    }
    if (expelled.has(record.nodeId)) return;
    if (!isActive(record.state)) {
      if (table.get(record.nodeId) === undefined) this.#remember(record, now);
      else if (record.state === 'left') this.#hearLeft(record, now);
      else this.#hearFailed({ ...record, from }, now);
      return;
    }
    this.#hearAlive(record, now);
    if (record.tagsReference !== undefined) this.#hearLargeTags(record, from, now);
    if (record.state === 'suspect') this.#hearSuspect({ ...record, from }, now);
  }

  /** This node's own probe of a member failed. */
  suspect(member: Member, now: number): void {
    const { epoch, incarnation, nodeId } = member;
    this.#hearSuspect({ nodeId, epoch, incarnation, from: this.#context.self.nodeId }, now);
  }

  /** A suspicion's timer rang. */
  endSuspicion(nodeId: string, now: number): void {
    const member = this.#context.table.get(nodeId);
    if (member?.suspicion === undefined || member.state !== 'suspect') return;
    if (now < member.suspicion.deadlineMs) return this.#suspicions.arm(member, now);
    this.#transitions.setState(member, 'failed', now);
    if (member.isAnnounced) this.#context.emitAbout('nodeFailed', member);
    this.#transitions.tell(member, 'failed', this.#context.self.nodeId);
  }

  /** The tags that a member announced by reference have been fetched. */
  takeTags(member: Member, tags: Tags, now: number): void {
    const previousTags = member.tags;
    member.tags = tags;
    member.tagsHash = member.tagsReference?.hash;
    this.#transitions.noteChange(member);
    this.#tellDetails(member, previousTags, now);
  }

  /** Whoever runs this cluster says that a failed member is gone for good: as good as its goodbye, until it objects. */
  giveUp(member: Member, now: number): void {
    if (member.state === 'failed') this.#hearLeft(versionOf(member), now);
  }

  /** Has a node take no part, whatever it or others say, or lets it come back. Nobody is told: each node hears of an expulsion from those who may be believed about it. */
  setExpelled(nodeId: string, isExpelled: boolean, now: number): void {
    if (!isExpelled) return void this.#context.expelled.delete(nodeId);
    this.#context.expelled.add(nodeId);
    const member = this.#context.table.get(nodeId);
    // A failed node that was forgotten may be missed still.
    if (member === undefined) return this.#transitions.giveUp(nodeId, now);
    if (member.state === 'left') return;
    const wasActive = isActive(member.state);
    this.#transitions.setState(member, 'left', now);
    this.#context.queue.forget(nodeId);
    if (wasActive && member.isAnnounced) this.#context.emitAbout('nodeLeft', member);
  }

  /** Forgets a member that is down. */
  forget(member: Member): void {
    this.#transitions.forget(member);
  }

  /** Time that nobody could use to object is added to all suspicions. */
  shiftSuspicions(byMs: number, now: number): void {
    this.#suspicions.shift(byMs, now);
  }

  #hearClaim(claim: Claim & { readonly kind: 'suspect' | 'failed' | 'left' }, now: number, apply: () => void): void {
    const { self, table } = this.#context;
    if (claim.nodeId === self.nodeId) {
      this.#selfDefence.hear({ ...claim, state: claim.kind, address: '', gossipAddress: '' }, now);
    } else if (table.get(claim.nodeId) !== undefined) {
      apply();
    } else if (claim.kind !== 'suspect') {
      const { nodeId, epoch, incarnation } = claim;
      this.#remember({ nodeId, epoch, incarnation, state: claim.kind, address: '', gossipAddress: '', tags: {} }, now);
    }
  }

  /** Keeps the end of a node that was never seen, so that older news of it is recognized as such. Nobody is told. */
  #remember(record: MemberRecord, now: number): void {
    const member = createMember(record, { nowMs: now, isLocal: false });
    this.#transitions.add(member);
  }

  #hearAlive(record: MemberRecord, now: number): void {
    const member = this.#context.table.get(record.nodeId);
    if (member === undefined) return this.#context.isFull ? this.#turnAway(record) : this.#addAlive(record, now);
    const order = compareVersions(record, member);
    if (order > 0 && !isActive(member.state) && this.#context.isFull) return this.#turnAway(record);
    if (order > 0) return record.epoch > member.epoch ? this.#restart(member, record, now) : this.#revive(member, record, now);
    // The version is known from a suspicion; the details that belong to it come only now.
    const hasNewerDetails = compareVersions(record, { epoch: member.detailsEpoch, incarnation: member.detailsIncarnation }) > 0;
    if (order === 0 && hasNewerDetails) this.#takeDetails(member, record, now);
  }

  #addAlive(record: MemberRecord, now: number): void {
    const member = createMember({ ...record, state: 'alive' }, { nowMs: now, isLocal: false });
    this.#transitions.add(member);
    this.#transitions.announceJoin(member);
  }

  #hearLargeTags(record: MemberRecord, from: string, now: number): void {
    const member = this.#context.table.get(record.nodeId);
    if (member !== undefined) this.onLargeTags(member, from, now);
  }

  /** There are as many members as there may be: counted, so that an operator sees it. */
  #turnAway(node: { readonly gossipAddress: string }): void {
    this.#context.drop('membersFull', node.gossipAddress);
  }

  /** A higher epoch: the name has a new life, and whatever was held of the old one is over. */
  #restart(member: Member, record: MemberRecord, now: number): void {
    const previous = toNodeInfo(member);
    const isContinued = member.isAnnounced && member.state !== 'left';
    if (isActive(member.state)) this.#context.phi.remove(member.nodeId);
    this.#transitions.setVersion(member, record);
    member.load = 0;
    member.loadAtMs = undefined;
    member.lastContactMs = undefined;
    member.lastCallMs = undefined;
    this.#transitions.copyDetails(member, record, now);
    this.#transitions.setState(member, 'alive', now);
    this.#context.phi.add(member.nodeId);
    if (!isContinued) return this.#transitions.announceJoin(member, previous);
    // At once, because nothing may go to the old process; tags that are to be fetched are told of when they are here.
    this.#context.emit({ kind: 'nodeRestarted', node: toNodeInfo(member), previous });
    this.#transitions.tellAlive(member);
  }

  /** A higher incarnation of the same life. */
  #revive(member: Member, record: MemberRecord, now: number): void {
    const before = member.state;
    const previousTags = member.tags;
    const previous = before === 'left' ? toNodeInfo(member) : undefined;
    this.#transitions.setVersion(member, record);
    this.#transitions.copyDetails(member, record, now);
    this.#transitions.setState(member, 'alive', now);
    if (!member.isAnnounced || before === 'left') return this.#transitions.announceJoin(member, previous);
    if (before !== 'alive') this.#context.emit({ kind: 'nodeRecovered', node: toNodeInfo(member), previousState: before });
    this.#transitions.emitTags(member, previousTags);
    this.#transitions.tellAlive(member);
  }

  #takeDetails(member: Member, record: MemberRecord, now: number): void {
    const previousTags = member.tags;
    this.#transitions.copyDetails(member, record, now);
    this.#transitions.noteChange(member);
    if (isActive(member.state)) this.#tellDetails(member, previousTags, now);
  }

  #tellDetails(member: Member, previousTags: Tags, now: number): void {
    if (member.isAnnounced) return this.#transitions.emitTags(member, previousTags);
    this.#transitions.emitJoin(member);
    if (member.isAnnounced && member.state === 'suspect') this.#suspicions.emit(member, now);
  }

  #hearSuspect(claim: Claim, now: number): void {
    const member = this.#context.table.get(claim.nodeId);
    if (member === undefined) return;
    const order = compareVersions(claim, member);
    if (order < 0 || (order === 0 && !isActive(member.state))) return;
    if (order === 0 && member.state === 'suspect') return this.#suspicions.confirm(member, claim.from, now);
    if (!isActive(member.state) && this.#context.isFull) return this.#turnAway(member);
    const previous = toNodeInfo(member);
    this.#transitions.setVersion(member, claim);
    this.#comeBack(member, previous, now);
    this.#suspicions.begin(member, claim.from, now);
  }

  #hearFailed(claim: Claim, now: number): void {
    const member = this.#context.table.get(claim.nodeId);
    if (member === undefined) return;
    const order = compareVersions(claim, member);
    if (order < 0 || (order === 0 && !isActive(member.state))) return;
    if (!isActive(member.state)) {
      const isNewLife = claim.epoch > member.epoch;
      const previous = toNodeInfo(member);
      this.#transitions.setVersion(member, claim);
      if (isNewLife && member.state === 'left') this.#missLife(member, previous, now);
      else this.#transitions.noteChange(member);
      return this.#transitions.tell(member, member.state === 'left' ? 'left' : 'failed', claim.from);
    }
    if (order > 0 || member.state === 'alive') this.#hearSuspect(claim, now);
    member.suspicion?.settle();
    this.#suspicions.arm(member, now);
  }

  #hearLeft(claim: Version & { readonly nodeId: string }, now: number): void {
    const member = this.#context.table.get(claim.nodeId);
    if (member === undefined) return;
    const order = compareVersions(claim, member);
    if (order < 0 || (order === 0 && member.state === 'left')) return;
    const wasActive = isActive(member.state);
    this.#transitions.setVersion(member, claim);
    this.#transitions.setState(member, 'left', now);
    if (wasActive && member.isAnnounced) this.#context.emitAbout('nodeLeft', member);
    this.#transitions.tell(member, 'left', member.nodeId);
  }

  /**
   * A node that had left began a life that this one heard of only when it was over. That life said no goodbye: to call it left would end it at once
   * wherever it is alive still. Nobody here was told of it, so it is kept as one that was only heard of.
   */
  #missLife(member: Member, previous: NodeInfo, now: number): void {
    this.#transitions.setState(member, 'failed', now);
    this.#transitions.hide(member, previous);
  }

  /** Before a suspicion with a newer version than was held: the node must have been there in between. */
  #comeBack(member: Member, previous: NodeInfo, now: number): void {
    const isNewLife = member.epoch > previous.epoch;
    if (isNewLife && isActive(previous.state)) this.#context.phi.remove(member.nodeId);
    if (isActive(previous.state) && !isNewLife) return;
    // A new life that was suspect before is reported as suspect again.
    this.#transitions.setState(member, 'alive', now);
    if (isNewLife) this.#context.phi.add(member.nodeId);
    if (!member.isAnnounced || previous.state === 'left') this.#transitions.emitJoin(member, previous);
    else if (isNewLife) this.#context.emit({ kind: 'nodeRestarted', node: toNodeInfo(member), previous });
    else this.#context.emit({ kind: 'nodeRecovered', node: toNodeInfo(member), previousState: 'failed' });
  }
}
