import { ClusterMembership } from '../../src/cluster/cluster-membership.ts';
import type { ClusterOptions } from '../../src/cluster/cluster-options.ts';
import { RpcServer } from '../../src/rpc/rpc-server.ts';
import type { Runtime } from '../../src/rpc/runtime.ts';
import type { RpcServerOptions } from '../../src/rpc/server-options.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import type { MemoryNames } from '../../src/transports/memory/memory-names.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../src/transports/memory/memory-network.ts';
import { DeadlineTimer } from '../../src/util/deadline-timer.ts';

export interface VirtualNode {
  readonly nodeId: string;
  readonly server: RpcServer;
  readonly cluster: ClusterMembership;
}

/** A whole cluster (servers, gossip, clients) in one process on virtual time, over a network in memory. Each node is a host of its own. */
export class VirtualCluster {
  readonly clock: FakeClock = new FakeClock();
  readonly network: MemoryNetwork;
  readonly runtime: Runtime;
  readonly logged: string[] = [];

  constructor(seed = 1) {
    const random = seededRandom(seed);
    const log = (message: string, fields?: object): void => void this.logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
    this.network = createMemoryNetwork({ clock: this.clock, random, latencyMs: 1 });
    this.runtime = {
      clock: this.clock,
      random,
      logger: { debug: () => undefined, info: log, warn: log, error: log },
      deadlines: new DeadlineTimer(this.clock),
      nextTick: (task) => process.nextTick(task),
    };
  }

  /** Host names, and the hosts that they stand for right now. */
  get names(): MemoryNames {
    return this.network.names;
  }

  async node(nodeId: string, options: ClusterOptions = {}, serverOptions: Partial<RpcServerOptions> = {}): Promise<VirtualNode> {
    const certificate = { commonName: nodeId };
    const transport = serverOptions.transport ?? this.network.transport({ host: nodeId, certificate });
    const server = new RpcServer({ cert: 'cert', key: 'key', ca: 'ca', ...serverOptions, transport, runtime: this.runtime });
    await this.until(server.listen(`${nodeId}:1000`));
    const cluster = await this.until(ClusterMembership.start(server, this.network.datagrams({ host: nodeId }), { nodeId, ...options }));
    return { nodeId, server, cluster };
  }

  /** A worker that answers `W.who` with its name, as soon as `W.slow`'s virtual milliseconds have passed. */
  async worker(nodeId: string, seeds: readonly string[], serverOptions: Partial<RpcServerOptions> = {}): Promise<VirtualNode> {
    const node = await this.node(nodeId, { seeds, tags: { role: 'worker', label: nodeId } }, serverOptions);
    node.server.registerRaw('W.who', () => Buffer.from(nodeId));
    node.server.registerRaw('W.slow', (request) => this.after(Number(String(request)), Buffer.from(nodeId)));
    return node;
  }

  /** Kills a node's process: nothing it sends arrives any more, and what ran in it runs no longer. */
  async crash(node: VirtualNode): Promise<void> {
    this.network.crash(node.nodeId);
    await this.until(Promise.all([node.cluster.close(), node.server.close({ graceMs: 0 })]));
  }

  /** Nodes `a` and `b`, of which `b` stopped without leaving, so long ago that `a` knows it. Gives `a`. */
  async besideStopped(): Promise<VirtualNode> {
    const a = await this.node('a');
    const b = await this.node('b', { seeds: ['a:1000'] });
    await this.pass(500);
    await this.until(b.cluster.close());
    await this.pass(10_000, 20);
    return a;
  }

  after<T>(ms: number, value: T): Promise<T> {
    return new Promise((resolve) => this.clock.schedule(ms, () => resolve(value)));
  }

  /** Lets virtual time pass in steps of a millisecond or a few, settling promises on the way. */
  async pass(ms: number, stepMs = 5): Promise<void> {
    for (let rest = ms; rest > 0; rest -= stepMs) {
      this.clock.advance(Math.min(stepMs, rest));
      await settle();
    }
  }

  /** Lets time pass until the promise settles. */
  async until<T>(promise: Promise<T>, limitMs = 60_000): Promise<T> {
    let isSettled = false;
    const done = (): void => {
      isSettled = true;
    };
    promise.then(done, done);
    const end = this.clock.now() + limitMs;
    await settle();
    while (!isSettled) {
      if (this.clock.now() > end) throw new Error(`not settled after ${limitMs} virtual ms`);
      this.clock.advance(5);
      await settle();
    }
    return promise;
  }
}

/** Promise chains of several links, and what they put off to the next turn. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
