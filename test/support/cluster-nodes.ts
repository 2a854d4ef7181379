import { createDevelopmentCertificates } from '../../src/certs/development-certificates.ts';
import { ClusterMembership } from '../../src/cluster/cluster-membership.ts';
import type { ClusterOptions } from '../../src/cluster/cluster-options.ts';
import type { DatagramNetwork } from '../../src/ports/datagram-socket.ts';
import { Server, type ServerOptions } from '../../src/server.ts';
import { udpNetwork } from '../../src/transports/udp/udp-network.ts';

/** What a node of a test cluster is made from. */
export interface Trust {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** A new authority and a node certificate signed by it. */
export async function createTrust(): Promise<Trust> {
  const { ca, node } = await createDevelopmentCertificates();
  return { cert: node.cert, key: node.key, ca: ca.cert };
}

export interface TestNode {
  readonly server: Server;
  readonly cluster: ClusterMembership;
  readonly address: string;
}

/** Starts and ends the nodes of one test: real QUIC, real UDP, ports chosen by the system. */
export class ClusterNodes {
  readonly #trust: Trust;
  readonly #servers: Server[] = [];
  readonly #clusters: ClusterMembership[] = [];

  constructor(trust: Trust) {
    this.#trust = trust;
  }

  async server(options: Partial<ServerOptions> = {}): Promise<Server> {
    const server = new Server({ ...this.#trust, ...options });
    this.#servers.push(server);
    await server.listen('127.0.0.1:0');
    return server;
  }

  async node(
    nodeId: string,
    options: ClusterOptions & { server?: Partial<ServerOptions>; network?: DatagramNetwork } = {},
  ): Promise<TestNode> {
    const { server: serverOptions, network = udpNetwork(), ...clusterOptions } = options;
    const server = await this.server(serverOptions);
    const cluster = await ClusterMembership.start(server, network, { nodeId, membership: { profile: 'local' }, ...clusterOptions });
    this.#clusters.push(cluster);
    return { server, cluster, address: server.address as string };
  }

  /** Takes a node away without a goodbye, as a crash would. */
  async crash(node: TestNode): Promise<void> {
    await node.cluster.close();
    await node.server.close({ graceMs: 0 });
  }

  async close(): Promise<void> {
    await Promise.all(this.#clusters.map((cluster) => cluster.close()));
    await Promise.all(this.#servers.map((server) => server.close({ graceMs: 0 })));
  }
}

/** Polls until the condition holds; the limit is generous, because a busy machine may be slow. */
export async function eventually(what: string, condition: () => boolean, limitMs = 20_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`did not happen within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
