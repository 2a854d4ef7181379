import { ClientCalls } from '../call/client-calls.ts';
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
import { abortError } from './signal-link.ts';

/** Whether calls can go: `connecting` while an attempt runs or is waited for, `idle` when nobody needs a connection. */
export type ClientState = 'idle' | 'connecting' | 'open' | 'closed';

/**
 * Keeps one connection to one address: connects when it is needed, notices its loss, and connects again with backoff while calls wait.
 *
 * A connection that drains (the server said GOAWAY) goes on with the calls it has; new calls get a new connection.
 */
export class ClientLink {
  readonly address: string;
  readonly #transport: Transport;
  readonly #settings: ClientSettings;
  readonly #runtime: Runtime;
  /** The connection that new calls go to. */
  #current: ClientCalls | undefined;
  /** Every connection that is not closed, draining ones included. */
  readonly #connections = new Set<ClientCalls>();
  #attempt: Deferred<ClientCalls> | undefined;
  #abort: AbortController | undefined;
  #retryTimer: ScheduledTask | undefined;
  #failures = 0;
  #lastError: RpcError | undefined;
  #lastFailureAt = 0;
  #openedAt = 0;
  /** Calls that wait for a connection. */
  readonly #waiting = new Set<Waiter>();
  #isClosed = false;

  constructor(address: string, options: { readonly transport: Transport; readonly settings: ClientSettings; readonly runtime: Runtime }) {
    this.address = address;
    this.#transport = options.transport;
    this.#settings = options.settings;
    this.#runtime = options.runtime;
  }

  get state(): ClientState {
    if (this.#isClosed) return 'closed';
    if (this.usable) return 'open';
    return this.#attempt || this.#retryTimer ? 'connecting' : 'idle';
  }

  /** The connection for a new call, if there is one right now. */
  get usable(): ClientCalls | undefined {
    return this.#current?.isUsable ? this.#current : undefined;
  }

  /** Calls that have not ended: in flight on any connection, or waiting for one. */
  get inFlight(): number {
    let sum = this.#waiting.size;
    for (const connection of this.#connections) sum += connection.inFlight;
    return sum;
  }

  /** Connects now, with one attempt. @throws RpcError what the attempt failed with. */
  connect(): Promise<ClientCalls> {
    if (this.#isClosed) return Promise.reject(closedError(this.address));
    const { usable } = this;
    return usable ? Promise.resolve(usable) : this.#startAttempt();
  }

  /**
   * Waits for a connection until `deadlineAt` on the monotonic clock, with as many attempts as that allows.
   * @throws RpcError `UNAVAILABLE` (not taken) when attempts fail and the client is set to fail; `UNAUTHENTICATED` and the like at once;
   * `DEADLINE_EXCEEDED` when the time is up; `CANCELLED` when the client closes or the signal aborts.
   */
  waitForConnection(deadlineAt: number, signal: AbortSignal | undefined): Promise<ClientCalls> {
    if (this.#isClosed) return Promise.reject(closedError(this.address));
    const { usable } = this;
    if (usable) return Promise.resolve(usable);
    const waiter = new Waiter(this, { deadlineAt, signal, runtime: this.#runtime });
    this.#waiting.add(waiter);
    this.#connectSoon();
    return waiter.promise;
  }

  /** Why the last attempt failed, in words; for messages. */
  get lastFailure(): string {
    return this.#lastError?.message ?? 'no connection yet';
  }

  forget(waiter: Waiter): void {
    this.#waiting.delete(waiter);
  }

  /** Ends every connection and everything that waits. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#retryTimer?.cancel();
    this.#abort?.abort(closedError(this.address));
    for (const waiter of [...this.#waiting]) waiter.fail(closedError(this.address));
    for (const connection of [...this.#connections]) connection.close('the client was closed');
  }

  #startAttempt(): Promise<ClientCalls> {
    if (this.#attempt) return this.#attempt.promise;
    this.#retryTimer?.cancel();
    this.#retryTimer = undefined;
    const attempt = new Deferred<ClientCalls>();
    this.#attempt = attempt;
    this.#abort = new AbortController();
    this.#open(this.#abort.signal).then(
      (connection) => this.#attemptSucceeded(attempt, connection),
      (error: unknown) => this.#attemptFailed(attempt, fromUnknown(error, 'UNAVAILABLE')),
    );
    return attempt.promise;
  }

  async #open(signal: AbortSignal): Promise<ClientCalls> {
    const { ca, cert, key, serverName, connectTimeoutMs, idleTimeoutMs } = this.#settings;
    const tls = { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
    const options = { ...tls, alpn: ALPN, serverName, connectTimeoutMs, idleTimeoutMs };
    const startedAt = this.#runtime.clock.now();
    const connection = await this.#transport.connect(this.address, options, signal);
    if (this.#isClosed) {
      connection.close(CloseCode.NORMAL, 'the client was closed');
      throw closedError(this.address);
    }
    return this.#handshake(connection, Math.max(1, connectTimeoutMs - (this.#runtime.clock.now() - startedAt)));
  }

  /** TLS is done; the connection is open when the HELLO has come back. */
  #handshake(connection: Connection, helloTimeoutMs: number): Promise<ClientCalls> {
    const opened = new Deferred<ClientCalls>();
    const calls: ClientCalls = new ClientCalls(
      connection,
      {
        onOpen: () => opened.resolve(calls),
        onDraining: (reason) => this.#dropped(calls, new RpcError('UNAVAILABLE', `${this.address} is going away: ${reason}`)),
        onClosed: (error) => {
          this.#connections.delete(calls);
          this.#dropped(calls);
          opened.reject(error);
        },
      },
      { settings: { ...this.#settings, helloTimeoutMs }, environment: this.#runtime },
    );
    this.#connections.add(calls);
    return opened.promise;
  }

  #attemptSucceeded(attempt: Deferred<ClientCalls>, connection: ClientCalls): void {
    this.#attempt = undefined;
    // An attempt that only led to a server on its way out does not wipe out the failures before it.
    this.#openedAt = this.#runtime.clock.now();
    if (!connection.isUsable) this.#noteFailure(new RpcError('UNAVAILABLE', `${this.address} is going away`));
    else {
      this.#failures = 0;
      this.#lastError = undefined;
    }
    this.#current = connection;
    attempt.resolve(connection);
    for (const waiter of [...this.#waiting]) waiter.succeed(connection);
  }

  #attemptFailed(attempt: Deferred<ClientCalls>, error: RpcError): void {
    this.#attempt = undefined;
    this.#noteFailure(error);
    attempt.reject(error);
    if (this.#isClosed || this.#waiting.size === 0) return;
    if (this.#settings.whenDisconnected === 'fail' || !isTransient(error)) {
      const notTaken = new RpcError(error.code, error.message, { notTaken: true, cause: error });
      for (const waiter of [...this.#waiting]) waiter.fail(notTaken);
      return;
    }
    this.#connectSoon();
  }

  /** Starts an attempt for the calls that wait, after a pause if the last attempts came to nothing. */
  #connectSoon(): void {
    if (this.#attempt || this.#retryTimer) return;
    const { clock, random, logger } = this.#runtime;
    const pauseMs = this.#failures === 0 ? 0 : this.#lastFailureAt + backoffMs(this.#failures, RECONNECT_BACKOFF, random) - clock.now();
    if (pauseMs <= 0) {
      this.#startAttempt().catch(() => undefined);
      return;
    }
    logger.debug('connecting again after a pause', { address: this.address, pauseMs: Math.round(pauseMs), reason: this.lastFailure });
    this.#retryTimer = clock.schedule(pauseMs, () => {
      this.#retryTimer = undefined;
      if (this.#waiting.size > 0 && !this.#isClosed) this.#startAttempt().catch(() => undefined);
    });
  }

  #noteFailure(error: RpcError): void {
    this.#failures++;
    this.#lastError = error;
    this.#lastFailureAt = this.#runtime.clock.now();
  }

  /** A connection that drains as soon as it is open counts as a failed attempt: its server is going away, and would be asked over and over. */
  #dropped(connection: ClientCalls, drained?: RpcError): void {
    if (this.#current !== connection) return;
    this.#current = undefined;
    if (drained && this.#runtime.clock.now() - this.#openedAt < STABLE_MS) this.#noteFailure(drained);
  }
}

/** A call that waits for a connection. */
class Waiter {
  readonly promise: Promise<ClientCalls>;
  readonly #link: ClientLink;
  readonly #deferred = new Deferred<ClientCalls>();
  readonly #timer: ScheduledTask | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => {
    if (this.#signal) this.fail(abortError(`Waiting for a connection to ${this.#link.address}`, this.#signal));
  };

  constructor(link: ClientLink, options: { deadlineAt: number; signal: AbortSignal | undefined; runtime: Runtime }) {
    this.#link = link;
    this.promise = this.#deferred.promise;
    this.#signal = options.signal;
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
    const { clock } = options.runtime;
    if (options.deadlineAt !== Number.POSITIVE_INFINITY) {
      this.#timer = clock.schedule(Math.max(0, options.deadlineAt - clock.now()), () => this.#onDeadline());
    }
  }

  succeed(connection: ClientCalls): void {
    this.#end();
    this.#deferred.resolve(connection);
  }

  fail(error: RpcError): void {
    this.#end();
    this.#deferred.reject(error);
  }

  #onDeadline(): void {
    const { address, lastFailure } = this.#link;
    this.fail(
      new RpcError('DEADLINE_EXCEEDED', `There was no connection to ${address} before the call's time was up: ${lastFailure}`, {
        notTaken: true,
      }),
    );
  }

  #end(): void {
    this.#link.forget(this);
    this.#timer?.cancel();
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}

/** Errors that another attempt may not meet. A refused certificate or another protocol stays so. */
function isTransient(error: RpcError): boolean {
  return error.code === 'UNAVAILABLE' || error.code === 'DEADLINE_EXCEEDED' || error.code === 'RESOURCE_EXHAUSTED';
}

function closedError(address: string): RpcError {
  return new RpcError('CANCELLED', `The client of ${address} is closed`, { notTaken: true });
}

/** A connection that lasted this long was a good one. */
const STABLE_MS = 1_000;

const RECONNECT_BACKOFF: BackoffSettings = { firstMs: 100, factor: 2, maxMs: 2_000, jitter: 0.2 };
