import type { PartitionSettings } from '../../detector/partition.ts';
import type { PhiOptions } from '../../detector/phi-settings.ts';
import type { LifeguardPart } from '../../swim/lifeguard.ts';
import type { MembershipEvent } from '../../swim/membership-event.ts';
import type { NodeState, Tags } from '../../swim/node-info.ts';
import { resolveSwimSettings, type SwimSettings, type SwimSettingsOptions } from '../../swim/settings.ts';
import { seededRandom } from '../seeded-random.ts';
import { EventQueue } from './event-queue.ts';
import { createFaultCounters, type FaultCounters, type SimulatedFaults } from './fault-counters.ts';
import type { ActiveRule } from './link-rule.ts';
import { OneView } from './one-view.ts';
import { addressesOfHost, hostOfAddress } from './simulated-address.ts';
import { type NetworkConditions, SimulatedNetwork } from './simulated-network.ts';
import { SimulatedNode } from './simulated-node.ts';
import { SimulatedTransport } from './simulated-transport.ts';
import { SimulationTrace } from './simulation-trace.ts';
import { SimulationWatch } from './simulation-watch.ts';
import { beSlow, type SlowOptions } from './slow-node.ts';
import type { StallPlace } from './stalled-loop.ts';

/** How a simulation is set up. */
export interface ClusterSimulationOptions {
  /** Everything that is left to chance follows from it: the same seed and the same calls give the same run. */
  readonly seed: number;
  readonly settings?: SwimSettingsOptions;
  readonly phi?: PhiOptions;
  readonly partition?: Partial<PartitionSettings>;
  readonly network?: Partial<NetworkConditions>;
  /** Parts of Lifeguard that every node does without, to show what they are good for. Default none. */
  readonly without?: readonly LifeguardPart[];
  /** Whether to keep a line for every effect; see {@link ClusterSimulation.trace}. Default false. */
  readonly isTraced?: boolean;
}

/** How a node is added. */
export interface AddNodeOptions {
  /** Node ids of the nodes to join through; their addresses are looked up at every attempt. Default: the first node that was added. */
  readonly seeds?: readonly string[];
  readonly tags?: Tags;
  readonly clusterName?: string;
}

/** How a node comes back. */
export interface RestartOptions {
  /** Whether the new life has other addresses. Default false. */
  readonly hasNewAddress?: boolean;
  /** By how much its wall clock was set back while it was down, in milliseconds. Default 0. */
  readonly clockBackMs?: number;
}

/**
 * A cluster in one process under virtual time: as many membership engines as wanted, a network that loses, delays, doubles and reorders, partitions,
 * crashes, restarts, stalled and slow nodes, all from one seed. After every step the checkers run; `InvariantError` says which rule was broken.
 *
 * @example
 * const simulation = new ClusterSimulation({ seed: 42 });
 * simulation.addNodes(5);
 * simulation.runUntil(() => simulation.isConverged(), { withinMs: 5000 });
 * simulation.crash('node-3');
 * simulation.runUntil(() => simulation.seenBy('node-1', 'node-3') === 'failed', { withinMs: 15_000 });
 */
export class ClusterSimulation {
  readonly seed: number;
  readonly network: SimulatedNetwork;
  readonly settings: SwimSettings;
  readonly #options: ClusterSimulationOptions;
  readonly #queue = new EventQueue();
  readonly #watch: SimulationWatch;
  readonly #faults: FaultCounters = createFaultCounters();
  readonly #trace: SimulationTrace | undefined;
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #transport: SimulatedTransport;
  readonly #addOptions = new Map<string, AddNodeOptions>();
  readonly #oneView = new OneView();
  #lives = 0;

  constructor(options: ClusterSimulationOptions) {
    this.seed = options.seed;
    this.#options = options;
    this.settings = resolveSwimSettings(options.settings);
    this.network = new SimulatedNetwork(seededRandom(options.seed), options.network);
    this.#transport = new SimulatedTransport(this.network, this.#queue);
    this.#trace = options.isTraced ? new SimulationTrace() : undefined;
    this.#watch = new SimulationWatch({ trace: this.#trace, maxTombstones: this.settings.maxTombstones });
  }

  /** Virtual milliseconds since the start. */
  get nowMs(): number {
    return this.#queue.nowMs;
  }

  /** A line for every effect of every node; empty unless traced. */
  get trace(): readonly string[] {
    return this.#trace?.lines ?? [];
  }

  /** How often each kind of fault happened so far: a test that counts on a fault can see that it struck. */
  faults(): SimulatedFaults {
    return { ...this.#faults, ...this.network.counters };
  }

  /** The present or last life of a node. */
  node(nodeId: string): SimulatedNode {
    const node = this.#nodes.get(nodeId);
    if (node === undefined) throw new Error(`Expected the id of a node that was added, got ${JSON.stringify(nodeId)}`);
    return node;
  }

  /** The nodes that run now. */
  running(): SimulatedNode[] {
    return [...this.#nodes.values()].filter((node) => node.isRunning);
  }

  /** Starts a node. */
  addNode(nodeId: string, options: AddNodeOptions = {}): SimulatedNode {
    this.#addOptions.set(nodeId, options);
    return this.#startLife(nodeId, { host: this.#lives + 1, clockBackMs: 0 });
  }

  /** Starts `node-1` to `node-<count>`, one every `everyMs`, and returns when the last has started. */
  addNodes(count: number, options: AddNodeOptions & { readonly everyMs?: number } = {}): void {
    for (let i = 1; i <= count; i++) {
      this.addNode(`node-${i}`, options);
      if (i < count) this.run(options.everyMs ?? 10);
    }
  }

  /**
   * Starts a second process under the name of a node that was added, without ending the first. {@link node} and the views mean the first one still;
   * rules of the network know it as `networkName`.
   */
  addNamesake(nodeId: string, options: AddNodeOptions & { readonly networkName?: string } = {}): SimulatedNode {
    const first = this.node(nodeId);
    const added = this.#addOptions.get(nodeId) ?? {};
    this.#addOptions.set(nodeId, { ...added, ...options });
    const second = this.#startLife(nodeId, {
      host: this.#lives + NEW_HOSTS,
      clockBackMs: 0,
      networkName: options.networkName ?? `${nodeId}-twin`,
    });
    this.#nodes.set(nodeId, first);
    this.#addOptions.set(nodeId, added);
    return second;
  }

  /** Kills a node without a goodbye. */
  crash(nodeId: string): void {
    this.#note(nodeId, 'crash');
    this.#faults.crashes += 1;
    this.node(nodeId).crash();
  }

  /** Starts a node again under its name, with an empty memory. */
  restart(nodeId: string, options: RestartOptions = {}): SimulatedNode {
    const previous = this.node(nodeId);
    previous.crash();
    this.#transport.remove(previous);
    this.#watch.end(previous);
    this.#note(nodeId, 'restart');
    this.#faults.restarts += 1;
    if (options.hasNewAddress) this.#faults.addressChanges += 1;
    if ((options.clockBackMs ?? 0) > 0) this.#faults.clocksSetBack += 1;
    const host = options.hasNewAddress ? this.#lives + NEW_HOSTS : hostOfAddress(previous.address);
    return this.#startLife(nodeId, { host, clockBackMs: options.clockBackMs ?? 0 });
  }

  /** Drops all that is kept of a node that is gone: it can be neither asked nor restarted any more. For runs with very many of them. */
  discard(nodeId: string): void {
    const node = this.node(nodeId);
    if (node.isRunning) throw new Error(`Expected a node that is gone, got ${nodeId}, which is ${node.phase}`);
    this.#transport.remove(node);
    this.#watch.end(node);
    this.#nodes.delete(nodeId);
    this.#addOptions.delete(nodeId);
  }

  /** Lets a node say goodbye and go. */
  leave(nodeId: string): void {
    this.#note(nodeId, 'leave');
    this.#faults.leaves += 1;
    this.node(nodeId).leave();
  }

  /** Stops a node's event loop for a while, inside a callback of this kind: what comes first afterwards depends on it. Default `timer`. */
  pause(nodeId: string, forMs: number, place: StallPlace = 'timer'): void {
    const node = this.node(nodeId);
    this.#note(nodeId, `pause ${forMs} ${place}`);
    if (!node.pause()) return;
    this.#faults.stalls[place] += 1;
    this.#queue.after(forMs, () => node.resume(place));
  }

  /** Makes a node slow, again and again, until what is returned is removed or its life ends. */
  slow(nodeId: string, options: SlowOptions): ActiveRule {
    this.#note(nodeId, `slow ${JSON.stringify(options)}`);
    this.#faults.slowNodes += 1;
    return beSlow(this.node(nodeId), { ...options, queue: this.#queue });
  }

  /** Lets virtual time pass. */
  run(forMs: number): void {
    const endMs = this.#queue.nowMs + forMs;
    this.#runTo(endMs);
    this.#queue.advanceTo(endMs);
  }

  /**
   * Lets time pass until `isReached`, asked every `everyMs`, and returns how long that took.
   * @throws Error naming the seed when it is not reached within `withinMs`.
   */
  runUntil(isReached: () => boolean, options: { readonly withinMs: number; readonly everyMs?: number; readonly what?: string }): number {
    const startMs = this.#queue.nowMs;
    while (!isReached()) {
      if (this.#queue.nowMs - startMs >= options.withinMs) {
        throw new Error(`Seed ${this.seed}: ${options.what ?? 'the condition'} was not reached within ${options.withinMs} ms`);
      }
      this.run(options.everyMs ?? 10);
    }
    return this.#queue.nowMs - startMs;
  }

  /** The state in which `observer` sees `subject`; undefined when it does not know it. */
  seenBy(observer: string, subject: string): NodeState | undefined {
    return this.node(observer).swim.node(subject)?.state;
  }

  /** True when every running node sees all running nodes alive, in their present lives with their present tags, and nobody else alive or suspect. */
  isConverged(): boolean {
    return this.#oneView.isReached(this.running());
  }

  /** Events of one kind that a node's present life told, in order. */
  eventsOf<K extends MembershipEvent['kind']>(observer: string, kind: K): Extract<MembershipEvent, { readonly kind: K }>[] {
    return this.node(observer)
      .events.map((item) => item.event)
      .filter((event): event is Extract<MembershipEvent, { readonly kind: K }> => event.kind === kind);
  }

  #startLife(nodeId: string, life: { readonly host: number; readonly clockBackMs: number; readonly networkName?: string }): SimulatedNode {
    this.#lives += 1;
    const { seeds, tags = {}, clusterName = 'simulation' } = this.#addOptions.get(nodeId) ?? {};
    const first = this.#nodes.keys().next().value;
    const seedIds = (seeds ?? (first === undefined ? [] : [first])).filter((seed) => seed !== nodeId && this.#nodes.has(seed));
    const node = new SimulatedNode(
      {
        nodeId,
        networkName: life.networkName ?? nodeId,
        life: this.#lives,
        epoch: FIRST_EPOCH + Math.floor(this.#queue.nowMs) - life.clockBackMs,
        ...addressesOfHost(life.host),
        seeds: seedIds,
        clusterName,
        tags,
        settings: this.settings,
        phi: this.#options.phi ?? {},
        partition: this.#options.partition ?? {},
        without: this.#options.without ?? [],
        random: seededRandom(Math.imul(this.seed, 0x9e3779b1) + this.#lives * 0x85ebca6b),
      },
      {
        queue: this.#queue,
        sendDatagram: (from, to, bytes) => this.#transport.sendDatagram(from, to, bytes),
        call: (from, request) => this.#transport.call(from, request),
        resolve: (seed) => this.#nodes.get(seed)?.address,
        watch: (watched, effect) => this.#watch.effect(watched, effect, this.#queue.nowMs),
        stepped: (stepped) => this.#watch.stepped(stepped, this.#queue.nowMs),
        noteOverflow: () => this.#noteOverflow(),
      },
    );
    this.#nodes.set(nodeId, node);
    this.#transport.add(node);
    this.#watch.begin(node);
    node.start();
    return node;
  }

  #runTo(endMs: number): void {
    const running = (): readonly SimulatedNode[] => this.running();
    try {
      while (this.#queue.step(endMs)) this.#watch.passed(this.#queue.nowMs, running);
    } catch (error) {
      throw new Error(`Seed ${this.seed}, at ${this.#queue.nowMs.toFixed(3)} ms: ${String(error)}`, { cause: error });
    }
  }

  #noteOverflow(): void {
    this.#faults.overflows += 1;
  }

  #note(nodeId: string, what: string): void {
    this.#trace?.note(this.#queue.nowMs, nodeId, what);
  }
}

/** Far from the numbers of the hosts that nodes begin on. */
const NEW_HOSTS = 1_000_000;
const FIRST_EPOCH = 1_700_000_000_000;
