import { BenchProcess } from '../bench-process.ts';
import type { HostCommand } from './host-process.ts';
import type { HostSettings } from './hosted-node.ts';
import type { HostProgress, LoopDelay, StartOrder } from './node-host.ts';
import type { Departure, FalseAlarms } from './observations.ts';
import { addTotals, NO_TOTALS, type Totals } from './totals.ts';

/** How the processes are started. */
export interface HostGroupOptions {
  readonly processes: number;
  /** What Node.js is started with in them. */
  readonly nodeOptions: readonly string[];
  /** Hears how far a measurement is. */
  readonly tell: (what: string) => void;
}

/** All processes that the nodes of one cluster run in, asked together. */
export class HostGroup {
  readonly tell: (what: string) => void;
  #hosts: readonly BenchProcess<HostCommand>[];
  /** Which process a node runs in. */
  readonly #homes = new Map<string, BenchProcess<HostCommand>>();
  #ids: readonly string[];
  readonly #seeds: string[] = [];
  /** What nodes of processes said that were killed since. */
  readonly #lastWords: FalseAlarms[] = [];

  /** Node ids are dealt out to the processes in turn. */
  constructor(nodeIds: readonly string[], { processes, nodeOptions, tell }: HostGroupOptions) {
    this.tell = tell;
    this.#hosts = Array.from({ length: processes }, () => new BenchProcess<HostCommand>('cluster/host', ['--expose-gc', ...nodeOptions]));
    this.#ids = nodeIds;
    for (const [i, nodeId] of nodeIds.entries()) this.#homes.set(nodeId, this.#hosts[i % processes] as BenchProcess<HostCommand>);
  }

  /** Names of the nodes of all processes that run. */
  get nodeIds(): readonly string[] {
    return this.#ids;
  }

  get processes(): number {
    return this.#hosts.length;
  }

  /** Gives the fewest files that one of them may have open. */
  async open(settings: HostSettings): Promise<number> {
    return Math.min(...(await this.#askAll<number>({ kind: 'open', settings })));
  }

  /** Lets a node listen before it is started: others join through it. */
  async addSeed(nodeId: string): Promise<void> {
    this.#seeds.push((await this.#homeOf(nodeId).ask({ kind: 'listen', nodeId })) as string);
  }

  /** Addresses to join through. */
  get seeds(): readonly string[] {
    return this.#seeds;
  }

  async start(orders: readonly StartOrder[]): Promise<void> {
    const perHost = this.#hosts.map((host) => ({ host, orders: orders.filter(({ nodeId }) => this.#homeOf(nodeId) === host) }));
    await Promise.all(
      perHost.filter((part) => part.orders.length > 0).map((part) => part.host.ask({ kind: 'start', orders: part.orders }, PATIENCE_MS)),
    );
  }

  progress(expected: number): Promise<readonly HostProgress[]> {
    return this.#askAll({ kind: 'progress', expected });
  }

  async expect(what: 'departure' | 'return', nodeIds: readonly string[]): Promise<void> {
    await this.#askAll({ kind: 'expect', what, nodeIds });
  }

  async remove(nodeId: string, isGraceful: boolean): Promise<number> {
    return (await this.#homeOf(nodeId).ask({ kind: 'remove', nodeId, isGraceful }, PATIENCE_MS)) as number;
  }

  /** What all observers together say, in the order of `nodeIds`. */
  async departures(nodeIds: readonly string[]): Promise<Departure[]> {
    const perHost = await this.#askAll<readonly Departure[]>({ kind: 'departures', nodeIds });
    return nodeIds.map((_, i) => perHost.map((departures) => departures[i] as Departure).reduce(mergeDepartures));
  }

  async totals(): Promise<{ readonly totals: Totals; readonly delay: LoopDelay }> {
    const parts = await this.#askAll<{ readonly totals: Totals; readonly delay: LoopDelay }>({ kind: 'totals' });
    return {
      totals: parts.map(({ totals }) => totals).reduce(addTotals, NO_TOTALS),
      delay: {
        p99Ms: Math.max(...parts.map(({ delay }) => delay.p99Ms)),
        maxMs: Math.max(...parts.map(({ delay }) => delay.maxMs)),
      },
    };
  }

  async falseAlarms(): Promise<FalseAlarms> {
    const parts = [...this.#lastWords, ...(await this.#askAll<FalseAlarms>({ kind: 'falseAlarms' }))];
    return {
      failures: parts.reduce((sum, { failures }) => sum + failures, 0),
      suspicions: parts.reduce((sum, { suspicions }) => sum + suspicions, 0),
      failed: [...new Set(parts.flatMap(({ failed }) => failed))],
    };
  }

  /** Bytes that all processes hold after collecting garbage. */
  async heldBytes(): Promise<number> {
    const parts = await this.#askAll<{ readonly heldBytes: number }>({ kind: 'memory' });
    return parts.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
  }

  /** Kills one process and with it all of its nodes, the one that has fewest of the first nodes; gives their names. */
  async killOne(): Promise<readonly string[]> {
    const victim = this.#hosts.at(-1) as BenchProcess<HostCommand>;
    const nodeIds = this.#ids.filter((nodeId) => this.#homeOf(nodeId) === victim);
    await this.expect('departure', nodeIds);
    this.#lastWords.push((await victim.ask({ kind: 'falseAlarms' }, PATIENCE_MS)) as FalseAlarms);
    this.#hosts = this.#hosts.slice(0, -1);
    this.#ids = this.#ids.filter((nodeId) => !nodeIds.includes(nodeId));
    await victim.kill();
    return nodeIds;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#hosts.map((host) => host.ask({ kind: 'close' }, PATIENCE_MS)));
    await Promise.all(this.#hosts.map((host) => host.end()));
  }

  #homeOf(nodeId: string): BenchProcess<HostCommand> {
    const home = this.#homes.get(nodeId);
    if (home === undefined) throw new Error(`Expected the name of a node of this cluster, got ${nodeId}`);
    return home;
  }

  async #askAll<T>(command: HostCommand): Promise<T[]> {
    return (await Promise.all(this.#hosts.map((host) => host.ask(command, PATIENCE_MS)))) as T[];
  }
}

function mergeDepartures(a: Departure, b: Departure): Departure {
  const suspected = [a.suspectedAtMs, b.suspectedAtMs].filter((atMs) => atMs !== undefined);
  return {
    knownBy: a.knownBy + b.knownBy,
    lastKnownAtMs: Math.max(a.lastKnownAtMs, b.lastKnownAtMs),
    suspectedAtMs: suspected.length === 0 ? undefined : Math.min(...suspected),
  };
}

/** A process whose event loop is full answers late. */
const PATIENCE_MS = 120_000;
