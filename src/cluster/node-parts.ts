import { RpcError } from '../errors/rpc-error.ts';
import type { DatagramNetwork } from '../ports/datagram-socket.ts';
import type { RpcServer } from '../rpc/rpc-server.ts';
import type { MembershipEvent } from '../swim/membership-event.ts';
import type { Swim } from '../swim/swim.ts';
import { CertificateBook } from './certificate-book.ts';
import type { ClusterSettings } from './cluster-options.ts';
import { createSwim } from './create-swim.ts';
import { EventHub } from './event-hub.ts';
import { expelledError } from './expelled-error.ts';
import type { Expulsion } from './expulsions.ts';
import { GossipCipher } from './gossip-cipher.ts';
import { KeyRotation } from './key-rotation.ts';
import { LoadFollowing } from './load-following.ts';
import { NodeContacts } from './node-contacts.ts';
import { NodeLink } from './node-link.ts';
import { NodeSecurity } from './node-security.ts';
import { ownFingerprint } from './own-fingerprint.ts';
import { ReadOnlyMode } from './read-only-mode.ts';
import { Readiness } from './readiness.ts';
import { RepeatedLine } from './repeated-line.ts';
import { SeedJoiner } from './seed-joiner.ts';
import { SwimDriver } from './swim-driver.ts';
import { UnreadableWatch } from './unreadable-watch.ts';

/** Where a node's gossip happens; `address` is where others reach it. */
export interface GossipPlace {
  readonly network: DatagramNetwork;
  readonly address: string;
}

/** The parts that one node in a cluster is made of, and who of them tells whom what. */
export class NodeParts {
  readonly swim: Swim;
  readonly driver: SwimDriver;
  readonly link: NodeLink;
  readonly joiner: SeedJoiner;
  readonly hub: EventHub;
  readonly loads: LoadFollowing;
  readonly contacts: NodeContacts;
  readonly readiness: Readiness;
  readonly #readOnly: ReadOnlyMode;
  readonly security: NodeSecurity;
  readonly rotation: KeyRotation;
  /** This node was expelled: called once everything was told. */
  onExpelled: () => void = () => undefined;
  readonly #server: RpcServer;
  readonly #nodeId: string;
  readonly #conflictLog: RepeatedLine;
  #isExpelled = false;

  constructor(server: RpcServer, settings: ClusterSettings, gossip: GossipPlace) {
    const { runtime } = server;
    this.#server = server;
    this.#nodeId = settings.nodeId;
    this.#conflictLog = new RepeatedLine(runtime.clock);
    this.swim = createSwim(settings, runtime, gossip.address);
    const cipher = new GossipCipher(settings.clusterName);
    const overlapMs = Math.max(MIN_OVERLAP_MS, OVERLAP_ROUNDS * settings.swim.gossipIntervalMs);
    this.security = this.#createSecurity(settings, cipher, overlapMs);
    this.link = new NodeLink({
      server,
      settings,
      swim: this.swim,
      security: this.security,
      onAccepted: () => this.joiner.noteJoinedByOther(),
      onRefused: (expulsion) => this.#onRefused(expulsion),
    });
    this.rotation = new KeyRotation({
      runtime,
      nodeId: settings.nodeId,
      security: this.security,
      members: () => this.swim.nodes().filter(({ state }) => state === 'alive' || state === 'suspect'),
      push: (address) => this.link.tellSecurity(address),
      overlapMs,
      rotateEveryMs: settings.rotateEveryMs,
    });
    const unreadable = new UnreadableWatch({
      clock: runtime.clock,
      nodes: () => this.swim.nodes(),
      sync: (address) => this.link.sync(address, 'unknownSender'),
    });
    this.joiner = new SeedJoiner({
      runtime,
      join: (seed, timeoutMs) => this.link.join(seed, timeoutMs),
      names: gossip.network.names,
    });
    this.loads = new LoadFollowing(runtime, (nodeIds) => this.driver.run(() => this.swim.followLoads(nodeIds, runtime.clock.now())));
    this.contacts = new NodeContacts(this.swim, runtime.clock);
    this.readiness = new Readiness({
      runtime,
      countAlive: () => this.swim.stats().alive,
      seedFailures: () => this.joiner.failures,
    });
    this.#readOnly = new ReadOnlyMode({ server, swim: this.swim, isWanted: settings.partition.readOnly ?? false });
    this.hub = new EventHub(runtime, () => ({ nodes: this.swim.nodes(), version: this.swim.version }));
    this.driver = new SwimDriver(this.swim, {
      runtime,
      cipher,
      events: {
        onEvent: (event, version) => this.#onEvent(event, version),
        onMemberChanged: () => this.#readOnly.note(),
        onLoad: (report) => this.loads.note(report),
        joinSeeds: (reason) => this.#joinSeeds(reason),
        requestSync: (address, reason) => this.link.sync(address, reason),
        reliablePing: (ping) => void this.link.ping(ping),
        fetchTags: (fetch) => void this.link.tags.fetch(fetch),
        onNameConflict: (conflict) => this.#onNameConflict(conflict),
        onUnreadable: (from) => unreadable.note(from),
        load: () => server.inFlight,
      },
    });
  }

  /** Stops all parts, after a goodbye to the cluster if wanted; whoever waits for a join or for readiness gets `CANCELLED`. To be called once. */
  async end(isGraceful: boolean): Promise<void> {
    this.joiner.close(new RpcError('CANCELLED', `Node ${this.#nodeId} left while it was joining`));
    this.readiness.close(new RpcError('CANCELLED', `Node ${this.#nodeId} left while it waited for others`));
    this.rotation.close();
    this.#readOnly.freeze();
    if (isGraceful) await this.driver.leave();
    await this.driver.close();
    this.#readOnly.close();
    this.link.close();
    this.hub.close();
    this.loads.close();
  }

  /** Gives up the nodes that are missed. Gives their names. */
  acceptSize(): readonly string[] {
    const now = this.#server.runtime.clock.now();
    const nodeIds = this.swim.partition.missedIds(now);
    this.driver.run(() => this.swim.acceptSize(now));
    return nodeIds;
  }

  #createSecurity(settings: ClusterSettings, cipher: GossipCipher, overlapMs: number): NodeSecurity {
    const { clock } = this.#server.runtime;
    return new NodeSecurity({
      nodeId: settings.nodeId,
      clock,
      cipher,
      certificates: new CertificateBook(settings.nodeId, ownFingerprint(this.#server, settings)),
      configured: settings.gossipKeys,
      overlapMs,
      events: {
        onForeignKeys: () => this.#onForeignKeys(),
        onExpelled: (expulsion, isLocal) => (isLocal ? this.#onOwnExpulsion(expulsion) : this.#onExpulsion(expulsion)),
        onReadmitted: (nodeId) => this.driver.run(() => this.swim.setExpelled(nodeId, false, clock.now())),
      },
    });
  }

  #onEvent(event: MembershipEvent, version: number): void {
    if (event.kind === 'nodeLeft' || event.kind === 'nodeFailed') {
      const { address } = event.node;
      this.joiner.expectBack(address, () => this.#aliveAddresses());
    }
    this.#readOnly.note();
    this.hub.emit(event, version);
    this.readiness.note();
  }

  #joinSeeds(reason: 'start' | 'alone' | 'periodic'): void {
    if (reason === 'start') this.joiner.start();
    else void this.joiner.round(reason === 'periodic' ? this.#aliveAddresses() : undefined);
  }

  #onForeignKeys(): void {
    this.#server.runtime.logger.info('adopted the gossip key of the other side', { nodeId: this.#nodeId });
    this.link.exchangeWithSome();
  }

  /** Another node was expelled. */
  #onExpulsion({ nodeId, reason }: Expulsion): void {
    const known = this.swim.node(nodeId);
    if (known) this.link.disconnect(known.address);
    // A newcomer is told of all that were expelled before it came.
    this.#server.runtime.logger[known ? 'warn' : 'debug']('a node was expelled', { nodeId, reason });
    this.driver.run(() => this.swim.setExpelled(nodeId, true, this.#server.runtime.clock.now()));
    this.driver.run(() => {
      const node = this.swim.node(nodeId);
      if (node) this.hub.emit({ kind: 'nodeExpelled', node, reason });
      return [];
    });
  }

  #onOwnExpulsion(expulsion: Pick<Expulsion, 'version' | 'reason'>): void {
    if (this.#isExpelled) return;
    this.#isExpelled = true;
    const { reason } = expulsion;
    this.#server.runtime.logger.error('this node was expelled from the cluster and has stopped taking part', {
      nodeId: this.#nodeId,
      reason,
    });
    const node = this.swim.node(this.#nodeId);
    if (node) this.hub.emit({ kind: 'nodeExpelled', node, reason });
    const error = expelledError({ nodeId: this.#nodeId, ...expulsion });
    this.joiner.close(error);
    this.readiness.close(error);
    this.onExpelled();
  }

  /**
   * Another node says that this one was expelled. While it does not take part, other seeds may know better, and the joiner asks them. It may also have been readmitted
   * since, which that node has not heard.
   */
  #onRefused(expulsion: Pick<Expulsion, 'version' | 'reason'>): void {
    const known = this.security.expulsions.find(({ nodeId }) => nodeId === this.#nodeId);
    if (this.swim.nodes().length === 1 || (known && known.version >= expulsion.version)) return;
    this.#onOwnExpulsion(expulsion);
  }

  #aliveAddresses(): ReadonlySet<string> {
    return new Set(this.swim.nodes().flatMap((node) => (node.state === 'alive' ? [node.address] : [])));
  }

  #onNameConflict(conflict: {
    readonly nodeId: string;
    readonly address: string;
    readonly otherAddress: string;
    readonly isLocal: boolean;
  }): void {
    const { nodeId, address, otherAddress } = conflict;
    const message = conflict.isLocal
      ? 'another live node has this node’s name and the newer life; this node has stopped taking part: give one of them another nodeId'
      : 'another process with the name of a live node was turned away: give the one at otherAddress another nodeId';
    this.#server.runtime.logger[this.#conflictLog.isLoud(otherAddress) ? 'error' : 'debug'](message, { nodeId, address, otherAddress });
  }
}

/** How long datagrams of one gossip key, and newcomers that were given only that one, may be on their way: this many rounds of gossip, and at least so long. */
const OVERLAP_ROUNDS = 5;
const MIN_OVERLAP_MS = 1_000;
