import type { ScheduledTask } from '../ports/clock.ts';
import type { Transport } from '../ports/transport.ts';
import type { RpcClientOptions } from '../rpc/client-options.ts';
import { RpcClient } from '../rpc/rpc-client.ts';
import type { Runtime } from '../rpc/runtime.ts';

/** What a pool is made from. */
export interface ConnectionPoolOptions {
  readonly transport: Transport;
  readonly runtime: Runtime;
  /** How to connect. Asked for at each use: while the same object comes back, connections are kept; with another one they are made anew. */
  readonly client: () => RpcClientOptions;
  /** A connection without calls for this long is closed: each costs a thread. */
  readonly idleMs: number;
  /** A client for an address was made, or closed. */
  readonly onChange?: (address: string, isOpen: boolean) => void;
}

/**
 * One client for each address, made when it is needed, closed when it has been idle. It shares no connection with clients outside: a connection to a
 * process that was started again must go when the pool says so.
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  readonly #entries = new Map<string, PoolEntry>();
  /** Clients that get no new calls and still have some. */
  readonly #retired = new Set<RpcClient>();
  #sweep: ScheduledTask | undefined;
  #isClosed = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The client for an address. It belongs to the pool: do not close it. */
  client(address: string): RpcClient {
    let entry = this.#entries.get(address);
    const now = this.#options.runtime.clock.now();
    const options = this.#options.client();
    if (entry && entry.options !== options) {
      this.retire(address);
      entry = undefined;
    }
    if (!entry) {
      const { transport, runtime } = this.#options;
      entry = { client: new RpcClient(address, { ...options, shareConnection: false, transport, runtime }), options, lastUsedAt: now };
      if (this.#isClosed) void entry.client.close();
      else this.#keep(address, entry);
    }
    entry.lastUsedAt = now;
    return entry.client;
  }

  /** Whether there is a connection to the address at this moment. */
  isOpen(address: string): boolean {
    return this.#entries.get(address)?.client.state === 'open';
  }

  /** Closes the connection to an address, for example because its process was started again. Calls on it fail. */
  drop(address: string): void {
    const entry = this.#entries.get(address);
    if (!entry) return;
    this.#entries.delete(address);
    this.#options.onChange?.(address, false);
    void entry.client.close();
  }

  /** Nothing new goes over the connection to an address; what runs on it may finish. The next call gets a new connection. */
  retire(address: string): void {
    const entry = this.#entries.get(address);
    if (!entry) return;
    if (entry.client.inFlight === 0) return this.drop(address);
    this.#entries.delete(address);
    this.#options.onChange?.(address, false);
    this.#retired.add(entry.client);
  }

  /** Closes every connection. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#sweep?.cancel();
    for (const address of [...this.#entries.keys()]) this.drop(address);
    for (const client of this.#retired) void client.close();
    this.#retired.clear();
  }

  #keep(address: string, entry: PoolEntry): void {
    this.#entries.set(address, entry);
    this.#options.onChange?.(address, true);
    this.#scheduleSweep();
  }

  #scheduleSweep(): void {
    if (this.#sweep) return;
    const { runtime, idleMs } = this.#options;
    this.#sweep = runtime.clock.schedule(
      idleMs / 2,
      () => {
        this.#sweep = undefined;
        const before = runtime.clock.now() - idleMs;
        for (const [address, { client, lastUsedAt }] of [...this.#entries])
          if (lastUsedAt <= before && client.inFlight === 0) this.drop(address);
        for (const client of [...this.#retired]) {
          if (client.inFlight > 0) continue;
          this.#retired.delete(client);
          void client.close();
        }
        if (this.#entries.size > 0 || this.#retired.size > 0) this.#scheduleSweep();
      },
      { unref: true },
    );
  }
}

interface PoolEntry {
  readonly client: RpcClient;
  readonly options: RpcClientOptions;
  lastUsedAt: number;
}
