import type { ClientCall } from '../call/client-call.ts';
import type { ClientCalls } from '../call/client-calls.ts';
import { invalidArgument } from '../errors/expect.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { Transport } from '../ports/transport.ts';
import { parseAddress } from '../util/address.ts';
import { NO_METADATA } from '../wire/metadata.ts';
import type { AnyMethod, MethodDescriptor } from '../wire/method.ts';
import { rawMethod } from '../wire/raw-method.ts';
import { resolveTimeoutMs } from './call-timeout.ts';
import type { Caller, CallOptions } from './caller.ts';
import { ClientLink, type ClientState } from './client-link.ts';
import { type ClientSettings, type RpcClientOptions, resolveClientOptions } from './client-options.ts';
import { DeferredStream } from './deferred-stream.ts';
import { RequestSender } from './request-sender.ts';
import type { Runtime } from './runtime.ts';
import { abortError, SignalLink } from './signal-link.ts';
import { failedStream, openStream } from './streaming-call.ts';
import { UnaryCall } from './unary-call.ts';

/**
 * Makes calls to one address. Many calls share one connection, which is opened again when it is lost.
 *
 * A unary call that provably reached no handler because the server was going away is sent again by itself while its time lasts. Any other call fails
 * with `UNAVAILABLE` when the connection is lost under it; whether to repeat it is the caller's choice.
 */
export class RpcClient implements Caller {
  readonly #link: ClientLink;
  readonly #settings: ClientSettings;
  readonly #runtime: Runtime;
  readonly #rawMethods = new Map<string, MethodDescriptor<Uint8Array, Uint8Array>>();

  /** Does not connect yet: the first call does, or {@link connect}. */
  constructor(address: string, options: RpcClientOptions & { readonly transport: Transport; readonly runtime: Runtime }) {
    if (!parseAddress(address)) throw invalidArgument('address', 'host:port, for example 127.0.0.1:61000', address);
    this.#settings = resolveClientOptions(options);
    this.#runtime = options.runtime;
    this.#link = new ClientLink(address, { transport: options.transport, settings: this.#settings, runtime: options.runtime });
  }

  /** `host:port` of the server. */
  get address(): string {
    return this.#link.address;
  }

  get state(): ClientState {
    return this.#link.state;
  }

  /** Calls that have not ended, those included that wait for a connection. */
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
    options: CallOptions = {},
  ): Promise<TResponse> {
    let timeoutMs: number;
    try {
      timeoutMs = resolveTimeoutMs(method, options, this.#settings.defaultTimeoutMs);
    } catch (error) {
      return Promise.reject(error);
    }
    const connection = this.#link.usable;
    if (!connection) return this.#waitAndCall(method, { request, options, deadlineAt: this.#deadlineAt(timeoutMs) });
    const startedAt = this.#runtime.clock.now();
    return new Promise<TResponse>((resolve, reject) => {
      const retry = (error: RpcError): void => {
        if (!canResend(error, this.#link)) return reject(error);
        const deadlineAt = timeoutMs === 0 ? Number.POSITIVE_INFINITY : startedAt + timeoutMs;
        resolve(this.#waitAndCall(method, { request, options, deadlineAt }));
      };
      const call = new UnaryCall(method, { resolve: resolve as (value: unknown) => void, reject: retry });
      try {
        this.#start(connection, call, { request, options, timeoutMs });
      } catch (error) {
        retry(fromUnknown(error));
      }
    });
  }

  serverStreaming<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    request: TRequest,
    options: CallOptions = {},
  ): AsyncIterableIterator<TResponse> {
    return this.#stream(method, options, (connection, timeoutMs) =>
      openStream(method, (call) => this.#start(connection, call, { request, options, timeoutMs })),
    );
  }

  async clientStreaming<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    requests: AsyncIterable<TRequest> | Iterable<TRequest>,
    options: CallOptions = {},
  ): Promise<TResponse> {
    const deadlineAt = this.#deadlineAt(resolveTimeoutMs(method, options, 0));
    const connection = await this.#connection(method, options, deadlineAt);
    return new Promise<TResponse>((resolve, reject) => {
      const call = new UnaryCall(method, { resolve: resolve as (value: unknown) => void, reject });
      call.sender = new RequestSender(call);
      try {
        this.#start(connection, call, { options, timeoutMs: this.#remainingMs(method, deadlineAt) });
      } catch (error) {
        return reject(fromUnknown(error));
      }
      void call.sender.run(requests);
    });
  }

  bidirectional<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    requests: AsyncIterable<TRequest> | Iterable<TRequest>,
    options: CallOptions = {},
  ): AsyncIterableIterator<TResponse> {
    return this.#stream(method, options, (connection, timeoutMs) =>
      openStream(method, (call) => {
        call.sender = new RequestSender(call);
        this.#start(connection, call, { options, timeoutMs });
        void call.sender.run(requests);
      }),
    );
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

  /** Ends the connection; calls in flight fail with `CANCELLED`. Idempotent; nothing of the client is left afterwards. */
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
    call: UnaryCall | StreamCallLike,
    what: { request?: unknown; options: CallOptions; timeoutMs: number },
  ): void {
    const { signal } = what.options;
    if (signal?.aborted) throw abortError(call.method.name, signal);
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
        return await new Promise<TResponse>((resolve, reject) => {
          const call = new UnaryCall(method, { resolve: resolve as (value: unknown) => void, reject });
          this.#start(connection, call, { request: what.request, options: what.options, timeoutMs });
        });
      } catch (error) {
        const failure = fromUnknown(error);
        if (!canResend(failure, this.#link)) throw failure;
      }
    }
  }

  #stream<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    options: CallOptions,
    open: (connection: ClientCalls, timeoutMs: number) => AsyncIterableIterator<TResponse>,
  ): AsyncIterableIterator<TResponse> {
    let timeoutMs: number;
    try {
      timeoutMs = resolveTimeoutMs(method, options, 0);
    } catch (error) {
      return failedStream(fromUnknown(error));
    }
    const connection = this.#link.usable;
    if (connection) return open(connection, timeoutMs);
    const deadlineAt = this.#deadlineAt(timeoutMs);
    return new DeferredStream(async (abandoned) => {
      const signal = options.signal ? AbortSignal.any([options.signal, abandoned]) : abandoned;
      const later = await this.#connection(method, { ...options, signal }, deadlineAt);
      return open(later, this.#remainingMs(method, deadlineAt));
    });
  }

  async #connection(method: AnyMethod, options: CallOptions, deadlineAt: number): Promise<ClientCalls> {
    const { signal } = options;
    if (signal?.aborted) throw abortError(method.name, signal);
    return this.#link.usable ?? this.#link.waitForConnection(deadlineAt, signal);
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

type StreamCallLike = ClientCall & { signalLink: SignalLink | undefined };

/** Whether this client itself sends the call again: it reached no handler because the server is going away, and the client is open. */
function canResend(error: RpcError, link: ClientLink): boolean {
  return error.notTaken && error.code === 'UNAVAILABLE' && link.state !== 'closed';
}
