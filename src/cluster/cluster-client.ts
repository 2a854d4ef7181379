import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { TagFilterInput } from '../registry/tag-filter.ts';
import type { Worker } from '../registry/worker.ts';
import { AbandonableStream } from '../rpc/abandonable-stream.ts';
import { resolveTimeoutMs } from '../rpc/call-timeout.ts';
import type { Caller, CallOptions } from '../rpc/caller.ts';
import type { Runtime } from '../rpc/runtime.ts';
import type { AnyMethod, MethodDescriptor } from '../wire/method.ts';
import { rawMethod } from '../wire/raw-method.ts';
import { CallAttempts } from './call-attempts.ts';
import {
  type ClusterCallOptions,
  type ClusterClientOptions,
  type ClusterClientSettings,
  resolveClusterClientOptions,
} from './cluster-client-options.ts';
import { WorkerConnections } from './worker-connections.ts';
import { WorkerHealth } from './worker-health.ts';
import type { WorkerRegistry } from './worker-registry.ts';

/** What one worker answered to a call to all. */
export type WorkerOutcome =
  | { readonly worker: Worker; readonly ok: true; readonly value: Uint8Array }
  | { readonly worker: Worker; readonly ok: false; readonly error: RpcError };

/**
 * Calls workers of a cluster: chooses one for each call, reuses connections, and moves a call to another worker when it provably reached no handler
 * or is idempotent.
 *
 * @example
 * const workers = new ClusterClient(registry);
 * const compute = new ComputeClient(workers.caller('role=worker'));
 * await compute.processTask('task-1', data);
 */
export class ClusterClient {
  readonly registry: WorkerRegistry;
  readonly #settings: ClusterClientSettings;
  readonly #runtime: Runtime;
  readonly #connections: WorkerConnections;
  readonly #health: WorkerHealth;
  readonly #rawMethods = new Map<string, MethodDescriptor<Uint8Array, Uint8Array>>();
  readonly #unsubscribe: () => void;

  /** @throws RpcError `INVALID_ARGUMENT` for a wrong option. */
  constructor(registry: WorkerRegistry, options: ClusterClientOptions = {}) {
    this.registry = registry;
    this.#runtime = registry.cluster.runtime;
    this.#settings = resolveClusterClientOptions(options);
    this.#health = new WorkerHealth(this.#runtime);
    this.#connections = new WorkerConnections(registry, { idleMs: this.#settings.idleConnectionMs, connection: options.connection });
    this.#unsubscribe = registry.subscribe((event) => {
      if (event.kind === 'workerLeft' || event.kind === 'workerFailed') this.#retire(event.worker);
      else if (event.kind === 'workerUpdated' && event.previous.epoch !== event.worker.epoch) this.#retire(event.previous);
    });
  }

  /**
   * Calls a unary method of one worker with bytes.
   * @throws RpcError `UNAVAILABLE` when no worker matches or none could be reached, else what the worker answered.
   */
  // biome-ignore lint/complexity/useMaxParams: method, bytes and filter are the documented call; options are seldom given
  callWorker(method: string, request: Uint8Array, filter?: TagFilterInput, options: ClusterCallOptions = {}): Promise<Uint8Array> {
    return this.#unary(this.#rawMethod(method), request, { filter, options });
  }

  /** Calls a unary method of every worker that matches, all at once, without retries. Gives each one's answer or error; empty when none matches. */
  // biome-ignore lint/complexity/useMaxParams: as callWorker
  callAllWorkers(method: string, request: Uint8Array, filter?: TagFilterInput, options: CallOptions = {}): Promise<WorkerOutcome[]> {
    const descriptor = this.#rawMethod(method);
    return Promise.all(
      this.registry.workers(filter).map(async (worker): Promise<WorkerOutcome> => {
        try {
          const value = await this.#tracked(worker, () => this.#connections.client(worker).unary(descriptor, request, options));
          return { worker, ok: true, value };
        } catch (error) {
          return { worker, ok: false, error: fromUnknown(error) };
        }
      }),
    );
  }

  /** A caller for generated clients: every call goes to a worker that matches the filter, or any. */
  caller(filter?: TagFilterInput, defaults: { readonly key?: string } = {}): Caller {
    const to = (options: ClusterCallOptions = {}): Destination => ({ filter, options: { ...defaults, ...options } });
    return {
      unary: (method, request, options) => this.#unary(method, request, to(options)),
      serverStreaming: (method, request, options) =>
        new AbandonableStream((abandoned) => this.#serverStreaming(method, request, withSignal(to(options), abandoned))),
      clientStreaming: (method, requests, options) => this.#clientStreaming(method, requests, to(options)),
      bidirectional: (method, requests, options) =>
        new AbandonableStream((abandoned) => this.#bidirectional(method, requests, withSignal(to(options), abandoned))),
    };
  }

  /** Closes every connection; calls in flight fail. The registry stays as it is. Idempotent. */
  close(): Promise<void> {
    this.#unsubscribe();
    this.#connections.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #unary<TRequest, TResponse>(method: MethodDescriptor<TRequest, TResponse>, request: TRequest, to: Destination): Promise<TResponse> {
    const attempts = this.#attempts(method, to);
    const deadlineAt = this.#deadlineAt(method, to.options, this.#settings.defaultTimeoutMs);
    for (;;) {
      const worker = attempts.next();
      const options = { ...to.options, timeoutMs: this.#remainingMs(method, deadlineAt) };
      try {
        const response = await this.#tracked(worker, () => this.#connections.client(worker).unary(method, request, options));
        attempts.succeeded(worker);
        return response;
      } catch (error) {
        await this.#beforeRetry(attempts, { worker, error: fromUnknown(error), deadlineAt, signal: to.options.signal });
      }
    }
  }

  /** Moves to another worker until the first item has come; after that the stream is the worker's. */
  async *#serverStreaming<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    request: TRequest,
    to: Destination,
  ): AsyncGenerator<TResponse, undefined, undefined> {
    const attempts = this.#attempts(method, to);
    const deadlineAt = this.#deadlineAt(method, to.options, 0);
    for (;;) {
      const worker = attempts.next();
      const call = this.registry.acquire(worker.nodeId);
      let hasItems = false;
      try {
        const options = { ...to.options, timeoutMs: this.#remainingMs(method, deadlineAt) };
        for await (const item of this.#connections.client(worker).serverStreaming(method, request, options)) {
          hasItems = true;
          this.#connections.noteContact(worker);
          yield item;
        }
        attempts.succeeded(worker);
        return undefined;
      } catch (error) {
        if (hasItems) throw error;
        await this.#beforeRetry(attempts, { worker, error: fromUnknown(error), deadlineAt, signal: to.options.signal });
      } finally {
        call.release();
      }
    }
  }

  async *#bidirectional<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    requests: AsyncIterable<TRequest> | Iterable<TRequest>,
    to: Destination,
  ): AsyncGenerator<TResponse, undefined, undefined> {
    const deadlineAt = this.#deadlineAt(method, to.options, 0);
    const worker = await this.#connect(method, to, deadlineAt);
    const call = this.registry.acquire(worker.nodeId);
    try {
      const options = { ...to.options, timeoutMs: this.#remainingMs(method, deadlineAt) };
      for await (const item of this.#connections.client(worker).bidirectional(method, requests, options)) {
        this.#connections.noteContact(worker);
        yield item;
      }
      return undefined;
    } finally {
      call.release();
    }
  }

  /** Requests can be sent only once, so what can fail over is the connection. */
  async #clientStreaming<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    requests: AsyncIterable<TRequest> | Iterable<TRequest>,
    to: Destination,
  ): Promise<TResponse> {
    const deadlineAt = this.#deadlineAt(method, to.options, 0);
    const worker = await this.#connect(method, to, deadlineAt);
    const options = { ...to.options, timeoutMs: this.#remainingMs(method, deadlineAt) };
    return this.#tracked(worker, () => this.#connections.client(worker).clientStreaming(method, requests, options));
  }

  /** A worker with an open connection. */
  async #connect(method: AnyMethod, to: Destination, deadlineAt: number): Promise<Worker> {
    const attempts = this.#attempts(method, to);
    for (;;) {
      const worker = attempts.next();
      try {
        await this.#connections.client(worker).connect();
        attempts.succeeded(worker);
        return worker;
      } catch (error) {
        const { code, message } = fromUnknown(error);
        const notTaken = new RpcError(code, message, { notTaken: true, cause: error });
        await this.#beforeRetry(attempts, { worker, error: notTaken, deadlineAt, signal: to.options.signal });
      }
    }
  }

  /** Counts a call on its worker, and tells the cluster that the worker answered. */
  async #tracked<T>(worker: Worker, call: () => Promise<T>): Promise<T> {
    const token = this.registry.acquire(worker.nodeId);
    try {
      const result = await call();
      this.#connections.noteContact(worker);
      return result;
    } finally {
      token.release();
    }
  }

  #attempts(method: AnyMethod, to: Destination): CallAttempts {
    const { filter, options } = to;
    return new CallAttempts(this.registry, this.#health, {
      filter,
      key: options.key,
      isIdempotent: options.idempotent ?? method.idempotent ?? false,
      maxAttempts: this.#settings.maxAttempts,
    });
  }

  #rawMethod(name: string): MethodDescriptor<Uint8Array, Uint8Array> {
    let method = this.#rawMethods.get(name);
    if (!method) {
      method = rawMethod(name);
      this.#rawMethods.set(name, method);
    }
    return method;
  }

  #deadlineAt(method: AnyMethod, options: CallOptions, fallbackMs: number): number {
    const timeoutMs = resolveTimeoutMs(method, options, fallbackMs);
    return timeoutMs === 0 ? Number.POSITIVE_INFINITY : this.#runtime.clock.now() + timeoutMs;
  }

  /** What is left for an attempt; 0 is no deadline. @throws RpcError `DEADLINE_EXCEEDED` */
  #remainingMs(method: AnyMethod, deadlineAt: number): number {
    if (deadlineAt === Number.POSITIVE_INFINITY) return 0;
    const remainingMs = deadlineAt - this.#runtime.clock.now();
    if (remainingMs > 0) return remainingMs;
    throw new RpcError('DEADLINE_EXCEEDED', `The time for ${method.name} was up before a worker had answered`);
  }

  /** Waits as long as the attempts say. @throws RpcError the failure when there is no next attempt, or no time for it. */
  #beforeRetry(attempts: CallAttempts, failure: Failure): Promise<void> {
    const { worker, error, deadlineAt, signal } = failure;
    const isConnected = this.#connections.isOpen(worker);
    const waitMs = attempts.failed(worker, error, isConnected);
    if (this.#runtime.clock.now() + waitMs >= deadlineAt) throw error;
    return this.#wait(waitMs, signal);
  }

  #wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const aborted = (): RpcError => new RpcError('CANCELLED', 'Aborted between two attempts', { cause: signal?.reason });
    if (signal?.aborted) return Promise.reject(aborted());
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        timer.cancel();
        reject(aborted());
      };
      const timer = this.#runtime.clock.schedule(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #retire(worker: Worker): void {
    this.#health.forget(worker.nodeId);
    this.#connections.retire(worker);
  }
}

/** Where a call goes. */
interface Destination {
  readonly filter: TagFilterInput | undefined;
  readonly options: ClusterCallOptions;
}

/** A failed attempt. */
interface Failure {
  readonly worker: Worker;
  readonly error: RpcError;
  readonly deadlineAt: number;
  readonly signal: AbortSignal | undefined;
}

function withSignal(to: Destination, signal: AbortSignal): Destination {
  const { options } = to;
  return { ...to, options: { ...options, signal: options.signal ? AbortSignal.any([options.signal, signal]) : signal } };
}
