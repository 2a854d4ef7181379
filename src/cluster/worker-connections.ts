import type { Worker } from '../registry/worker.ts';
import type { RpcClient } from '../rpc/rpc-client.ts';
import type { ClusterClientOptions } from './cluster-client-options.ts';
import { ConnectionPool } from './connection-pool.ts';
import { followIdentity } from './followed-identity.ts';
import type { WorkerRegistry } from './worker-registry.ts';

/** The connections of one cluster client to workers, and what they tell the membership. They show the identity that the node's server has. */
export class WorkerConnections {
  readonly #registry: WorkerRegistry;
  readonly #pool: ConnectionPool;
  /** Whose the connection to an address is: the worker may be gone when it closes. */
  readonly #nodeIds = new Map<string, string>();

  constructor(registry: WorkerRegistry, options: { readonly idleMs: number; readonly connection: ClusterClientOptions['connection'] }) {
    const { server, runtime } = registry.cluster;
    this.#registry = registry;
    this.#pool = new ConnectionPool({
      transport: server.transport,
      runtime,
      client: followIdentity(server, ({ cert, key, ca }) => ({
        cert,
        key,
        ...(ca === undefined ? {} : { ca }),
        connectTimeoutMs: 2_000,
        ...options.connection,
        whenDisconnected: 'fail',
      })),
      idleMs: options.idleMs,
      onChange: (address, isOpen) => this.#noteConnection(address, isOpen),
    });
  }

  /** The client for a worker. It belongs to the pool: do not close it. */
  client(worker: Worker): RpcClient {
    return this.#pool.client(worker.address);
  }

  /** Whether there is a connection to the worker at this moment. */
  isOpen(worker: Worker): boolean {
    return this.#pool.isOpen(worker.address);
  }

  /** The worker is gone, or is another process: nothing new goes over its connection. */
  retire(worker: Worker): void {
    this.#pool.retire(worker.address);
  }

  /** The worker answered just now. It counts as far as it is still the process that was chosen. */
  noteContact({ nodeId, epoch }: Worker): void {
    this.#registry.cluster.noteContact(nodeId, epoch);
  }

  /** Closes every connection. Idempotent. */
  close(): void {
    this.#pool.close();
  }

  /** Nodes with open connections are watched. */
  #noteConnection(address: string, isOpen: boolean): void {
    const nodeId = this.#nodeIds.get(address) ?? this.#registry.workers().find((worker) => worker.address === address)?.nodeId;
    if (nodeId === undefined) return;
    if (isOpen) this.#nodeIds.set(address, nodeId);
    else this.#nodeIds.delete(address);
    this.#registry.cluster.noteConnection(nodeId, isOpen);
  }
}
