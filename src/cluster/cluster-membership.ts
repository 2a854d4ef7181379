import { RpcError } from '../errors/rpc-error.ts';
import type { DatagramNetwork } from '../ports/datagram-socket.ts';
import type { LoadBalancer, LoadReport, NodeSource } from '../registry/node-source.ts';
import type { RpcServer } from '../rpc/rpc-server.ts';
import type { Runtime } from '../rpc/runtime.ts';
import { expectTags } from '../swim/limits.ts';
import type { NodeInfo, Tags } from '../swim/node-info.ts';
import { isActive } from '../swim/precedence.ts';
import type { SwimStats } from '../swim/swim-options.ts';
import { type ClusterEvent, type EventsOptions, expectCapacity, expectCoalesceMs, type SubscribeOptions } from './cluster-event.ts';
import { type ClusterOptions, type ClusterSettings, reachable, resolveClusterOptions } from './cluster-options.ts';
import { ClusterSecurity } from './cluster-security.ts';
import { joinMeanwhile } from './join-meanwhile.ts';
import { type GossipPlace, NodeParts } from './node-parts.ts';
import { expectEventsOptions, expectReadyOptions, expectSubscribeOptions } from './option-shapes.ts';
import { OwnTags } from './own-tags.ts';
import type { ReadyOptions } from './readiness.ts';
import { expectSeeds } from './seed.ts';

/**
 * One node's part in a cluster: who else is there, in which state, with which tags, and what changes.
 *
 * The folder `cluster/` is the shell around the membership engine, the registries and the balancing: sockets, encryption, internal calls, and the
 * classes that programs use. The rules are in `swim/`, `detector/`, `registry/` and `balance/`.
 *
 * States: started (gossip runs; joined when there were seeds), left (after `leave` or `close`; final).
 *
 * @example
 * const cluster = await server.enableCluster({ nodeId: 'worker-1', seeds: ['10.0.0.1:61000'], tags: { role: 'worker' } });
 * cluster.subscribe((event) => console.log(event.kind));
 */
export class ClusterMembership implements NodeSource {
  /** Rotates the gossip key, expels nodes and readmits them. */
  readonly security: ClusterSecurity;
  readonly #settings: ClusterSettings;
  readonly #server: RpcServer;
  readonly #parts: NodeParts;
  readonly #tags: OwnTags;
  #state: 'started' | 'joining' | 'joined' | 'left' = 'started';
  #ending: Promise<void> | undefined;

  private constructor(server: RpcServer, settings: ClusterSettings, gossip: GossipPlace) {
    this.#server = server;
    this.#settings = settings;
    this.#parts = new NodeParts(server, settings, gossip);
    const { driver, swim, security, rotation } = this.#parts;
    this.#tags = new OwnTags(settings.tags, (tags) => driver.run(() => swim.setTags(tags, server.runtime.clock.now())));
    this.#parts.onExpelled = () => void this.close();
    this.security = new ClusterSecurity({ nodeId: settings.nodeId, security, rotation, expectPresent: () => this.#expectNotLeft() });
  }

  /**
   * Starts this node's part: binds the gossip socket, serves the internal methods, and joins the seeds if there are any. Without `waitForJoin` it does not
   * wait for that.
   * @throws RpcError as {@link ClusterMembership.join}; `FAILED_PRECONDITION` when the server does not listen or can verify nobody;
   * `ALREADY_EXISTS` when the gossip port is in use; `INVALID_ARGUMENT` for a wrong option; `CANCELLED` when the server is closed meanwhile.
   */
  static async start(server: RpcServer, network: DatagramNetwork, options: ClusterOptions = {}): Promise<ClusterMembership> {
    const settings = resolveClusterOptions(server, options);
    const { logger } = server.runtime;
    const seeds = options.seeds === undefined || options.seeds.length === 0 ? undefined : expectSeeds(options.seeds);
    let cluster: ClusterMembership | undefined;
    const socket = await network.bind(settings.gossipBind, (packet, from) => {
      if (cluster) cluster.#parts.driver.handlePacket(packet, from);
    });
    try {
      const address = reachable('gossip.advertiseAddress', settings.gossipAdvertiseAddress ?? socket.address);
      const created = new ClusterMembership(server, settings, { network, address });
      // Also while it is still joining: a server that closes takes its node along.
      server.onClose(() => created.leave());
      cluster = created;
      const { driver, joiner, link, rotation } = created.#parts;
      link.attach(driver);
      if (seeds) joiner.seeds = seeds;
      else link.found();
      driver.start(socket);
      rotation.start();
      if (seeds && settings.waitForJoin) await created.#firstJoin();
      else if (seeds)
        void joinMeanwhile(() => created.#firstJoin(), { nodeId: settings.nodeId, logger, isPending: () => created.#state === 'started' });
      return created;
    } catch (error) {
      await (cluster ?? socket).close();
      throw error;
    }
  }

  /** Time, chance and log output of the server this node belongs to. */
  get runtime(): Runtime {
    return this.#server.runtime;
  }

  /** The server this node belongs to. */
  get server(): RpcServer {
    return this.#server;
  }

  /** The name of the node this process runs. */
  localNodeId(): string {
    return this.#settings.nodeId;
  }

  /** Every node that is known, this one first, the failed and departed ones included for as long as they are remembered. */
  nodes(): readonly NodeInfo[] {
    return this.#parts.swim.nodes();
  }

  /** One node, in any state. */
  node(nodeId: string): NodeInfo | undefined {
    return this.#parts.swim.node(nodeId);
  }

  /** The nodes that are alive or suspect and have this tag. */
  nodesWithTag(key: string, value: string): readonly NodeInfo[] {
    return this.nodesWithAllTags({ [key]: value });
  }

  /** The nodes that are alive or suspect and have all these tags. */
  nodesWithAllTags(tags: Tags): readonly NodeInfo[] {
    expectTags(tags);
    const wanted = Object.entries(tags);
    return this.nodes().filter((node) => isActive(node.state) && wanted.every(([key, value]) => node.tags[key] === value));
  }

  /** A tag of this node. */
  getTag(key: string): string | undefined {
    return this.#tags.get(key);
  }

  /** Sets one tag of this node; the others see it within about a second. @throws RpcError `INVALID_ARGUMENT` above 16 KiB of tags. */
  setTag(key: string, value: string): void {
    this.updateTags({ [key]: value });
  }

  /** Sets several tags of this node at once and keeps the others. @throws RpcError as {@link setTag}. */
  updateTags(tags: Tags): void {
    this.#expectNotLeft();
    this.#tags.update(tags);
  }

  /** Removes a tag of this node; harmless when it has none of that name. */
  removeTag(key: string): void {
    this.#expectNotLeft();
    this.#tags.remove(key);
  }

  /**
   * Joins the cluster that the seeds belong to. Until it succeeds, every round asks all seeds again; later the engine comes back to them by itself.
   * @throws RpcError `UNAVAILABLE` when no seed could be reached within `joinTimeoutMs`, `DEADLINE_EXCEEDED` when one was and the join still did
   * not finish, `ALREADY_EXISTS` when this node has joined or its name is taken, `RESOURCE_EXHAUSTED` when the cluster has `maxMembers` nodes, `FAILED_PRECONDITION` for another cluster or after `leave`,
   * `PERMISSION_DENIED` or `UNAUTHENTICATED` when the seed does not accept this node's certificate.
   */
  async join(seeds: readonly string[]): Promise<void> {
    const checked = expectSeeds(seeds);
    this.#expectNotLeft();
    if (this.#state !== 'started')
      throw new RpcError(
        'ALREADY_EXISTS',
        `Node ${this.localNodeId()} is ${this.#state === 'joined' ? 'in a cluster' : 'joining'} already`,
      );
    this.#parts.joiner.seeds = checked;
    this.#parts.joiner.start();
    await this.#firstJoin();
  }

  /** Waits for the first seed to take this node in; rounds are under way. */
  async #firstJoin(): Promise<void> {
    this.#state = 'joining';
    try {
      await this.#parts.joiner.firstJoin(this.#settings.joinTimeoutMs);
    } catch (error) {
      if (this.#state === 'joining') this.#state = 'started';
      throw error;
    }
    // The only seed there is begins the cluster.
    this.#parts.link.found();
    this.#state = 'joined';
  }

  /**
   * Waits until so many nodes are alive, this one included: before a service opens its doors, for example. It is a look at one moment; they may be gone
   * right after it.
   * @throws RpcError `DEADLINE_EXCEEDED` when they were not within `timeoutMs` (it says how many are, and which seeds failed how), `CANCELLED` when this
   * node leaves meanwhile, `FAILED_PRECONDITION` after that.
   *
   * @example
   * await cluster.ready({ minNodes: 3, timeoutMs: 60_000 });
   */
  async ready(options: ReadyOptions): Promise<void> {
    this.#expectNotLeft();
    expectReadyOptions(options);
    await this.#parts.readiness.wait(options);
  }

  /** Says goodbye to the cluster and stops: the others see `nodeLeft` at once. Resolves when the goodbye was passed on. Idempotent. */
  leave(): Promise<void> {
    this.#ending ??= this.#end(true);
    return this.#ending;
  }

  /** Stops without a goodbye: the others will find this node failed. Idempotent. */
  close(): Promise<void> {
    this.#ending ??= this.#end(false);
    return this.#ending;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave();
  }

  /** Calls `listener` with every event from now on. What is returned stops it. @throws RpcError `INVALID_ARGUMENT` for a wrong option. */
  subscribe(listener: (event: ClusterEvent) => void, options: SubscribeOptions = {}): () => void {
    expectSubscribeOptions(listener, options);
    const { coalesceMs = this.#settings.eventCoalesceMs } = options;
    expectCoalesceMs('coalesceMs', coalesceMs);
    return this.#parts.hub.listen(listener, coalesceMs);
  }

  /**
   * A `snapshot` of all nodes, and the events from then on, as an async iterator. At most `capacity` of them wait: a reader that is too slow loses
   * them and gets `eventsDropped` with a fresh snapshot instead.
   * @throws RpcError `INVALID_ARGUMENT` for a wrong option.
   *
   * @example
   * for await (const event of cluster.events()) {
   *   if (event.kind === 'snapshot' || event.kind === 'eventsDropped') show(event.nodes);
   *   else console.log(event.version, event.kind);
   * }
   */
  events(options: EventsOptions = {}): AsyncIterableIterator<ClusterEvent> {
    expectEventsOptions(options);
    const { capacity = 1_000, coalesceMs = this.#settings.eventCoalesceMs } = options;
    expectCapacity(capacity);
    expectCoalesceMs('coalesceMs', coalesceMs);
    return this.#parts.hub.iterate({ capacity, coalesceMs });
  }

  /** Calls `listener` with the load of a node whenever it is another than before, and each time it is heard while the node is followed. What is returned stops it. */
  onLoad(listener: (report: LoadReport) => void): () => void {
    return this.#parts.loads.listen(listener);
  }

  /**
   * Keeps loads at most about `loadIntervalMs` old for a balancer, which is asked every second whose it needs: at most 256 nodes for all balancers together, and
   * 50 pings a second. A `WorkerRegistry` does this by itself. What is returned stops it.
   */
  followLoads(balancer: LoadBalancer): () => void {
    return this.#parts.loads.add(balancer);
  }

  /** Whether this node reaches more than half of the nodes that it expects, or half with the lowest node id. A hint, not consensus: see `docs/membership.md`. */
  hasQuorum(): boolean {
    return this.#parts.swim.partition.hasQuorum(this.#server.runtime.clock.now());
  }

  /** Says that missed nodes are gone for good: they count as having left, soon on all nodes of this side. Gives their names. @throws RpcError after `leave`. */
  acceptSize(): readonly string[] {
    this.#expectNotLeft();
    return this.#parts.acceptSize();
  }

  /** How likely a watched node is gone: 1 is one chance in ten of a mistake, 8 one in 10^8. Undefined when this node does not watch it. */
  phi(nodeId: string): number | undefined {
    return this.#parts.swim.phi(nodeId, this.#server.runtime.clock.now());
  }

  /** The measured intervals between a watched node's heartbeats in milliseconds, oldest first; empty when this node does not watch it. */
  heartbeatHistory(nodeId: string): readonly number[] {
    return this.#parts.swim.heartbeatHistory(nodeId);
  }

  /** Counts of nodes by state, probes, suspicions and traffic, as they are now. */
  stats(): SwimStats {
    return this.#parts.swim.stats();
  }

  /**
   * The node answered just now: it is alive, whatever the probes say. Cheap: may be called for each answer. With `epoch` it counts only while that is the
   * node's present life.
   */
  noteContact(nodeId: string, epoch?: number): void {
    this.#parts.contacts.noteContact(nodeId, epoch);
  }

  /** A connection to the node was opened or closed: nodes with open ones are watched. To be called once for each of them. */
  noteConnection(nodeId: string, isOpen: boolean): void {
    this.#parts.contacts.noteConnection(nodeId, isOpen);
  }

  #end(isGraceful: boolean): Promise<void> {
    const wasStarted = this.#state !== 'left';
    this.#state = 'left';
    return this.#parts.end(isGraceful && wasStarted);
  }

  #expectNotLeft(): void {
    if (this.#state === 'left') throw new RpcError('FAILED_PRECONDITION', `Node ${this.localNodeId()} is not in a cluster: it left`);
  }
}
