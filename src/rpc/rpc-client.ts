import type { ClientCalls } from '../call/client-calls.ts';
import { invalidArgument } from '../errors/expect.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { Transport } from '../ports/transport.ts';
import { parseAddress } from '../util/address.ts';
import { NO_METADATA } from '../wire/metadata.ts';
import type { AnyMethod, MethodDescriptor } from '../wire/method.ts';
import { rawMethod } from '../wire/raw-method.ts';
import { resolveItemTimeoutMs, resolveTimeoutMs } from './call-timeout.ts';
import { type Caller, type CallOptions, NO_OPTIONS } from './caller.ts';
import { ClientLink } from './client-link.ts';
import { type ClientSettings, type RpcClientOptions, resolveClientOptions } from './client-options.ts';
import type { ClientState, ClientStateChange } from './client-state.ts';
import { DeferredStream } from './deferred-stream.ts';
import { interceptInPlace } from './intercept.ts';
import { LayoutComparisons } from './layout-comparisons.ts';
import { RequestSender } from './request-sender.ts';
import type { Runtime } from './runtime.ts';
import { abortError, SignalLink } from './signal-link.ts';
import { failedStream, openStream, type StreamingCall, type StreamPlace, type StreamPlan, type StreamSource } from './streaming-call.ts';
import { type Resender, UnaryCall } from './unary-call.ts';

/**
 * Makes calls to one address. Many calls share one connection, which is opened again when it is lost.
 *
 * A unary call or a stream from the server that provably reached no handler because the server was going away is sent again by itself while its time
 * lasts. Any other call fails with `UNAVAILABLE` when the connection is lost under it; whether to repeat it is the caller's choice.
 */
export class RpcClient implements Caller {
  readonly #link: ClientLink;
  readonly #settings: ClientSettings;
  readonly #runtime: Runtime;
  /** Sends a unary call again when nobody took it. */
  readonly #resender: Resender = {
    resend: (call, error) => {
      if (!canResend(error, this.#link)) return undefined;
      const deadlineAt =
        call.owner === undefined
          ? this.#deadlineAt(resolveTimeoutMs(call.method, call.options, this.#settings.defaultTimeoutMs))
          : call.deadlineAt;
      return this.#waitAndCall(call.method, { request: call.request, options: call.options, deadlineAt });
    },
  };
  readonly #streams: StreamSource;
  readonly #comparisons: LayoutComparisons;
  readonly #rawMethods = new Map<string, MethodDescriptor<Uint8Array, Uint8Array>>();

  /** Does not connect yet: the first call does, or {@link connect}. */
  constructor(address: string, options: RpcClientOptions & { readonly transport: Transport; readonly runtime: Runtime }) {
    if (!parseAddress(address)) throw invalidArgument('address', 'host:port, for example 127.0.0.1:61000', address);
    this.#settings = resolveClientOptions(options);
    this.#runtime = options.runtime;
    this.#streams = {
      environment: this.#runtime,
      placeAgain: (plan, error, { deadlineAt, abandoned }) =>
        canResend(error, this.#link) ? this.#place(plan, deadlineAt, abandoned) : undefined,
    };
    if (options.interceptors !== undefined) interceptInPlace(this, options.interceptors);
    this.#link = new ClientLink(address, { transport: options.transport, settings: this.#settings, runtime: options.runtime });
    this.#comparisons = new LayoutComparisons(options.runtime, this.#link);
  }

  /** `host:port` of the server. */
  get address(): string {
    return this.#link.address;
  }

  /** Whether calls can go right now: see {@link ClientState}. */
  get state(): ClientState {
    return this.#link.state;
  }

  /**
   * Has a listener told of each change of the state, in order and after it. What is returned takes the listener out again. A listener that throws is
   * logged and harms nobody.
   *
   * @example
   * client.onStateChange(({ state, error }) => console.log(state, error?.message ?? ''));
   */
  onStateChange(listener: (change: ClientStateChange) => void): () => void {
    return this.#link.onStateChange(listener);
  }

  /** Calls of this client that have not ended, those included that wait for a connection. */
  get inFlight(): number {
    return this.#link.inFlight;
  }

  /**
   * Connects, with one attempt, unless there is a connection.
   * @throws RpcError `UNAVAILABLE` when nothing answers, `UNAUTHENTICATED` when TLS refuses a side, `FAILED_PRECONDITION` when the versions differ.
   */
  async connect(): Promise<void> {
    await this.#link.connect();
  }

  unary<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    request: TRequest,
    options: CallOptions = NO_OPTIONS,
  ): Promise<TResponse> {
    let timeoutMs: number;
    try {
      timeoutMs = resolveTimeoutMs(method, options, this.#settings.defaultTimeoutMs);
    } catch (error) {
      return Promise.reject(error);
    }
    const connection = this.#link.usable;
    if (!connection) return this.#waitAndCall(method, { request, options, deadlineAt: this.#deadlineAt(timeoutMs) });
    const call = new UnaryCall(method);
    call.resender = this.#resender;
    call.request = request;
    call.options = options;
    try {
      this.#start(connection, call, { request, options, timeoutMs });
    } catch (error) {
      call.fail(fromUnknown(error));
    }
    return call.promise as Promise<TResponse>;
  }

  serverStreaming<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    request: TRequest,
    options: CallOptions = NO_OPTIONS,
  ): AsyncIterableIterator<TResponse> {
    return this.#stream(method, options, (connection, call, timeoutMs) => this.#start(connection, call, { request, options, timeoutMs }));
  }

  async clientStreaming<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    requests: AsyncIterable<TRequest> | Iterable<TRequest>,
    options: CallOptions = NO_OPTIONS,
  ): Promise<TResponse> {
    const deadlineAt = this.#deadlineAt(resolveTimeoutMs(method, options, 0));
    const connection = await this.#connection(method, options, deadlineAt);
    const call = new UnaryCall(method);
    call.sender = new RequestSender(call);
    this.#start(connection, call, { options, timeoutMs: this.#remainingMs(method, deadlineAt) });
    void call.sender.run(requests);
    return call.promise as Promise<TResponse>;
  }

  bidirectional<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    requests: AsyncIterable<TRequest> | Iterable<TRequest>,
    options: CallOptions = NO_OPTIONS,
  ): AsyncIterableIterator<TResponse> {
    return this.#stream(method, options, (connection, call, timeoutMs) => {
      call.sender = new RequestSender(call);
      this.#start(connection, call, { options, timeoutMs });
      void call.sender.run(requests);
    });
  }

  /** Calls a unary method with bytes and gets bytes: for servers without a service definition. */
  callRaw(name: string, request: Uint8Array, options: CallOptions = {}): Promise<Uint8Array> {
    let method = this.#rawMethods.get(name);
    if (!method) {
      method = rawMethod(name);
      this.#rawMethods.set(name, method);
    }
    return this.unary(method, request, options);
  }

  /**
   * Ends the calls of this client with `CANCELLED`, and the connection unless another client shares it. Idempotent; nothing of the client is left
   * afterwards.
   */
  close(): Promise<void> {
    this.#link.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Starts a call on a connection and ties it to its signal. */
  #start(
    connection: ClientCalls,
    call: UnaryCall | StreamingCall,
    what: { request?: unknown; options: CallOptions; timeoutMs: number },
  ): void {
    const { signal } = what.options;
    if (signal?.aborted) throw abortError(call.method.name, signal);
    call.holder = this.#link;
    if (what.options.onResponseMetadata) call.metadataListener = what.options.onResponseMetadata;
    connection.start(call, { request: what.request, metadata: what.options.metadata ?? NO_METADATA, timeoutMs: what.timeoutMs });
    if (signal) call.signalLink = new SignalLink(call, signal);
  }

  /** A unary call that must wait for a connection first, or is sent again because nobody took it. */
  async #waitAndCall<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    what: { readonly request: TRequest; readonly options: CallOptions; readonly deadlineAt: number },
  ): Promise<TResponse> {
    for (;;) {
      const connection = await this.#connection(method, what.options, what.deadlineAt);
      const timeoutMs = this.#remainingMs(method, what.deadlineAt);
      try {
        const call = new UnaryCall(method);
        this.#start(connection, call, { request: what.request, options: what.options, timeoutMs });
        return (await call.promise) as TResponse;
      } catch (error) {
        const failure = fromUnknown(error);
        if (!canResend(failure, this.#link)) throw failure;
      }
    }
  }

  #stream<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    options: CallOptions,
    start: StreamPlan['start'],
  ): AsyncIterableIterator<TResponse> {
    let timeoutMs: number;
    let itemTimeoutMs: number;
    try {
      timeoutMs = resolveTimeoutMs(method, options, 0);
      itemTimeoutMs = resolveItemTimeoutMs(options);
    } catch (error) {
      return failedStream(fromUnknown(error));
    }
    const plan: StreamPlan = { method, options, itemTimeoutMs, start };
    const connection = this.#link.usable;
    if (connection && !connection.mustCompare(method)) return openStream(this.#streams, plan, { connection, timeoutMs });
    const deadlineAt = this.#deadlineAt(timeoutMs);
    return new DeferredStream(async (abandoned) => openStream(this.#streams, plan, await this.#place(plan, deadlineAt, abandoned)));
  }

  /** A connection for a stream that has none yet. Waiting for it counts as a pause of the stream. */
  async #place(plan: StreamPlan, deadlineAt: number, abandoned: AbortSignal): Promise<StreamPlace> {
    const { method, options, itemTimeoutMs } = plan;
    const signal = options.signal ? AbortSignal.any([options.signal, abandoned]) : abandoned;
    const until = itemTimeoutMs === 0 ? deadlineAt : Math.min(deadlineAt, this.#deadlineAt(itemTimeoutMs));
    const connection = await this.#connection(method, { ...options, signal }, until);
    return { connection, timeoutMs: this.#remainingMs(method, deadlineAt) };
  }

  /** A connection that takes calls of this method now. */
  async #connection(method: AnyMethod, options: CallOptions, deadlineAt: number): Promise<ClientCalls> {
    const { signal } = options;
    if (signal?.aborted) throw abortError(method.name, signal);
    for (;;) {
      const connection = this.#link.usable ?? (await this.#link.waitForConnection(deadlineAt, signal));
      if (!connection.isUsable) continue;
      if (!connection.mustCompare(method)) return connection;
      try {
        await this.#comparisons.compare(connection, method, { deadlineAt, signal });
      } catch (error) {
        // The connection was lost under the question: it is asked again on the next one.
        if (connection.isUsable || fromUnknown(error).code !== 'UNAVAILABLE') throw error;
      }
    }
  }

  #deadlineAt(timeoutMs: number): number {
    return timeoutMs === 0 ? Number.POSITIVE_INFINITY : this.#runtime.clock.now() + timeoutMs;
  }

  /** What is left, as a timeout: 0 stays "no deadline". @throws RpcError `DEADLINE_EXCEEDED` */
  #remainingMs(method: AnyMethod, deadlineAt: number): number {
    if (deadlineAt === Number.POSITIVE_INFINITY) return 0;
    const remainingMs = deadlineAt - this.#runtime.clock.now();
    if (remainingMs > 0) return remainingMs;
    throw new RpcError('DEADLINE_EXCEEDED', `The time for ${method.name} was up before it could be sent to ${this.address}`, {
      notTaken: true,
    });
  }
}

/**
 * Whether this client itself sends the call again: it reached no handler because the server is going away, and the client is open. A server that stays and
 * refuses says when to come back, and would refuse again.
 */
function canResend(error: RpcError, link: ClientLink): boolean {
  return error.notTaken && error.code === 'UNAVAILABLE' && error.retryAfterMs === undefined && link.state !== 'closed';
}
