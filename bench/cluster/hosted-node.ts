import type { ClusterMembership } from '../../src/cluster/cluster-membership.ts';
import type { PhiOptions } from '../../src/detector/phi-settings.ts';
import { Server } from '../../src/index.ts';
import type { SwimStats } from '../../src/swim/swim-options.ts';
import type { BenchIdentity } from '../contender.ts';
import type { Observations } from './observations.ts';
import { sharedNow } from './shared-clock.ts';
import { viewDigest } from './view-digest.ts';

/** What all nodes of a process have in common. */
export interface HostSettings {
  readonly identity: BenchIdentity;
  readonly phi: PhiOptions;
}

/** One life of a real node: a server on TLS, a UDP socket, and its membership. */
export class HostedNode {
  readonly nodeId: string;
  readonly #observations: Observations;
  readonly #settings: HostSettings;
  readonly #server: Server;
  #cluster: ClusterMembership | undefined;
  #digest: string | undefined;
  #digestFor = 0;
  #isChanged = true;
  /** When its view changed last. */
  changedAtMs = 0;

  constructor(nodeId: string, settings: HostSettings, observations: Observations) {
    this.nodeId = nodeId;
    this.#settings = settings;
    this.#observations = observations;
    this.#server = new Server({ ...settings.identity, transport: 'tls' });
  }

  /** Gives the address. */
  listen(): Promise<string> {
    return this.#server.listen('127.0.0.1:0');
  }

  /** Resolves when it has joined. */
  async join(seeds: readonly string[]): Promise<void> {
    if (this.#server.address === undefined) await this.listen();
    const { phi } = this.#settings;
    const cluster = await this.#server.enableCluster({ nodeId: this.nodeId, seeds, phi, joinTimeoutMs: JOIN_TIMEOUT_MS });
    this.#cluster = cluster;
    cluster.subscribe((event) => {
      this.#isChanged = true;
      this.changedAtMs = sharedNow();
      this.#observations.note(event);
    });
    this.changedAtMs = sharedNow();
  }

  get stats(): SwimStats | undefined {
    return this.#cluster?.stats();
  }

  /** What it sees, when that is `expected` nodes that are all alive; looked at anew only after an event. */
  digest(expected: number): string | undefined {
    const cluster = this.#cluster;
    if (cluster === undefined) return undefined;
    if (this.#isChanged || this.#digestFor !== expected) {
      this.#digest = cluster.stats().alive === expected ? viewDigest(cluster.nodes(), expected) : undefined;
      this.#digestFor = expected;
      this.#isChanged = false;
    }
    return this.#digest;
  }

  /** Ends the engine and every socket without a word, as a crash would. */
  async crash(): Promise<void> {
    await this.#cluster?.close();
    await this.#server.close({ graceMs: 0 });
  }

  /** Says goodbye first. */
  leave(): Promise<void> {
    return this.#server.close({ graceMs: 0 });
  }
}

/** A machine that is too small for the cluster takes its time. */
const JOIN_TIMEOUT_MS = 300_000;
