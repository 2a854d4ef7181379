import type { ClusterMembership } from './cluster/cluster-membership.ts';
import type { ClusterOptions } from './cluster/cluster-options.ts';
import { RpcError } from './errors/rpc-error.ts';
import type { Logger } from './ports/logger.ts';
import { RpcServer } from './rpc/rpc-server.ts';
import type { RpcServerOptions } from './rpc/server-options.ts';
import { systemRuntime } from './system-runtime.ts';
import { chooseTransport, type TransportChoice } from './transport-choice.ts';
import { udpNetwork } from './transports/udp/udp-network.ts';

/** Settings of a {@link Server}: certificate and key, the rest is optional. */
export interface ServerOptions extends Omit<RpcServerOptions, 'transport'> {
  /** How bytes travel. Default `auto`: QUIC on a UDP port and TLS on the TCP port of the same number. */
  readonly transport?: TransportChoice;
  /** Where log lines of this server and its node go. Default: standard error, from the level in `RPCNET_LOG` (default `warn`) on. */
  readonly logger?: Logger;
}

/**
 * A server, over QUIC and TLS on the same port unless told otherwise.
 *
 * @example
 * const server = new Server({ cert, key });
 * server.registerRaw('Echo.bytes', (bytes) => bytes);
 * console.log(`listening on ${await server.listen('127.0.0.1:0')}`);
 */
export class Server extends RpcServer {
  #hasCluster = false;

  constructor(options: ServerOptions) {
    super({ ...options, transport: chooseTransport(options.transport, options.logger), runtime: systemRuntime(options.logger) });
  }

  /**
   * Makes this server a node of a cluster. To be called once, after {@link listen}; resolves when the node has joined its seeds, or at once without
   * seeds. Closing the server leaves the cluster first.
   *
   * The first call of a process loads the cluster, half of the code, which clients and plain servers do without: it takes some 40 ms, in which no call is served.
   * A program for which that is too long imports `rpcnet/cluster` at its start.
   * @throws RpcError as `ClusterMembership.start`; `ALREADY_EXISTS` when the server is a node already.
   */
  async enableCluster(options: ClusterOptions = {}): Promise<ClusterMembership> {
    if (this.#hasCluster)
      throw new RpcError('ALREADY_EXISTS', 'This server is a node of a cluster already: make another server for another node');
    this.#hasCluster = true;
    try {
      const { ClusterMembership } = await import('./cluster/cluster-membership.ts');
      return await ClusterMembership.start(this, udpNetwork(), options);
    } catch (error) {
      this.#hasCluster = false;
      throw error;
    }
  }
}
