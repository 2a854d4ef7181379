import type { Random } from '../ports/random.ts';
import { BroadcastQueue } from './broadcast-queue.ts';
import type { PartitionWatch, PhiWatch } from './detectors.ts';
import type { DropReason, SwimEffect, SyncReason } from './effects.ts';
import { HealthScore } from './health-score.ts';
import type { TagHash } from './large-tags.ts';
import type { LifeguardPart } from './lifeguard.ts';
import { LossEstimate } from './loss-estimate.ts';
import { hasAddress, type Member, toNodeInfo } from './member.ts';
import { MemberTable } from './member-table.ts';
import type { MembershipEvent } from './membership-event.ts';
import { ProbeList } from './probe-list.ts';
import type { SwimSettings } from './settings.ts';
import { TimerBook } from './timers.ts';

/** What a context is made from. */
export interface ContextOptions {
  readonly clusterName: string;
  readonly self: Member;
  readonly settings: SwimSettings;
  readonly random: Random;
  readonly phi: PhiWatch;
  readonly partition: PartitionWatch;
  readonly hashTags: TagHash;
  readonly without?: readonly LifeguardPart[];
}

/** The state that the parts of the engine share, and the effects that they collect. Rules are in the parts, not here. */
export class SwimContext {
  readonly clusterName: string;
  readonly self: Member;
  readonly settings: SwimSettings;
  readonly random: Random;
  readonly phi: PhiWatch;
  readonly partition: PartitionWatch;
  readonly hashTags: TagHash;
  readonly table: MemberTable = new MemberTable();
  readonly queue: BroadcastQueue = new BroadcastQueue();
  readonly health: HealthScore;
  readonly loss: LossEstimate = new LossEstimate();
  readonly probeList: ProbeList;
  readonly timers: TimerBook;
  /** Parts of Lifeguard that are off. */
  readonly without: ReadonlySet<LifeguardPart>;
  readonly counters: SwimCounters = createCounters();
  /** `running` until `leave` or `stop`; while `leaving` nothing is probed any more, news is still passed on. */
  phase: 'idle' | 'running' | 'leaving' | 'stopped' = 'idle';
  /** Set when a member began or ceased to take part: what depends on the size of the cluster looks again. */
  hasSizeChanged = false;
  /** Names whose nodes were expelled: nothing is heard from them, and nothing but their end of them. */
  readonly expelled: Set<string> = new Set();
  /** While this node is new: whom it may introduce itself to next. */
  toGreet: string[] | undefined;
  /** When any member was last heard: proof that this node's own network works. */
  lastHeardMs: number = Number.NEGATIVE_INFINITY;
  /** Events that were emitted so far: the version of the view that subscribers have. */
  version = 0;
  /** Members that failed so far. */
  failures = 0;
  readonly #effects: SwimEffect[] = [];
  #sequence: number;

  constructor(options: ContextOptions) {
    this.clusterName = options.clusterName;
    this.self = options.self;
    this.settings = options.settings;
    this.random = options.random;
    this.phi = options.phi;
    this.partition = options.partition;
    this.hashTags = options.hashTags;
    this.without = new Set(options.without);
    this.health = new HealthScore(this.without.has('healthScore') ? 1 : options.settings.localHealthMax);
    this.probeList = new ProbeList(this.table, options.random);
    this.timers = new TimerBook(this.#effects);
    this.#sequence = Math.floor(options.random.next() * 0x1_0000_0000);
  }

  /** Nodes that are alive or suspect, this one included. */
  get clusterSize(): number {
    return this.table.active.length + 1;
  }

  /** True when no more nodes are taken in; those that are there may go on. */
  get isFull(): boolean {
    return this.clusterSize >= this.settings.maxMembers;
  }

  /** Most failed and left members that are remembered. */
  get maxDown(): number {
    return Math.max(this.settings.maxTombstones, 2 * this.clusterSize);
  }

  /** A number that no probe in flight has. */
  nextSequence(): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    return this.#sequence;
  }

  push(effect: SwimEffect): void {
    this.#effects.push(effect);
  }

  emit(event: MembershipEvent): void {
    this.version += 1;
    this.#effects.push({ kind: 'emit', event, version: this.version });
  }

  /** Emits an event about one member as it is now. */
  emitAbout(kind: 'nodeJoined' | 'nodeLeft' | 'nodeFailed' | 'nodeReaped', member: Member): void {
    this.emit({ kind, node: toNodeInfo(member) });
  }

  drop(reason: DropReason, from: string): void {
    this.counters.dropped[reason] = (this.counters.dropped[reason] ?? 0) + 1;
    this.#effects.push({ kind: 'dropped', reason, from });
  }

  requestSync(member: Member, reason: SyncReason): void {
    if (hasAddress(member)) this.#effects.push({ kind: 'requestSync', nodeId: member.nodeId, address: member.address, reason });
  }

  /** Everything collected since the last time. */
  takeEffects(): readonly SwimEffect[] {
    return this.#effects.splice(0);
  }
}

/** What happened so far, for metrics. */
export interface SwimCounters {
  probesSent: number;
  probesFailed: number;
  /** Probes that only relays or the reliable transport answered. */
  probesSavedIndirectly: number;
  /** Probes that failed and were not held against the node, because it was heard over the reliable transport. */
  probesVetoed: number;
  heartbeatsSent: number;
  refutations: number;
  suspicionsRaised: number;
  datagramsSent: number;
  bytesSent: number;
  datagramsReceived: number;
  syncs: number;
  /** Pings for the load of nodes that are followed. */
  loadPingsSent: number;
  /** Questions for tags that are too large for announcements; one may be for those of several nodes. */
  tagFetches: number;
  readonly dropped: Partial<Record<DropReason, number>>;
}

function createCounters(): SwimCounters {
  return {
    probesSent: 0,
    probesFailed: 0,
    probesSavedIndirectly: 0,
    probesVetoed: 0,
    heartbeatsSent: 0,
    refutations: 0,
    suspicionsRaised: 0,
    datagramsSent: 0,
    bytesSent: 0,
    datagramsReceived: 0,
    syncs: 0,
    loadPingsSent: 0,
    tagFetches: 0,
    dropped: {},
  };
}
