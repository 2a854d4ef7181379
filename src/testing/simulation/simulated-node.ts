import { PartitionDetector } from '../../detector/partition.ts';
import { PhiDetector } from '../../detector/phi-detector.ts';
import type { SwimEffect } from '../../swim/effects.ts';
import type { NodeInfo, Tags } from '../../swim/node-info.ts';
import { Swim } from '../../swim/swim.ts';
import type { SwimTimer } from '../../swim/timer.ts';
import { assertNever } from '../../util/assert-never.ts';
import type { HeldAmounts } from './bounds-checker.ts';
import type { ScheduledAction } from './event-queue.ts';
import { InputGate } from './input-gate.ts';
import type { NodeSurroundings } from './node-surroundings.ts';
import type { SimulatedEvent } from './simulated-event.ts';
import { SimulatedExchanges } from './simulated-exchanges.ts';
import type { SimulatedNodeOptions } from './simulated-node-options.ts';
import { hashTags, SimulatedTags } from './simulated-tags.ts';
import { noticedStallMs, type StallPlace, type WaitingInput } from './stalled-loop.ts';

/** One life of one node: an engine, and the driver that carries its effects out in virtual time. */
export class SimulatedNode {
  readonly nodeId: string;
  readonly networkName: string;
  readonly life: number;
  readonly address: string;
  readonly gossipAddress: string;
  readonly seeds: readonly string[];
  readonly swim: Swim;
  /** What its subscribers were told, in order. */
  readonly events: SimulatedEvent[] = [];
  /** While it says goodbye for nodes that were given up. */
  isGivingUp = false;
  /** `running`, `leaving` after a call to leave, `gone` after it has left, crashed or given up its name. */
  phase: 'running' | 'leaving' | 'gone' = 'running';
  /** Grows with every change of what this node holds. */
  viewRevision = 0;
  /** How often it announced itself: at the start, with new tags, and to object. */
  announcements = 0;
  /** Bytes of the requests and answers that it sent over the reliable transport, before encryption. */
  callBytesSent = 0;
  /** Fetches and serves large tags. */
  readonly tags: SimulatedTags;
  /** Carries its joins, exchanges of views and reliable pings. */
  readonly exchanges: SimulatedExchanges;
  /** Most calls of others that it served at once, each from its arrival until its answer was back. */
  peakCalls = 0;
  #calls = 0;
  readonly #surroundings: NodeSurroundings;
  readonly #timers = new Map<number, ScheduledAction>();
  readonly #startedMs: number;
  readonly #gate = new InputGate();

  constructor(options: SimulatedNodeOptions, surroundings: NodeSurroundings) {
    const { nodeId, address, gossipAddress, seeds, settings } = options;
    this.nodeId = nodeId;
    this.networkName = options.networkName;
    this.life = options.life;
    this.address = address;
    this.gossipAddress = gossipAddress;
    this.seeds = seeds;
    this.#surroundings = surroundings;
    this.#startedMs = surroundings.queue.nowMs;
    const phi = new PhiDetector(nodeId, options.phi, settings.heartbeatIntervalMs);
    this.swim = new Swim({
      ...options,
      hasSeeds: seeds.length > 0,
      phi,
      partition: new PartitionDetector(nodeId, options.partition),
      hashTags,
    });
    const apply = (effects: readonly SwimEffect[]): void => this.#apply(effects);
    this.tags = new SimulatedTags(this, surroundings, apply);
    this.exchanges = new SimulatedExchanges(this, surroundings, apply);
  }

  get isRunning(): boolean {
    return this.phase !== 'gone';
  }

  start(): void {
    this.#apply(this.swim.start(this.#now));
  }

  /** A datagram arrives. */
  receive(bytes: Uint8Array, from: string): void {
    this.#whenAwake('datagram', () => this.#apply(this.swim.handleDatagram(bytes, from, this.#now)));
  }

  /** A call arrives, or its answer comes back. */
  handle(action: () => void): void {
    this.#whenAwake('call', action);
  }

  /** Calls of others that it serves: one more when one arrives, one less when its caller has the answer or gave up. */
  countCall(change: 1 | -1): void {
    this.#calls += change;
    this.peakCalls = Math.max(this.peakCalls, this.#calls);
  }

  setTags(tags: Tags): void {
    this.#apply(this.swim.setTags(tags, this.#now));
  }

  /** Keeps the loads of these nodes fresh. */
  followLoads(nodeIds: readonly string[]): void {
    this.#apply(this.swim.followLoads(nodeIds, this.#now));
  }

  acceptSize(): void {
    this.isGivingUp = true;
    this.#apply(this.swim.acceptSize(this.#now));
    this.isGivingUp = false;
  }

  leave(): void {
    this.phase = 'leaving';
    this.#apply(this.swim.leave(this.#now));
  }

  /** The process is gone: no goodbye, no timers. */
  crash(): void {
    this.phase = 'gone';
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#gate.clear();
  }

  /** The event loop stands still: what arrives waits in the socket, timers are late. False when it stands still already. */
  pause(): boolean {
    if (this.#gate.isStalled) return false;
    this.#gate.stall(this.#now);
    return true;
  }

  /** The event loop goes on, in the order of Node.js after a standstill in such a place. */
  resume(place: StallPlace = 'timer'): void {
    const sinceMs = this.#gate.endStall();
    if (sinceMs === undefined || this.phase === 'gone') return;
    const noticedMs = noticedStallMs(this.#now - sinceMs, sinceMs - this.#startedMs);
    if (noticedMs > 0) this.#apply(this.swim.noteStall(noticedMs, this.#now));
    this.#gate.release(place, () => this.isRunning);
  }

  /** Stops reading what arrives while the timers go on, as a process that does not get to its messages; or reads again, first what waits. */
  setDeaf(isDeaf: boolean): void {
    this.#gate.setDeaf(isDeaf);
    if (!isDeaf) this.#gate.release('timer', () => this.isRunning);
  }

  /** All nodes as this one sees them. */
  nodes(): readonly NodeInfo[] {
    return this.swim.nodes();
  }

  /** What its engine and its driver hold, for the checkers. */
  heldAmounts(): HeldAmounts {
    return { stats: this.swim.stats(), timers: this.#timers.size, joins: this.exchanges.joinsUnderWay };
  }

  /** Carries out what the engine asked for. */
  #apply(effects: readonly SwimEffect[]): void {
    for (const effect of effects) {
      if (this.phase === 'gone') return;
      this.#surroundings.watch(this, effect);
      this.#carryOut(effect);
    }
    this.#surroundings.stepped(this);
  }

  #carryOut(effect: SwimEffect): void {
    switch (effect.kind) {
      case 'sendDatagram':
        return this.#surroundings.sendDatagram(this, effect.to, effect.bytes);
      case 'sendReliablePing':
        return this.exchanges.ping(effect);
      case 'requestSync':
        return this.exchanges.sync(effect.address);
      case 'fetchTags':
        return this.tags.fetch(effect);
      case 'joinSeeds':
        return this.exchanges.joinSeeds(effect.reason);
      case 'replyJoin':
        return this.exchanges.replyJoin(effect);
      case 'scheduleTimer':
        return this.#schedule(effect.timer, effect.afterMs);
      case 'cancelTimer':
        this.#timers.get(effect.timer.generation)?.cancel();
        this.#timers.delete(effect.timer.generation);
        return;
      case 'emit':
        this.events.push({ atMs: this.#now, event: effect.event });
        return;
      case 'nameConflict':
        if (effect.isLocal) this.crash();
        return;
      case 'leaveFinished':
        return this.crash();
      case 'memberChanged':
        if (effect.nodeId === this.nodeId) this.announcements += 1;
        this.viewRevision += 1;
        return;
      case 'memberForgotten':
        this.viewRevision += 1;
        return;
      case 'loadChanged':
      case 'dropped':
        return;
      default:
        assertNever(effect, 'effect');
    }
  }

  #schedule(timer: SwimTimer, afterMs: number): void {
    const action = this.#surroundings.queue.after(afterMs, () => {
      this.#timers.delete(timer.generation);
      this.#whenAwake('timer', () => this.#apply(this.swim.handleTimer(timer, this.#now)));
    });
    this.#timers.set(timer.generation, action);
  }

  #whenAwake(kind: WaitingInput['kind'], action: () => void): void {
    if (this.phase !== 'gone' && !this.#gate.pass(kind, action)) this.#surroundings.noteOverflow();
  }

  get #now(): number {
    return this.#surroundings.queue.nowMs;
  }
}
