import { ClusterMembership } from './cluster/cluster-membership.ts';
import type { ClusterOptions } from './cluster/cluster-options.ts';
import { RpcServer } from './rpc/rpc-server.ts';
import type { RpcServerOptions } from './rpc/server-options.ts';
import { systemRuntime } from './system-runtime.ts';
import { quicTransport } from './transports/quic/quic-transport.ts';
import { udpNetwork } from './transports/udp/udp-network.ts';

/** Settings of a {@link Server}: certificate and key, the rest is optional. */
export type ServerOptions = RpcServerOptions;

/**
 * A server, over QUIC unless told otherwise.
 *
 * @example
 * const server = new Server({ cert, key });
 * server.registerRaw('Echo.bytes', (bytes) => bytes);
 * console.log(`listening on ${await server.listen('127.0.0.1:0')}`);
 */
export class Server extends RpcServer {
  constructor(options: ServerOptions) {
    super({ ...options, transport: options.transport ?? quicTransport(), runtime: systemRuntime });
  }

  /**
   * Makes this server a node of a cluster. To be called once, after {@link listen}; resolves when the node has joined its seeds, or at once without
   * seeds. Closing the server leaves the cluster first.
   * @throws RpcError as `ClusterMembership.start`.
   */
  enableCluster(options: ClusterOptions = {}): Promise<ClusterMembership> {
    return ClusterMembership.start(this, udpNetwork(), options);
  }
}
