import type { SwimEffect } from './effects.ts';
import type { JoinReply, JoinRequest, SyncReply, SyncRequest, TagsReply, TagsRequest } from './exchange.ts';
import { expectTags } from './limits.ts';
import { toNodeInfo } from './member.ts';
import type { NodeInfo, Tags } from './node-info.ts';
import type { PartitionReport } from './partition-report.ts';
import type { ReliablePingResult } from './prober.ts';
import { runTimer } from './run-timer.ts';
import { recognizeStall } from './stall.ts';
import type { SwimOptions, SwimStats } from './swim-options.ts';
import { createSwimParts, type SwimParts } from './swim-parts.ts';
import { statsOf } from './swim-stats.ts';
import type { TagsFetchResult } from './tag-exchange.ts';
import type { SwimTimer } from './timer.ts';

export type { SwimOptions, SwimStats } from './swim-options.ts';

/**
 * The membership engine of one node: SWIM with Lifeguard, without clock, sockets or promises. It is handed what happened and the monotonic time
 * in milliseconds, and returns what is to be done; `effects.ts` says how. In this folder live the rules and the formats; carrying effects out
 * is the task of `cluster/`, or of a simulation.
 *
 * Calls never nest: carry out all effects of one call before the next call, or queue the next call. `start` comes first, once.
 */
export class Swim {
  readonly #parts: SwimParts;

  /** @throws RpcError `INVALID_ARGUMENT` for a name, address or tags that cannot travel. */
  constructor(options: SwimOptions) {
    this.#parts = createSwimParts(options);
  }

  /** Whether this side has a quorum, or is known to be cut off. */
  get partition(): PartitionReport {
    return this.#parts.partition;
  }

  /** Begins to take part. */
  start(now: number): readonly SwimEffect[] {
    const { timers, settings, random } = this.#parts.context;
    if (this.#parts.context.phase !== 'idle') return [];
    this.#parts.context.phase = 'running';
    timers.set('probe', 0, settings.probeIntervalMs * random.next());
    timers.set('heartbeat', 0, settings.heartbeatIntervalMs * random.next());
    this.#parts.sync.schedule(random.next());
    this.#parts.heal.start();
    this.#parts.selfDefence.announce();
    return this.#finish(now);
  }

  /** Takes one decrypted and authenticated datagram. Any bytes are fine: what is not understood is dropped with a reason. */
  handleDatagram(bytes: Uint8Array, from: string, now: number): readonly SwimEffect[] {
    this.#parts.inbound.handleDatagram(bytes, from, now);
    return this.#finish(now);
  }

  /** A timer is due. Late, repeated and cancelled ones are harmless. Hand in datagrams that have already arrived first. */
  handleTimer(timer: SwimTimer, now: number): readonly SwimEffect[] {
    if (this.#parts.context.timers.claim(timer)) runTimer(this.#parts, timer, now);
    return this.#finish(now);
  }

  /** The end of a `sendReliablePing`. */
  handleReliablePingResult(token: number, result: ReliablePingResult, now: number): readonly SwimEffect[] {
    if (!this.#parts.nameGuard.handleReliable(token, result)) this.#parts.prober.handleReliable(token, result);
    return this.#finish(now);
  }

  /** What to send to a seed. */
  createJoinRequest(): JoinRequest {
    return this.#parts.join.createRequest();
  }

  /** A newcomer asks this node. The answer is a `replyJoin` effect with the same token, from this call or a later one. */
  handleJoinRequest(request: JoinRequest, token: number, now: number): readonly SwimEffect[] {
    this.#parts.join.handleRequest(request, token, now);
    return this.#finish(now);
  }

  /** A seed answered this node's `request`. A refusal changes nothing here. */
  handleJoinReply(reply: JoinReply, request: JoinRequest, now: number): readonly SwimEffect[] {
    this.#parts.join.handleReply(reply, request, now);
    return this.#finish(now);
  }

  /** What to send for a `requestSync`. Made when it is sent, so that it is fresh. */
  createSyncRequest(): SyncRequest {
    return this.#parts.sync.createRequest();
  }

  /** Another node wants to exchange views. `reply` is undefined when it has no business here: refuse its call. */
  handleSyncRequest(request: SyncRequest, now: number): { readonly reply: SyncReply | undefined; readonly effects: readonly SwimEffect[] } {
    const reply = this.#parts.sync.handleRequest(request, now);
    return { reply, effects: this.#finish(now) };
  }

  /** The other node's view. `followUp`, if any, is to be sent to it; the answer to that goes into `handleSyncReply` too. */
  handleSyncReply(reply: SyncReply, now: number): { readonly followUp: SyncRequest | undefined; readonly effects: readonly SwimEffect[] } {
    const followUp = this.#parts.sync.handleReply(reply, now);
    return { followUp, effects: this.#finish(now) };
  }

  /** Another node wants tags of some nodes. Undefined when it has no business here: refuse its call. */
  handleTagsRequest(request: TagsRequest): TagsReply | undefined {
    return this.#parts.tags.answer(request);
  }

  /** The end of a `fetchTags`. */
  handleTagsResult(token: number, result: TagsFetchResult, now: number): readonly SwimEffect[] {
    this.#parts.tags.handleResult(token, result, now);
    return this.#finish(now);
  }

  /** Replaces this node's tags. @throws RpcError `INVALID_ARGUMENT` at once when they are not text pairs of at most 16 KiB. */
  setTags(tags: Tags, now: number): readonly SwimEffect[] {
    expectTags(tags);
    this.#parts.selfDefence.setTags(tags);
    return this.#finish(now);
  }

  /** Calls in flight on this node's server: travels with every datagram from now on. */
  setLoad(load: number): void {
    this.#parts.context.self.load = Math.max(0, Math.floor(load));
  }

  /** Keeps the loads of these nodes fresh from now on, at most 256 of them, and of no others. */
  followLoads(nodeIds: readonly string[], now: number): readonly SwimEffect[] {
    this.#parts.loads.follow(nodeIds);
    return this.#finish(now);
  }

  /** The nodes that are missed are gone for good, whoever runs the cluster says: see {@link PartitionReport.acceptSize}. */
  acceptSize(now: number): readonly SwimEffect[] {
    this.#parts.partition.acceptSize(now);
    return this.#finish(now);
  }

  /** Says goodbye. `leaveFinished` comes when it was passed on often enough, after the linger time at the latest. */
  leave(now: number): readonly SwimEffect[] {
    if (this.#parts.context.phase === 'running') this.#parts.departure.begin();
    return this.#finish(now);
  }

  /** Stops without a goodbye: the others will find this node failed. Idempotent. */
  stop(now: number): readonly SwimEffect[] {
    this.#parts.departure.halt();
    return this.#finish(now);
  }

  /** Another node was expelled: it takes no part, and nothing is heard from it. Or it was readmitted: it may come back. */
  setExpelled(nodeId: string, isExpelled: boolean, now: number): readonly SwimEffect[] {
    this.#parts.membership.setExpelled(nodeId, isExpelled, now);
    return this.#finish(now);
  }

  /** A call or an answer came from a peer over the reliable transport. Cheap: may be called for each. */
  noteContact(nodeId: string, now: number): void {
    const member = this.#parts.context.table.get(nodeId);
    if (member === undefined) return;
    member.lastContactMs = now;
    member.lastCallMs = now;
    this.#parts.context.phi.contact(nodeId, now);
  }

  /** A connection to a peer was opened or closed: a peer with an open one is watched. */
  setConnected(nodeId: string, isConnected: boolean): void {
    this.#parts.context.phi.setConnected(nodeId, isConnected);
  }

  /**
   * This process stood still for `stallMs`. To be called before the timers and datagrams that waited. Above the probe timeout, probes in flight
   * are void and suspicions last so much longer, as does the time a partition must last to be reported.
   */
  noteStall(stallMs: number, now: number): readonly SwimEffect[] {
    recognizeStall(this.#parts.context, this.#parts, { stallMs, now });
    return this.#finish(now);
  }

  /** All nodes that subscribers were told of, this one first. */
  nodes(): readonly NodeInfo[] {
    const nodes = [toNodeInfo(this.#parts.context.self)];
    for (const member of this.#parts.context.table.all()) if (member.isAnnounced) nodes.push(toNodeInfo(member));
    return nodes;
  }

  /** One node, if subscribers were told of it. */
  node(nodeId: string): NodeInfo | undefined {
    if (nodeId === this.#parts.context.self.nodeId) return toNodeInfo(this.#parts.context.self);
    const member = this.#parts.context.table.get(nodeId);
    return member?.isAnnounced ? toNodeInfo(member) : undefined;
  }

  /** How many events there were: what {@link nodes} shows is current up to the event of this number. */
  get version(): number {
    return this.#parts.context.version;
  }

  /** The suspicion level of a watched peer; undefined when it is not watched. */
  phi(nodeId: string, now: number): number | undefined {
    return this.#parts.context.phi.phi(nodeId, now);
  }

  /** The intervals between a watched peer's heartbeats in milliseconds, oldest first; empty when it is not watched. */
  heartbeatHistory(nodeId: string): readonly number[] {
    return this.#parts.context.phi.history(nodeId);
  }

  stats(): SwimStats {
    return statsOf(this.#parts.context, this.#parts.prober.directTimeoutMs);
  }

  /** What follows from a call as a whole, and then its effects. */
  #finish(now: number): readonly SwimEffect[] {
    if (this.#parts.context.hasSizeChanged && this.#parts.context.phase === 'running') {
      this.#parts.context.hasSizeChanged = false;
      this.#parts.heal.noteSize();
      this.#parts.partition.judge(now);
    }
    this.#parts.heal.bound(now);
    this.#parts.healthReport.note(now);
    return this.#parts.context.takeEffects();
  }
}
