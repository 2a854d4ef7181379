import type { Clock } from '../../ports/clock.ts';
import type { DatagramNetwork } from '../../ports/datagram-socket.ts';
import type { Random } from '../../ports/random.ts';
import type { PeerCertificate, Transport } from '../../ports/transport.ts';
import { checkConditions, type MemoryConditions } from './memory-conditions.ts';
import { memoryDatagrams } from './memory-datagrams.ts';
import { MemoryNames } from './memory-names.ts';
import { memoryTransport } from './memory-transport.ts';
import { MemoryWorld } from './memory-world.ts';

/**
 * A network inside one process: connections and datagrams with latency, loss, duplicates, reordering, partitions and crashes, all under the clock and the chance that
 * are handed in. With a virtual clock and a seed a run is the same each time.
 *
 * There is no TLS. What it shows of TLS is stated at {@link MemoryEndpointOptions.certificate}; PEM options are ignored.
 */
export interface MemoryNetwork {
  /** A transport for one endpoint. */
  transport(options?: MemoryEndpointOptions): Transport;
  /** Datagram sockets for one endpoint. They share port numbers with its transport, as QUIC and gossip do on UDP. */
  datagrams(options?: Pick<MemoryEndpointOptions, 'host'>): DatagramNetwork;
  /** What host names stand for, and SRV records: for the seeds of clusters. Connections and datagrams are addressed to hosts. */
  readonly names: MemoryNames;
  /** Sets some of the conditions anew, for what is sent from now on. */
  setConditions(conditions: MemoryConditions): void;
  /**
   * Cuts every way between the endpoints of `left` and those of `right`, each named by host or by `host:port`. Datagrams are lost; what is sent on connections
   * waits, and arrives after {@link heal} unless the connection's idle timeout passed before. Further calls add cuts.
   */
  partition(left: readonly string[], right: readonly string[]): void;
  /** Removes all cuts. */
  heal(): void;
  /**
   * Ends every socket of an endpoint (named by host or by `host:port`) as when its process is killed: without a word. Its own handlers hear nothing more; peers notice by
   * their idle timeout; connecting to it stays without an answer until something listens there again. The program on it is not stopped, and may connect anew:
   * close its servers, clients and cluster too.
   */
  crash(endpoint: string): void;
}

export interface MemoryNetworkOptions extends MemoryConditions {
  readonly clock: Clock;
  readonly random: Random;
}

export interface MemoryEndpointOptions {
  /** The name of the machine this endpoint runs on: what its outgoing connections come from. Default `127.0.0.1`. */
  readonly host?: string;
  /**
   * The certificate it shows. A server sees a client's when its `clientAuth` is `request` or `require`, and refuses a client without one at `require`; a client sees the
   * server's. All are taken as verified.
   */
  readonly certificate?: Pick<PeerCertificate, 'commonName'> & Partial<PeerCertificate>;
}

/**
 * Makes a network in memory.
 *
 * @throws RpcError `INVALID_ARGUMENT` for conditions out of range.
 * @example
 * const network = createMemoryNetwork({ clock, random: seededRandom(1), latencyMs: 5 });
 * const listener = await network.transport({ host: 'a' }).listen({ address: 'a:4000', alpn: 'rpcnet/1', onConnection });
 * network.partition(['a'], ['b']);
 */
export function createMemoryNetwork(options: MemoryNetworkOptions): MemoryNetwork {
  const { clock, random, ...conditions } = options;
  checkConditions(conditions);
  const world = new MemoryWorld(clock, random);
  world.setConditions(conditions);
  const names = new MemoryNames();
  return {
    names,
    transport: ({ host = DEFAULT_HOST, certificate } = {}) => memoryTransport(world, host, certificate && completeCertificate(certificate)),
    datagrams: ({ host = DEFAULT_HOST } = {}) => ({ ...memoryDatagrams(world, host), names }),
    setConditions: (changed) => {
      checkConditions(changed);
      world.setConditions(changed);
    },
    partition: (left, right) => world.partition(left, right),
    heal: () => world.heal(),
    crash: (endpoint) => world.crash(endpoint),
  };
}

function completeCertificate(certificate: Pick<PeerCertificate, 'commonName'> & Partial<PeerCertificate>): PeerCertificate {
  return {
    subjectNames: [`DNS:${certificate.commonName}`],
    fingerprint256: `memory:${certificate.commonName}`,
    raw: new Uint8Array(0),
    ...certificate,
  };
}

const DEFAULT_HOST = '127.0.0.1';
