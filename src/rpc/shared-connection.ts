import { ClientCalls } from '../call/client-calls.ts';
import type { ClientConnectionEvents } from '../call/client-connection-events.ts';
import { CloseCode } from '../call/close-code.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { ScheduledTask } from '../ports/clock.ts';
import type { Connection, Transport } from '../ports/transport.ts';
import { type BackoffSettings, backoffMs } from '../util/backoff.ts';
import { Deferred } from '../util/deferred.ts';
import { ALPN } from '../wire/hello.ts';
import type { ClientSettings } from './client-options.ts';
import type { Runtime } from './runtime.ts';

/** One of the clients that use a connection. */
export interface ConnectionHolder {
  /** Whether calls of it wait for a connection. */
  readonly isWaiting: boolean;
  /** There is a connection: what waits may go. */
  connected(connection: ClientCalls): void;
  /** An attempt came to nothing. */
  attemptFailed(error: RpcError): void;
  /** The state may have changed; `error` is why it became worse. */
  changed(error: RpcError | undefined): void;
}

/** What a connection is made from. */
export interface ConnectionOptions {
  readonly transport: Transport;
  readonly settings: ClientSettings;
  readonly runtime: Runtime;
  /** The last holder let go: it is closed and must be given to nobody else. */
  readonly onUnused?: () => void;
}

/**
 * Keeps one connection to one address for the clients that hold it: connects when it is needed, notices its loss, and connects again with backoff
 * while calls wait. It ends with its last holder.
 *
 * A connection that drains (the server said GOAWAY) goes on with the calls it has; new calls get a new connection.
 */
export class SharedConnection {
  readonly address: string;
  readonly options: ConnectionOptions;
  readonly #holders = new Set<ConnectionHolder>();
  /** The connection that new calls go to. */
  #current: ClientCalls | undefined;
  /** Every connection that is not closed, draining ones included. */
  readonly #connections = new Set<ClientCalls>();
  /** Ends the attempt that runs, if one does. */
  #attempt: AbortController | undefined;
  #retryTimer: ScheduledTask | undefined;
  #failures = 0;
  #lastError: RpcError | undefined;
  #lastFailureAt = 0;
  #openedAt = 0;
  #isClosed = false;

  constructor(address: string, options: ConnectionOptions) {
    this.address = address;
    this.options = options;
  }

  get state(): 'idle' | 'connecting' | 'open' {
    if (this.usable) return 'open';
    return this.#attempt || this.#retryTimer ? 'connecting' : 'idle';
  }

  /** The connection for a new call, if there is one right now. */
  get usable(): ClientCalls | undefined {
    return this.#current?.isUsable ? this.#current : undefined;
  }

  /** Why the last attempt failed, in words; for messages. */
  get lastFailure(): string {
    return this.#lastError?.message ?? 'no connection yet';
  }

  hold(holder: ConnectionHolder): void {
    this.#holders.add(holder);
  }

  /** Ends the calls of a holder with the error, and everything with the last holder. */
  release(holder: ConnectionHolder, error: RpcError): void {
    this.#holders.delete(holder);
    if (this.#holders.size === 0) return this.#close(error);
    for (const connection of [...this.#connections]) for (const call of connection.callsOf(holder)) call.cancel(error);
  }

  /** Calls of a holder that have not ended. Walks the calls only when the connection is shared. */
  inFlightOf(holder: ConnectionHolder): number {
    let sum = 0;
    const isShared = this.#holders.size > 1;
    for (const connection of this.#connections) sum += isShared ? connection.callsOf(holder).length : connection.inFlight;
    return sum;
  }

  /** Connects with one attempt now, also during a pause, unless an attempt runs. */
  connectNow(): void {
    if (this.#attempt || this.#isClosed) return;
    this.#retryTimer?.cancel();
    this.#retryTimer = undefined;
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#open(attempt.signal).then(
      (connection) => this.#attemptSucceeded(connection),
      (error: unknown) => this.#attemptFailed(fromUnknown(error, 'UNAVAILABLE')),
    );
    this.#publish(this.#whyNotUsable());
  }

  /** Connects for the calls that wait, after a pause if the last attempts came to nothing. */
  connectSoon(): void {
    if (this.#attempt || this.#retryTimer || this.#isClosed) return;
    const { clock, random, logger } = this.options.runtime;
    const pauseMs = this.#failures === 0 ? 0 : this.#lastFailureAt + backoffMs(this.#failures, RECONNECT_BACKOFF, random) - clock.now();
    if (pauseMs <= 0) return this.connectNow();
    logger.debug('connecting again after a pause', { address: this.address, pauseMs: Math.round(pauseMs), reason: this.lastFailure });
    this.#retryTimer = clock.schedule(pauseMs, () => {
      this.#retryTimer = undefined;
      if (this.#hasWaiting()) this.connectNow();
      else this.#publish(this.#lastError);
    });
    this.#publish(this.#whyNotUsable());
  }

  #close(error: RpcError): void {
    this.#isClosed = true;
    this.#retryTimer?.cancel();
    this.#attempt?.abort(error);
    for (const connection of [...this.#connections]) connection.close('the client was closed');
    this.options.onUnused?.();
  }

  async #open(signal: AbortSignal): Promise<ClientCalls> {
    const { transport, settings, runtime } = this.options;
    const { ca, cert, key, serverName, connectTimeoutMs, idleTimeoutMs } = settings;
    const tls = { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
    const options = { ...tls, alpn: ALPN, serverName, connectTimeoutMs, idleTimeoutMs };
    const startedAt = runtime.clock.now();
    const connection = await transport.connect(this.address, options, signal);
    if (signal.aborted) {
      connection.close(CloseCode.NORMAL, 'the client was closed');
      throw fromUnknown(signal.reason, 'CANCELLED');
    }
    return this.#handshake(connection, Math.max(1, connectTimeoutMs - (runtime.clock.now() - startedAt)));
  }

  /** TLS is done; the connection is open when the HELLO has come back. @throws RpcError when it is closed already. */
  #handshake(connection: Connection, helloTimeoutMs: number): Promise<ClientCalls> {
    const opened = new Deferred<ClientCalls>();
    const { settings, runtime } = this.options;
    // Stays undefined when the connection was closed before the handshake could begin; its end is told all the same, later.
    let calls: ClientCalls | undefined;
    const events: ClientConnectionEvents = {
      onOpen: () => calls && opened.resolve(calls),
      onDraining: (reason) => calls && this.#dropped(calls, new RpcError('UNAVAILABLE', `${this.address} is going away: ${reason}`)),
      onClosed: (error) => {
        if (calls === undefined) return;
        this.#connections.delete(calls);
        this.#dropped(calls);
        opened.reject(error);
      },
    };
    calls = new ClientCalls(connection, events, { settings: { ...settings, helloTimeoutMs }, environment: runtime });
    if (calls.core.closed) throw calls.core.closed;
    this.#connections.add(calls);
    return opened.promise;
  }

  #attemptSucceeded(connection: ClientCalls): void {
    this.#attempt = undefined;
    this.#openedAt = this.options.runtime.clock.now();
    // An attempt that only led to a server on its way out does not wipe out the failures before it.
    if (!connection.isUsable) this.#noteFailure(new RpcError('UNAVAILABLE', `${this.address} is going away`));
    else {
      this.#failures = 0;
      this.#lastError = undefined;
    }
    this.#current = connection;
    this.#publish(this.#lastError);
    for (const holder of [...this.#holders]) holder.connected(connection);
  }

  #attemptFailed(error: RpcError): void {
    this.#attempt = undefined;
    this.#noteFailure(error);
    for (const holder of [...this.#holders]) holder.attemptFailed(error);
    if (this.#hasWaiting()) this.connectSoon();
    this.#publish(error);
  }

  #hasWaiting(): boolean {
    for (const holder of this.#holders) if (holder.isWaiting) return true;
    return false;
  }

  #noteFailure(error: RpcError): void {
    this.#failures++;
    this.#lastError = error;
    this.#lastFailureAt = this.options.runtime.clock.now();
  }

  /** A connection that drains as soon as it is open counts as a failed attempt: its server is going away, and would be asked over and over. */
  #dropped(connection: ClientCalls, drained?: RpcError): void {
    if (this.#current !== connection) return;
    const reason = drained ?? this.#whyNotUsable();
    this.#current = undefined;
    if (drained && this.options.runtime.clock.now() - this.#openedAt < STABLE_MS) this.#noteFailure(drained);
    this.#publish(reason);
  }

  /** What became of the connection that new calls went to; undefined when there was none. */
  #whyNotUsable(): RpcError | undefined {
    if (!this.#current || this.usable) return undefined;
    return this.#current.core.closed ?? new RpcError('UNAVAILABLE', `${this.address} is going away`);
  }

  #publish(error: RpcError | undefined): void {
    for (const holder of [...this.#holders]) holder.changed(error);
  }
}

/** A connection that lasted this long was a good one. */
const STABLE_MS = 1_000;

const RECONNECT_BACKOFF: BackoffSettings = { firstMs: 100, factor: 2, maxMs: 2_000, jitter: 0.2 };
