import type { ClientCalls } from '../call/client-calls.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { ClientSettings } from './client-options.ts';
import type { ClientState, ClientStateChange } from './client-state.ts';
import { ConnectionWaiter, type WaitingRoom } from './connection-waiter.ts';
import type { Runtime } from './runtime.ts';
import { type ConnectionHolder, type ConnectionOptions, SharedConnection } from './shared-connection.ts';
import { isSharedByDefault } from './shared-connections.ts';

/** What one client has of a connection that it may share with others: its calls that wait, its state and who listens to it. */
export class ClientLink implements ConnectionHolder, WaitingRoom {
  readonly address: string;
  readonly #options: ConnectionOptions;
  /** Held from the first use until the client closes: a client that is never used keeps no connection of others open. */
  #connection: SharedConnection | undefined;
  readonly #settings: ClientSettings;
  readonly #runtime: Runtime;
  /** Calls that wait for a connection. */
  readonly #waiting = new Set<ConnectionWaiter>();
  /** Callers of {@link connect} that wait for the outcome of one attempt. */
  readonly #connecting = new Set<ConnectionWaiter>();
  readonly #listeners = new Set<{ readonly tell: (change: ClientStateChange) => void }>();
  readonly #untold: ClientStateChange[] = [];
  #isTelling = false;
  #lastState: ClientState = 'idle';
  #isClosed = false;

  constructor(address: string, options: ConnectionOptions) {
    this.address = address;
    this.#options = options;
    this.#settings = options.settings;
    this.#runtime = options.runtime;
  }

  get state(): ClientState {
    return this.#isClosed ? 'closed' : (this.#connection?.state ?? 'idle');
  }

  /** The connection for a new call, if there is one right now. */
  get usable(): ClientCalls | undefined {
    return this.#connection?.usable;
  }

  /** Calls of this client that have not ended: in flight, or waiting for a connection. */
  get inFlight(): number {
    return this.#waiting.size + (this.#connection?.inFlightOf(this) ?? 0);
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Why the last attempt failed, in words; for messages. */
  get lastFailure(): string {
    return this.#connection?.lastFailure ?? 'the client is closed';
  }

  /** Connects now, with one attempt. @throws RpcError what the attempt failed with. */
  connect(): Promise<ClientCalls> {
    const connection = this.#hold();
    // A listener to the state may have closed the client just now.
    if (!connection || this.#isClosed) return Promise.reject(closedError(this.address));
    const { usable } = connection;
    if (usable) return Promise.resolve(usable);
    const waiter = new ConnectionWaiter(this, this.#runtime, { deadlineAt: Number.POSITIVE_INFINITY, signal: undefined });
    this.#connecting.add(waiter);
    connection.connectNow();
    return waiter.promise;
  }

  /**
   * Waits for a connection until `deadlineAt` on the monotonic clock, with as many attempts as that allows.
   * @throws RpcError (not taken) `UNAVAILABLE` when attempts fail and the client is set to fail; `UNAUTHENTICATED` and the like at once;
   * `RESOURCE_EXHAUSTED` when `maxWaitingCalls` wait already; `DEADLINE_EXCEEDED` when the time is up; `CANCELLED` when the client closes or the
   * signal aborts.
   */
  waitForConnection(deadlineAt: number, signal: AbortSignal | undefined): Promise<ClientCalls> {
    const connection = this.#hold();
    // A listener to the state may have closed the client just now.
    if (!connection || this.#isClosed) return Promise.reject(closedError(this.address));
    const { usable } = connection;
    if (usable) return Promise.resolve(usable);
    if (this.#waiting.size >= this.#settings.maxWaitingCalls) return Promise.reject(this.#tooManyWaiting());
    const waiter = new ConnectionWaiter(this, this.#runtime, { deadlineAt, signal });
    this.#waiting.add(waiter);
    connection.connectSoon();
    return waiter.promise;
  }

  /** Has a listener told of each change of the state, after it; what is returned stops that. */
  onStateChange(listener: (change: ClientStateChange) => void): () => void {
    const entry = { tell: listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** Ends the calls of this client and what waits; the connection ends with its last client. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const waiter of [...this.#waiting, ...this.#connecting]) waiter.fail(closedError(this.address));
    this.#connection?.release(this, new RpcError('CANCELLED', `The client of ${this.address} was closed before the call was done`));
    this.#connection = undefined;
    this.changed(undefined);
  }

  forget(waiter: ConnectionWaiter): void {
    this.#waiting.delete(waiter);
    this.#connecting.delete(waiter);
  }

  connected(connection: ClientCalls): void {
    for (const waiter of [...this.#connecting, ...this.#waiting]) waiter.succeed(connection);
  }

  attemptFailed(error: RpcError): void {
    for (const waiter of [...this.#connecting]) waiter.fail(error);
    if (this.#settings.whenDisconnected === 'wait' && isTransient(error)) return;
    const notTaken = new RpcError(error.code, error.message, { notTaken: true, cause: error });
    for (const waiter of [...this.#waiting]) waiter.fail(notTaken);
  }

  changed(error: RpcError | undefined): void {
    const { state } = this;
    if (state === this.#lastState) return;
    const previous = this.#lastState;
    this.#lastState = state;
    if (this.#listeners.size === 0) return;
    this.#untold.push({ state, previous, error });
    if (!this.#isTelling) this.#tellAll();
  }

  /** The connection, from now on held by this client; undefined when it is closed. */
  #hold(): SharedConnection | undefined {
    if (this.#connection || this.#isClosed) return this.#connection;
    const { transport, settings, runtime } = this.#options;
    const isShared = settings.shareConnection ?? isSharedByDefault(transport);
    const connection =
      isShared && runtime.connections
        ? runtime.connections.find(this.address, this.#options)
        : new SharedConnection(this.address, this.#options);
    connection.hold(this);
    this.#connection = connection;
    this.changed(undefined);
    return connection;
  }

  /** In order, also when a listener itself changes the state. */
  #tellAll(): void {
    this.#isTelling = true;
    for (let change = this.#untold.shift(); change; change = this.#untold.shift()) {
      for (const listener of [...this.#listeners]) {
        try {
          if (this.#listeners.has(listener)) listener.tell(change);
        } catch (error) {
          this.#runtime.logger.error('a listener to the state of a client failed', {
            address: this.address,
            error: fromUnknown(error).message,
          });
        }
      }
    }
    this.#isTelling = false;
    if (this.#isClosed) this.#listeners.clear();
  }

  #tooManyWaiting(): RpcError {
    const { size } = this.#waiting;
    return new RpcError(
      'RESOURCE_EXHAUSTED',
      `${size} calls wait for a connection to ${this.address} already, which is the limit (maxWaitingCalls): ${this.lastFailure}`,
      { notTaken: true },
    );
  }
}

/** Errors that another attempt may not meet. A refused certificate or another protocol stays so. */
function isTransient(error: RpcError): boolean {
  return error.code === 'UNAVAILABLE' || error.code === 'DEADLINE_EXCEEDED' || error.code === 'RESOURCE_EXHAUSTED';
}

function closedError(address: string): RpcError {
  return new RpcError('CANCELLED', `The client of ${address} is closed`, { notTaken: true });
}
