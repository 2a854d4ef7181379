import type { SwimContext } from './context.ts';
import type { MemberRecord } from './exchange.ts';
import type { Gossip } from './gossip.ts';
import { announcedTags, hasCurrentTags } from './large-tags.ts';
import { hasSameTags } from './limits.ts';
import { type Member, toNodeInfo } from './member.ts';
import type { NodeInfo } from './node-info.ts';
import { isActive, type Version } from './precedence.ts';
import { lossWindowMs } from './suspicion.ts';

/**
 * The single steps of which changes are made: each keeps the table, the detectors, the probe list and the timers in step with the member.
 * When to take them is `membership.ts`.
 */
export class Transitions {
  readonly #context: SwimContext;
  readonly #gossip: Gossip;

  constructor(context: SwimContext, gossip: Gossip) {
    this.#context = context;
    this.#gossip = gossip;
  }

  /** Puts a new member into the table. */
  add(member: Member): void {
    this.#context.table.add(member);
    this.noteChange(member);
    if (isActive(member.state)) this.#welcome(member, member.stateSinceMs);
    else if (member.state === 'left') this.giveUp(member.nodeId, member.stateSinceMs);
  }

  /** Forgets a member that is down. What it takes to make a cluster whole does not change by that. */
  forget(member: Member): void {
    this.#context.table.remove(member);
    this.#context.queue.forget(member.nodeId);
    this.#context.push({ kind: 'memberForgotten', nodeId: member.nodeId });
    if (member.isAnnounced) this.#context.emitAbout('nodeReaped', member);
  }

  /** Raises the version that is held. */
  setVersion(member: Member, version: Version): void {
    member.epoch = version.epoch;
    member.incarnation = version.incarnation;
  }

  /** Takes address and tags over. Of tags that are to be fetched, those of the same life stay meanwhile. */
  copyDetails(member: Member, record: MemberRecord, now: number): void {
    member.address = record.address;
    member.gossipAddress = record.gossipAddress;
    member.tagsReference = record.tagsReference;
    const isSameLife = record.epoch === member.detailsEpoch;
    if (record.tagsReference === undefined || !(isSameLife || hasCurrentTags(member))) {
      member.tags = record.tags;
      member.tagsHash = undefined;
    }
    member.detailsEpoch = record.epoch;
    member.detailsIncarnation = record.incarnation;
    if (isActive(member.state)) this.#context.partition.noteReachable(member.nodeId, member.address, now);
  }

  /** Moves a member to a state, ends what belonged to the old one, and notes the change even when the state is the same. */
  setState(member: Member, state: Member['state'], now: number): void {
    const before = { isActive: isActive(member.state), sinceMs: member.stateSinceMs };
    if (member.suspicion !== undefined) {
      this.#context.timers.cancel('suspicion', member.nodeId);
      member.suspicion = undefined;
    }
    this.#context.table.setState(member, state, now);
    this.noteChange(member);
    if (state === 'left' && !before.isActive) this.giveUp(member.nodeId, now);
    if (before.isActive === isActive(state)) return;
    if (isActive(state)) this.#welcome(member, now);
    else this.#dismiss(member, { nowMs: now, silentSinceMs: before.sinceMs });
  }

  /** What has to know that a member takes part. */
  #welcome(member: Member, now: number): void {
    const { phi, partition, probeList } = this.#context;
    this.#context.hasSizeChanged = true;
    phi.add(member.nodeId);
    partition.noteReachable(member.nodeId, member.address, now);
    probeList.add(member.nodeId);
    this.#context.toGreet?.push(member.nodeId);
    this.#gossip.wake();
  }

  /** What has to know that it does not any more. */
  #dismiss(member: Member, times: { readonly nowMs: number; readonly silentSinceMs: number }): void {
    const { phi, partition, timers, settings, clusterSize } = this.#context;
    this.#context.hasSizeChanged = true;
    if (member.state === 'failed') this.#context.failures += 1;
    phi.remove(member.nodeId);
    timers.cancel('phiCheck', member.nodeId);
    if (member.state === 'left') partition.noteGone(member.nodeId, times.nowMs);
    else partition.noteLost(member.nodeId, { ...times, windowMs: lossWindowMs(settings, clusterSize) });
  }

  /** A node that had failed, and is perhaps forgotten, said goodbye or was expelled: it is not waited for any more. */
  giveUp(nodeId: string, now: number): void {
    this.#context.hasSizeChanged = true;
    this.#context.partition.noteGone(nodeId, now);
  }

  /** Tells the subscribers and the cluster that a node is there. */
  announceJoin(member: Member, previous?: NodeInfo): void {
    this.noteChange(member);
    this.emitJoin(member, previous);
    this.tellAlive(member);
  }

  /**
   * Tells the subscribers that a node is there, when its tags are known; until then they hear nothing of it. `previous`: as they knew it, when it had left
   * before.
   */
  emitJoin(member: Member, previous?: NodeInfo): void {
    if (!hasCurrentTags(member)) return this.hide(member, previous);
    member.isAnnounced = true;
    this.#context.emitAbout('nodeJoined', member);
  }

  /** From now on the node is not shown. Subscribers who knew it as one that had left hear that this is over: else they would keep it for ever. */
  hide(member: Member, previous: NodeInfo | undefined): void {
    const wasAnnounced = member.isAnnounced;
    member.isAnnounced = false;
    if (wasAnnounced && previous !== undefined) this.#context.emit({ kind: 'nodeReaped', node: previous });
  }

  /** Tells the subscribers, if the tags differ. */
  emitTags(member: Member, previousTags: Member['tags']): void {
    if (hasSameTags(member.tags, previousTags)) return;
    this.#context.emit({ kind: 'nodeTagsUpdated', node: toNodeInfo(member), previousTags });
  }

  /** Spreads what is held of a member that is not alive. */
  tell(member: Member, kind: 'suspect' | 'failed' | 'left', from: string): void {
    this.#gossip.spread(kind === 'left' ? { kind, ...versionOf(member) } : { kind, ...versionOf(member), from });
  }

  /** Spreads a member's announcement. */
  tellAlive(member: Member): void {
    const { address, gossipAddress } = member;
    this.#gossip.spread({ kind: 'alive', ...versionOf(member), address, gossipAddress, ...announcedTags(member) });
  }

  /** Reports accepted evidence. */
  noteChange(member: Member): void {
    this.#context.push({ kind: 'memberChanged', ...versionOf(member), state: member.state });
  }
}

/** The part of a member by which it is told apart from older news. */
export function versionOf(member: Member): { readonly nodeId: string; readonly epoch: number; readonly incarnation: number } {
  return { nodeId: member.nodeId, epoch: member.epoch, incarnation: member.incarnation };
}
