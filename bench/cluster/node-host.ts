import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { HostedNode, type HostSettings } from './hosted-node.ts';
import { Observations } from './observations.ts';
import { sharedNow } from './shared-clock.ts';
import { addTotals, NO_TOTALS, type Totals, totalsOf } from './totals.ts';
import { ServerTraffic } from './traffic.ts';

/** A node that is to be started, at a time on the shared clock. */
export interface StartOrder {
  readonly nodeId: string;
  readonly seeds: readonly string[];
  readonly atMs: number;
}

/** How far the nodes of one process are. */
export interface HostProgress {
  readonly joined: number;
  /** Why nodes could not join, with their names. */
  readonly failures: readonly string[];
  /** How late the latest start was: this process had other work. */
  readonly latestStartMs: number;
  /** How many nodes hold which whole view; those that hold none are in none of them. */
  readonly views: Readonly<Record<string, number>>;
  /** When the view of one of them changed last. */
  readonly changedAtMs: number;
}

/** How evenly a process ran since it was asked last. */
export interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Many real nodes in one process, and what they saw. */
export class NodeHost {
  readonly observations: Observations = new Observations();
  readonly #settings: HostSettings;
  readonly #nodes = new Map<string, HostedNode>();
  readonly #traffic = new ServerTraffic();
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 20 });
  readonly #failures: string[] = [];
  readonly #waiting: StartOrder[] = [];
  #joining = 0;
  #ended: Totals = NO_TOTALS;
  #joined = 0;
  #latestStartMs = 0;

  constructor(settings: HostSettings) {
    this.#settings = settings;
    this.#delay.enable();
  }

  /** Lets a node listen that others join through, before it is started itself. */
  listen(nodeId: string): Promise<string> {
    return this.#create(nodeId).listen();
  }

  /**
   * Starts nodes when their time has come, or later when so many are joining already that the machine does not keep up: all at once would take so long that every
   * attempt of every node ran out of time, and none would ever join.
   */
  start(orders: readonly StartOrder[]): void {
    for (const order of orders) setTimeout(() => this.#enqueue(order), Math.max(0, order.atMs - sharedNow()));
  }

  progress(expected: number): HostProgress {
    const views: Record<string, number> = {};
    let changedAtMs = 0;
    for (const node of this.#nodes.values()) {
      const digest = node.digest(expected);
      if (digest !== undefined) views[digest] = (views[digest] ?? 0) + 1;
      changedAtMs = Math.max(changedAtMs, node.changedAtMs);
    }
    return { joined: this.#joined, failures: this.#failures, latestStartMs: this.#latestStartMs, views, changedAtMs };
  }

  /** Takes a node away, with a goodbye or without; gives the time at which it began to go. */
  async remove(nodeId: string, isGraceful: boolean): Promise<number> {
    const node = this.#nodes.get(nodeId);
    if (node === undefined) throw new Error(`Expected the name of a node of this process, got ${nodeId}`);
    this.#nodes.delete(nodeId);
    this.#joined -= 1;
    const atMs = sharedNow();
    const gone = isGraceful ? node.leave() : node.crash();
    const { stats } = node;
    if (stats !== undefined) this.#ended = addTotals(this.#ended, totalsOf(stats));
    await gone;
    return atMs;
  }

  totals(): Totals {
    const { user, system } = process.cpuUsage();
    let totals = addTotals(this.#ended, { ...NO_TOTALS, callBytes: this.#traffic.bytes, cpuMs: (user + system) / 1_000 });
    for (const { stats } of this.#nodes.values()) if (stats !== undefined) totals = addTotals(totals, totalsOf(stats));
    return totals;
  }

  takeLoopDelay(): LoopDelay {
    const delay = { p99Ms: this.#delay.percentile(99) / 1e6, maxMs: this.#delay.max / 1e6 };
    this.#delay.reset();
    return delay;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.crash()));
  }

  #create(nodeId: string): HostedNode {
    const node = new HostedNode(nodeId, this.#settings, this.observations);
    this.#nodes.set(nodeId, node);
    return node;
  }

  #enqueue(order: StartOrder): void {
    this.#waiting.push(order);
    this.#startWaiting();
  }

  #startWaiting(): void {
    while (this.#joining < MAX_JOINING) {
      const order = this.#waiting.shift();
      if (order === undefined) return;
      this.#joining += 1;
      void this.#start(order).then(() => {
        this.#joining -= 1;
        this.#startWaiting();
      });
    }
  }

  async #start({ nodeId, seeds, atMs }: StartOrder): Promise<void> {
    this.#latestStartMs = Math.max(this.#latestStartMs, sharedNow() - atMs);
    try {
      await (this.#nodes.get(nodeId) ?? this.#create(nodeId)).join(seeds);
      this.#joined += 1;
    } catch (error) {
      this.#failures.push(`${nodeId}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** On a machine that keeps up a join takes some 20 ms: a process starts a hundred nodes within a second. */
const MAX_JOINING = 3;
