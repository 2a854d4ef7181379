import { RpcError } from '../errors/rpc-error.ts';
import type { DatagramNetwork } from '../ports/datagram-socket.ts';
import type { RpcServer } from '../rpc/rpc-server.ts';
import type { MembershipEvent } from '../swim/membership-event.ts';
import type { Swim } from '../swim/swim.ts';
import type { ClusterSettings } from './cluster-options.ts';
import { createSwim } from './create-swim.ts';
import { EventHub } from './event-hub.ts';
import { GossipCipher } from './gossip-cipher.ts';
import { configuredGossipKey } from './gossip-key.ts';
import { NodeContacts } from './node-contacts.ts';
import { NodeLink } from './node-link.ts';
import { ReadOnlyMode } from './read-only-mode.ts';
import { Readiness } from './readiness.ts';
import { SeedJoiner } from './seed-joiner.ts';
import { SilentChanges } from './silent-changes.ts';
import { SwimDriver } from './swim-driver.ts';

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
  readonly silent: SilentChanges;
  readonly contacts: NodeContacts;
  readonly readiness: Readiness;
  readonly #readOnly: ReadOnlyMode;
  readonly #server: RpcServer;
  readonly #nodeId: string;

  constructor(server: RpcServer, settings: ClusterSettings, gossip: GossipPlace) {
    const { runtime } = server;
    this.#server = server;
    this.#nodeId = settings.nodeId;
    this.swim = createSwim(settings, runtime, gossip.address);
    const cipher = new GossipCipher(settings.clusterName);
    if (settings.gossipKey) cipher.install(configuredGossipKey(settings.gossipKey));
    this.link = new NodeLink({ server, settings, swim: this.swim, cipher, onAccepted: () => this.joiner.noteJoinedByOther() });
    this.joiner = new SeedJoiner({
      runtime,
      join: (seed, timeoutMs) => this.link.join(seed, timeoutMs),
      names: gossip.network.names,
    });
    this.silent = new SilentChanges(runtime);
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
        onSilentChange: () => this.silent.note(),
        joinSeeds: (reason) => this.#joinSeeds(reason),
        requestSync: (address, reason) => this.link.sync(address, reason),
        reliablePing: (ping) => void this.link.ping(ping),
        onNameConflict: (conflict) => this.#onNameConflict(conflict),
        load: () => server.inFlight,
      },
    });
  }

  /** Stops all parts, after a goodbye to the cluster if wanted; whoever waits for a join or for readiness gets `CANCELLED`. To be called once. */
  async end(isGraceful: boolean): Promise<void> {
    this.joiner.close(new RpcError('CANCELLED', `Node ${this.#nodeId} left while it was joining`));
    this.readiness.close(new RpcError('CANCELLED', `Node ${this.#nodeId} left while it waited for others`));
    if (isGraceful) await this.driver.leave();
    await this.driver.close();
    this.#readOnly.close();
    this.link.close();
    this.hub.close();
    this.silent.close();
  }

  /** Gives up the nodes that are missed. Gives their names. */
  acceptSize(): readonly string[] {
    const now = this.#server.runtime.clock.now();
    const nodeIds = this.swim.partition.missedIds(now);
    this.driver.run(() => this.swim.acceptSize(now));
    return nodeIds;
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
    this.#server.runtime.logger.error(message, { nodeId, address, otherAddress });
  }
}
