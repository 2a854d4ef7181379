import { createStrategy } from '../../src/balance/create-strategy.ts';
import { type Random, randomInteger } from '../../src/ports/random.ts';
import type { LoadBalancer, LoadReport, NodeSource } from '../../src/registry/node-source.ts';
import { WorkerRegistry } from '../../src/registry/worker-registry.ts';
import type { MembershipEvent } from '../../src/swim/membership-event.ts';
import type { NodeInfo } from '../../src/swim/node-info.ts';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import { EventQueue } from '../../src/testing/simulation/event-queue.ts';
import { percentile } from './seeds.ts';

/** A number of directors that choose among workers of different size, each by what it knows. */
export interface BalancingOptions {
  readonly seed: number;
  /** `calls`: directors call the workers they choose. `assignments`: they only tell others whom to call. */
  readonly directorsMake: 'calls' | 'assignments';
  /** Milliseconds between two reports of a worker's load to a director; 0 is never. */
  readonly reportEveryMs: number;
  /** Calls a second at each director. */
  readonly rates: readonly number[];
  /** Calls that each worker can work on at the same time; the others wait there. */
  readonly capacities: readonly number[];
  /** How long the work on a call takes on average. */
  readonly workMs: number;
  readonly forMs: number;
}

/** What came of it. */
export interface BalancingResult {
  readonly calls: number;
  /** From the choice to the end of the work. */
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
  /** The share of its capacity that the busiest worker has in use or waiting, in multiples of that of all together; looked at every 20 ms. */
  readonly imbalanceP99: number;
}

/** Runs it on virtual time, with the real registry and strategy at each director. */
export function balance(options: BalancingOptions): BalancingResult {
  return new Balancing(options).run();
}

class Balancing {
  readonly #options: BalancingOptions;
  readonly #queue = new EventQueue();
  readonly #random: Random;
  readonly #workers: readonly SimulatedWorker[];
  readonly #latencies: number[] = [];
  readonly #imbalances: number[] = [];

  constructor(options: BalancingOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#workers = options.capacities.map((capacity, index) => ({ nodeId: `w${index}`, capacity, inFlight: 0, working: 0, waiting: [] }));
  }

  run(): BalancingResult {
    const { rates, reportEveryMs, forMs } = this.#options;
    for (const rate of rates) {
      const source = new ReportedNodes(this.#workers.map(({ nodeId }) => nodeId));
      const registry = new WorkerRegistry(source, createStrategy('leastConnections', seededRandom(randomInteger(this.#random, 1_000_000))));
      this.#arrive(registry, 1000 / rate);
      this.#ask(source);
      if (reportEveryMs > 0) for (const worker of this.#workers) this.#report(worker, source, reportEveryMs * this.#random.next());
    }
    this.#queue.after(WARM_UP_MS, () => this.#look());
    while (this.#queue.step(forMs));
    return {
      calls: this.#latencies.length,
      latencyP50Ms: percentile(this.#latencies, 0.5),
      latencyP99Ms: percentile(this.#latencies, 0.99),
      imbalanceP99: percentile(this.#imbalances, 0.99),
    };
  }

  #arrive(registry: WorkerRegistry, everyMs: number): void {
    this.#queue.after(this.#exponential(everyMs), () => {
      const { nodeId } = registry.selectWorker();
      const call = this.#options.directorsMake === 'calls' ? registry.acquire(nodeId) : undefined;
      const startMs = this.#queue.nowMs;
      // Who was only told of a worker takes a little longer to call it.
      this.#queue.after(this.#wayMs() * (call ? 1 : 4), () =>
        this.#begin(nodeId, () => {
          this.#latencies.push(this.#queue.nowMs - startMs);
          this.#queue.after(this.#wayMs(), () => call?.release());
        }),
      );
      this.#arrive(registry, everyMs);
    });
  }

  #begin(nodeId: string, done: () => void): void {
    const worker = this.#workers.find((each) => each.nodeId === nodeId) as SimulatedWorker;
    worker.inFlight += 1;
    const work = (): void => {
      worker.working += 1;
      this.#queue.after(this.#exponential(this.#options.workMs), () => {
        worker.working -= 1;
        worker.inFlight -= 1;
        done();
        worker.waiting.shift()?.();
      });
    };
    if (worker.working < worker.capacity) work();
    else worker.waiting.push(work);
  }

  #report(worker: SimulatedWorker, source: ReportedNodes, inMs: number): void {
    this.#queue.after(inMs, () => {
      const { nodeId, inFlight: load } = worker;
      this.#queue.after(this.#wayMs(), () => source.report({ nodeId, load, atMs: this.#queue.nowMs }));
      this.#report(worker, source, this.#options.reportEveryMs * (0.95 + 0.1 * this.#random.next()));
    });
  }

  #ask(source: ReportedNodes): void {
    this.#queue.after(1000, () => {
      source.ask(this.#queue.nowMs);
      this.#ask(source);
    });
  }

  #look(): void {
    const shares = this.#workers.map(({ inFlight, capacity }) => inFlight / capacity);
    const total = this.#workers.reduce((sum, { inFlight }) => sum + inFlight, 0);
    const capacity = this.#workers.reduce((sum, each) => sum + each.capacity, 0);
    if (total > 0) this.#imbalances.push(Math.max(...shares) / (total / capacity));
    this.#queue.after(20, () => this.#look());
  }

  #exponential(meanMs: number): number {
    return -Math.log(1 - this.#random.next()) * meanMs;
  }

  #wayMs(): number {
    return 1 + 2 * this.#random.next();
  }
}

interface SimulatedWorker {
  readonly nodeId: string;
  readonly capacity: number;
  inFlight: number;
  working: number;
  readonly waiting: (() => void)[];
}

/** The nodes as one director sees them: they stay, and their loads come as reports. */
class ReportedNodes implements NodeSource {
  readonly #nodes: readonly NodeInfo[];
  #listener: (report: LoadReport) => void = () => {};
  #balancer: LoadBalancer | undefined;

  constructor(nodeIds: readonly string[]) {
    const common = { epoch: 1, incarnation: 0, state: 'alive', address: 'w:1', gossipAddress: 'w:2', tags: { role: 'worker' } } as const;
    const unheard = { hasCurrentTags: true, load: 0, loadAtMs: undefined, lastContactMs: undefined, isLocal: false };
    this.#nodes = nodeIds.map((nodeId) => ({ nodeId, ...common, ...unheard }));
  }

  nodes(): readonly NodeInfo[] {
    return this.#nodes;
  }

  subscribe(_: (event: MembershipEvent) => void): () => void {
    return () => {};
  }

  onLoad(listener: (report: LoadReport) => void): () => void {
    this.#listener = listener;
    return () => {};
  }

  followLoads(balancer: LoadBalancer): () => void {
    this.#balancer = balancer;
    return () => {};
  }

  report(report: LoadReport): void {
    this.#listener(report);
  }

  ask(now: number): void {
    this.#balancer?.wantedLoads(now);
  }
}

const WARM_UP_MS = 1000;
