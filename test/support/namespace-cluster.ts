import { setTimeout as sleep } from 'node:timers/promises';
import { createDevelopmentAuthority } from '../../src/certs/development-certificates.ts';
import type { SwimSettingsOptions } from '../../src/swim/settings.ts';
import { type ChildScenario, startScenario } from './child-scenario.ts';
import type { ClusterNodeInput, ClusterNodeReport, ClusterNodeRequest, ToldEvent } from './cluster-node-process.ts';
import { NamespaceNetwork } from './namespace-network.ts';

/** How the nodes of a {@link NamespaceCluster} are set up. */
export interface NamespaceClusterOptions {
  readonly transport: 'quic' | 'tls';
  readonly size: number;
  readonly membership: SwimSettingsOptions;
  readonly partitionGraceMs: number;
  /** How long anything that is waited for may take. */
  readonly patienceMs: number;
}

/** Nodes `node-0`, `node-1`, ..., each a process in a network namespace of its own, with a certificate for its own address and one authority for all. */
export class NamespaceCluster {
  readonly network: NamespaceNetwork;
  readonly #options: NamespaceClusterOptions;
  readonly #processes: ChildScenario[] = [];

  private constructor(options: NamespaceClusterOptions) {
    this.#options = options;
    this.network = new NamespaceNetwork(options.size);
  }

  /** Starts all nodes at once; the first three are the seeds of all. */
  static async start(options: NamespaceClusterOptions): Promise<NamespaceCluster> {
    const cluster = new NamespaceCluster(options);
    try {
      await cluster.#startNodes();
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** What a node sees and has seen. */
  async report(node: number, request: ClusterNodeRequest = { kind: 'report' }): Promise<ClusterNodeReport> {
    const child = this.#processes[node] as ChildScenario;
    child.process.stdin?.write(`${JSON.stringify(request)}\n`);
    return (await child.nextMessage(this.#options.patienceMs)) as ClusterNodeReport;
  }

  reports(nodes: readonly number[] = this.all): Promise<ClusterNodeReport[]> {
    return Promise.all(nodes.map((node) => this.report(node)));
  }

  get all(): readonly number[] {
    return this.#range(this.#options.size);
  }

  /** All nodes but these. */
  others(...nodes: readonly number[]): readonly number[] {
    return this.all.filter((node) => !nodes.includes(node));
  }

  /** Waits until these nodes see exactly these alive, and each other in the same lives. */
  async oneView(what: string, nodes: readonly number[] = this.all): Promise<void> {
    const wanted = nodes.map((node) => `node-${node}`).sort();
    await this.eventually(what, async () => {
      const views = (await this.reports(nodes)).map(({ nodes: seen }) =>
        seen
          .filter(({ state }) => state === 'alive' || state === 'suspect')
          .map(({ nodeId, epoch, state }) => `${nodeId} ${epoch} ${state}`)
          .sort(),
      );
      const first = views[0] ?? [];
      const isWanted =
        first.length === wanted.length && first.every((line, i) => line.startsWith(`${wanted[i]} `) && line.endsWith('alive'));
      return isWanted && views.every((view) => view.join() === first.join()) ? undefined : views.map((view) => view.join(', ')).join(' | ');
    });
  }

  /** Waits until each of these nodes has told such an event since the marks were taken. */
  async told(
    what: string,
    options: { readonly nodes: readonly number[]; readonly marks: Marks; readonly event: Partial<ToldEvent> },
  ): Promise<void> {
    await this.eventually(what, async () => {
      const late: string[] = [];
      for (const node of options.nodes) {
        const events = await this.eventsSince(options.marks, node);
        if (!events.some((event) => matches(event, options.event))) late.push(`node-${node} told ${JSON.stringify(events)}`);
      }
      return late.length === 0 ? undefined : late.join('; ');
    });
  }

  /** How many events each node has told until now. */
  async marks(): Promise<Marks> {
    return (await this.reports()).map(({ events }) => events.length);
  }

  async eventsSince(marks: Marks, node: number): Promise<readonly ToldEvent[]> {
    return (await this.report(node)).events.slice(marks[node] ?? 0);
  }

  /** Asks until there is nothing wrong any more. @throws Error with what is wrong still, after the patience of the options */
  async eventually(what: string, problem: () => Promise<string | undefined>): Promise<void> {
    const endMs = performance.now() + this.#options.patienceMs;
    for (;;) {
      const found = await problem();
      if (found === undefined) return;
      if (performance.now() > endMs) throw new Error(`did not happen within ${this.#options.patienceMs} ms: ${what} (${found})`);
      await sleep(100);
    }
  }

  /** Ends all processes and removes their namespaces. Idempotent. */
  async close(): Promise<void> {
    for (const { process } of this.#processes) process.kill('SIGKILL');
    await Promise.allSettled(this.#processes.map((child) => child.exit()));
    this.network.remove();
  }

  async #startNodes(): Promise<void> {
    const { size, transport, membership, partitionGraceMs } = this.#options;
    const authority = await createDevelopmentAuthority();
    const seeds = this.#range(SEEDS).map((node) => `${this.network.ip(node)}:${RPC_PORT}`);
    for (let node = 0; node < size; node++) {
      const { cert, key } = await authority.issue({ commonName: `node-${node}`, hosts: [this.network.ip(node), SERVER_NAME] });
      const input: ClusterNodeInput = {
        transport,
        address: `${this.network.ip(node)}:${RPC_PORT}`,
        identity: { cert, key, ca: authority.cert },
        options: {
          nodeId: `node-${node}`,
          seeds,
          tags: { host: this.network.ip(node) },
          tls: { serverName: SERVER_NAME },
          gossip: { bind: `${this.network.ip(node)}:${GOSSIP_PORT}` },
          membership,
          partition: { graceMs: partitionGraceMs },
        },
      };
      this.#processes.push(startScenario('cluster-node-process.ts', input, { within: this.network.commandOn(node) }));
    }
    await Promise.all(this.#processes.map((child) => child.nextMessage(START_TIMEOUT_MS)));
  }

  #range(count: number): number[] {
    return Array.from({ length: count }, (_, i) => i);
  }
}

/** How many events each node had told at some moment. */
export type Marks = readonly number[];

function matches(event: ToldEvent, wanted: Partial<ToldEvent>): boolean {
  return Object.entries(wanted).every(([name, value]) => event[name as keyof ToldEvent] === value);
}

/** Certificates carry this name and the address of their own node; names are what connections check. */
const SERVER_NAME = 'node.cluster.test';
const SEEDS = 3;
/** Ten processes that compile their sources on a busy machine. */
const START_TIMEOUT_MS = 150_000;
/** Nobody else is in these namespaces. */
const RPC_PORT = 61_000;
const GOSSIP_PORT = 61_001;
