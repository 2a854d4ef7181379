import { assertNever } from '../util/assert-never.ts';
import { SwimContext } from './context.ts';
import { Departure } from './departure.ts';
import type { SwimEffect } from './effects.ts';
import type { JoinReply, JoinRequest, SyncReply, SyncRequest, TagsReply, TagsRequest } from './exchange.ts';
import { Gossip } from './gossip.ts';
import { Greeter } from './greeter.ts';
import { Heal } from './heal.ts';
import { HealthReport } from './health-report.ts';
import { Heartbeats } from './heartbeats.ts';
import { Inbound } from './inbound.ts';
import { Join } from './join.ts';
import { expectTags } from './limits.ts';
import { LoadFollower } from './load-follower.ts';
import { toNodeInfo } from './member.ts';
import { Membership } from './membership.ts';
import { NameGuard } from './name-guard.ts';
import type { NodeInfo, Tags } from './node-info.ts';
import { PartitionReport } from './partition-report.ts';
import { Prober, type ReliablePingResult } from './prober.ts';
import { Relay } from './relay.ts';
import { SelfDefence } from './self-defence.ts';
import { recognizeStall } from './stall.ts';
import { checkedClusterName, localMember, type SwimOptions, type SwimStats } from './swim-options.ts';
import { statsOf } from './swim-stats.ts';
import { Sync } from './sync.ts';
import { TagExchange, type TagsFetchResult } from './tag-exchange.ts';
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
  /** Whether this side has a quorum, or is known to be cut off. */
  readonly partition: PartitionReport;
  readonly #context: SwimContext;
  readonly #gossip: Gossip;
  readonly #selfDefence: SelfDefence;
  readonly #membership: Membership;
  readonly #prober: Prober;
  readonly #relay: Relay;
  readonly #heartbeats: Heartbeats;
  readonly #nameGuard: NameGuard;
  readonly #greeter: Greeter;
  readonly #departure: Departure;
  readonly #join: Join;
  readonly #sync: Sync;
  readonly #heal: Heal;
  readonly #inbound: Inbound;
  readonly #healthReport: HealthReport;
  readonly #tags: TagExchange;
  readonly #loads: LoadFollower;

  /** @throws RpcError `INVALID_ARGUMENT` for a name, address or tags that cannot travel. */
  constructor(options: SwimOptions) {
    const context = new SwimContext({ ...options, clusterName: checkedClusterName(options), self: localMember(options) });
    const gossip = new Gossip(context);
    const selfDefence = new SelfDefence(context, gossip);
    const membership = new Membership(context, gossip, selfDefence);
    const prober = new Prober(context, { gossip, membership });
    const relay = new Relay(context, gossip);
    const heartbeats = new Heartbeats(context, { gossip, prober });
    const nameGuard = new NameGuard(context, gossip);
    const heal = new Heal(context, { gossip, membership, hasSeeds: options.hasSeeds ?? false });
    selfDefence.onRival = (claim) => nameGuard.checkRival(claim, selfDefence, () => this.#departure.halt());
    this.#tags = new TagExchange(context);
    this.#loads = new LoadFollower(context, gossip);
    this.#tags.onTags = (member, tags, now) => membership.takeTags(member, tags, now);
    membership.onLargeTags = (member, from, now) => this.#tags.want(member, from, now);
    this.#context = context;
    this.#gossip = gossip;
    this.#selfDefence = selfDefence;
    this.#membership = membership;
    this.#prober = prober;
    this.#relay = relay;
    this.#heartbeats = heartbeats;
    this.#nameGuard = nameGuard;
    this.#heal = heal;
    this.partition = new PartitionReport(context, membership);
    this.#healthReport = new HealthReport(context);
    this.#greeter = new Greeter(context, gossip);
    this.#departure = new Departure(context, gossip);
    this.#join = new Join(context, { membership, selfDefence, nameGuard, greeter: this.#greeter });
    this.#sync = new Sync(context, { membership, selfDefence });
    this.#inbound = new Inbound(context, {
      gossip,
      selfDefence,
      membership,
      prober,
      relay,
      heartbeats,
      nameGuard,
      heal,
      loads: this.#loads,
    });
  }

  /** Begins to take part. */
  start(now: number): readonly SwimEffect[] {
    const { timers, settings, random } = this.#context;
    if (this.#context.phase !== 'idle') return [];
    this.#context.phase = 'running';
    timers.set('probe', 0, settings.probeIntervalMs * random.next());
    timers.set('heartbeat', 0, settings.heartbeatIntervalMs * random.next());
    this.#sync.schedule(random.next());
    this.#heal.start();
    this.#selfDefence.announce();
    return this.#finish(now);
  }

  /** Takes one decrypted and authenticated datagram. Any bytes are fine: what is not understood is dropped with a reason. */
  handleDatagram(bytes: Uint8Array, from: string, now: number): readonly SwimEffect[] {
    this.#inbound.handleDatagram(bytes, from, now);
    return this.#finish(now);
  }

  /** A timer is due. Late, repeated and cancelled ones are harmless. Hand in datagrams that have already arrived first. */
  handleTimer(timer: SwimTimer, now: number): readonly SwimEffect[] {
    if (this.#context.timers.claim(timer)) this.#runTimer(timer, now);
    return this.#finish(now);
  }

  /** The end of a `sendReliablePing`. */
  handleReliablePingResult(token: number, result: ReliablePingResult, now: number): readonly SwimEffect[] {
    if (!this.#nameGuard.handleReliable(token, result)) this.#prober.handleReliable(token, result);
    return this.#finish(now);
  }

  /** What to send to a seed. */
  createJoinRequest(): JoinRequest {
    return this.#join.createRequest();
  }

  /** A newcomer asks this node. The answer is a `replyJoin` effect with the same token, from this call or a later one. */
  handleJoinRequest(request: JoinRequest, token: number, now: number): readonly SwimEffect[] {
    this.#join.handleRequest(request, token, now);
    return this.#finish(now);
  }

  /** A seed answered this node. A refusal changes nothing here. */
  handleJoinReply(reply: JoinReply, now: number): readonly SwimEffect[] {
    this.#join.handleReply(reply, now);
    return this.#finish(now);
  }

  /** What to send for a `requestSync`. Made when it is sent, so that it is fresh. */
  createSyncRequest(): SyncRequest {
    return this.#sync.createRequest();
  }

  /** Another node wants to exchange views. `reply` is undefined when it has no business here: refuse its call. */
  handleSyncRequest(request: SyncRequest, now: number): { readonly reply: SyncReply | undefined; readonly effects: readonly SwimEffect[] } {
    const reply = this.#sync.handleRequest(request, now);
    return { reply, effects: this.#finish(now) };
  }

  /** The other node's view. `followUp`, if any, is to be sent to it; the answer to that goes into `handleSyncReply` too. */
  handleSyncReply(reply: SyncReply, now: number): { readonly followUp: SyncRequest | undefined; readonly effects: readonly SwimEffect[] } {
    const followUp = this.#sync.handleReply(reply, now);
    return { followUp, effects: this.#finish(now) };
  }

  /** Another node wants tags of some nodes. Undefined when it has no business here: refuse its call. */
  handleTagsRequest(request: TagsRequest): TagsReply | undefined {
    return this.#tags.answer(request);
  }

  /** The end of a `fetchTags`. */
  handleTagsResult(token: number, result: TagsFetchResult, now: number): readonly SwimEffect[] {
    this.#tags.handleResult(token, result, now);
    return this.#finish(now);
  }

  /** Replaces this node's tags. @throws RpcError `INVALID_ARGUMENT` at once when they are not text pairs of at most 16 KiB. */
  setTags(tags: Tags, now: number): readonly SwimEffect[] {
    expectTags(tags);
    this.#selfDefence.setTags(tags);
    return this.#finish(now);
  }

  /** Calls in flight on this node's server: travels with every datagram from now on. */
  setLoad(load: number): void {
    this.#context.self.load = Math.max(0, Math.floor(load));
  }

  /** Keeps the loads of these nodes fresh from now on, at most 256 of them, and of no others. */
  followLoads(nodeIds: readonly string[], now: number): readonly SwimEffect[] {
    this.#loads.follow(nodeIds);
    return this.#finish(now);
  }

  /** The nodes that are missed are gone for good, whoever runs the cluster says: see {@link PartitionReport.acceptSize}. */
  acceptSize(now: number): readonly SwimEffect[] {
    this.partition.acceptSize(now);
    return this.#finish(now);
  }

  /** Says goodbye. `leaveFinished` comes when it was passed on often enough, after the linger time at the latest. */
  leave(now: number): readonly SwimEffect[] {
    if (this.#context.phase === 'running') this.#departure.begin();
    return this.#finish(now);
  }

  /** Stops without a goodbye: the others will find this node failed. Idempotent. */
  stop(now: number): readonly SwimEffect[] {
    this.#departure.halt();
    return this.#finish(now);
  }

  /** Another node was expelled: it takes no part, and nothing is heard from it. Or it was readmitted: it may come back. */
  setExpelled(nodeId: string, isExpelled: boolean, now: number): readonly SwimEffect[] {
    this.#membership.setExpelled(nodeId, isExpelled, now);
    return this.#finish(now);
  }

  /** A call or an answer came from a peer over the reliable transport. Cheap: may be called for each. */
  noteContact(nodeId: string, now: number): void {
    const member = this.#context.table.get(nodeId);
    if (member === undefined) return;
    member.lastContactMs = now;
    member.lastCallMs = now;
    this.#context.phi.contact(nodeId, now);
  }

  /** A connection to a peer was opened or closed: a peer with an open one is watched. */
  setConnected(nodeId: string, isConnected: boolean): void {
    this.#context.phi.setConnected(nodeId, isConnected);
  }

  /**
   * This process stood still for `stallMs`. To be called before the timers and datagrams that waited. Above the probe timeout, probes in flight
   * are void and suspicions last so much longer, as does the time a partition must last to be reported.
   */
  noteStall(stallMs: number, now: number): readonly SwimEffect[] {
    const parts = { prober: this.#prober, heartbeats: this.#heartbeats, membership: this.#membership, partition: this.partition };
    recognizeStall(this.#context, parts, { stallMs, now });
    return this.#finish(now);
  }

  /** All nodes that subscribers were told of, this one first. */
  nodes(): readonly NodeInfo[] {
    const nodes = [toNodeInfo(this.#context.self)];
    for (const member of this.#context.table.all()) if (member.isAnnounced) nodes.push(toNodeInfo(member));
    return nodes;
  }

  /** One node, if subscribers were told of it. */
  node(nodeId: string): NodeInfo | undefined {
    if (nodeId === this.#context.self.nodeId) return toNodeInfo(this.#context.self);
    const member = this.#context.table.get(nodeId);
    return member?.isAnnounced ? toNodeInfo(member) : undefined;
  }

  /** How many events there were: what {@link nodes} shows is current up to the event of this number. */
  get version(): number {
    return this.#context.version;
  }

  /** The suspicion level of a watched peer; undefined when it is not watched. */
  phi(nodeId: string, now: number): number | undefined {
    return this.#context.phi.phi(nodeId, now);
  }

  /** The intervals between a watched peer's heartbeats in milliseconds, oldest first; empty when it is not watched. */
  heartbeatHistory(nodeId: string): readonly number[] {
    return this.#context.phi.history(nodeId);
  }

  stats(): SwimStats {
    return statsOf(this.#context, this.#prober.directTimeoutMs);
  }

  #runTimer(timer: SwimTimer, now: number): void {
    const key = timer.key;
    switch (timer.kind) {
      case 'probe':
        return this.#prober.tick(now);
      case 'gossip':
        return this.#runGossip(now);
      case 'heartbeat':
        return this.#heartbeats.tick(now);
      case 'sync':
        return this.#sync.tick();
      case 'reconnect':
        return this.#heal.handleReconnectTimer();
      case 'seeds':
        return this.#heal.handleSeedsTimer();
      case 'housekeeping':
        return this.#heal.handleHousekeepingTimer(now);
      case 'probeDirect':
        return this.#prober.handleDirectTimeout(Number(key));
      case 'probeVerdict':
        return this.#prober.handleVerdict(Number(key), now);
      case 'relay':
        return this.#relay.handleTimer(Number(key));
      case 'phiCheck':
        return this.#heartbeats.handlePhiCheck(String(key), now);
      case 'suspicion':
        return this.#membership.endSuspicion(String(key), now);
      case 'nameCheck':
        return this.#nameGuard.handleTimer(Number(key));
      case 'partition':
        return this.partition.judge(now);
      case 'localHealth':
        // What there is to tell is told at the end of every call.
        return;
      case 'greeting':
        return this.#greeter.tick(now);
      case 'loads':
        return this.#loads.tick(now);
      case 'tags':
        return this.#tags.tick(now);
      case 'leave':
        return this.#departure.finish();
      default:
        assertNever(timer.kind, 'timer');
    }
  }

  #runGossip(now: number): void {
    this.#gossip.tick(now);
    this.#departure.noteRound();
  }

  /** What follows from a call as a whole, and then its effects. */
  #finish(now: number): readonly SwimEffect[] {
    if (this.#context.hasSizeChanged && this.#context.phase === 'running') {
      this.#context.hasSizeChanged = false;
      this.#heal.noteSize();
      this.partition.judge(now);
    }
    this.#heal.bound(now);
    this.#healthReport.note(now);
    return this.#context.takeEffects();
  }
}
