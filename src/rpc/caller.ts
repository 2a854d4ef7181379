import type { Metadata } from '../wire/metadata.ts';
import type { MethodDescriptor } from '../wire/method.ts';

/** Per-call settings; every one optional. */
export interface CallOptions {
  /** The call fails with `DEADLINE_EXCEEDED` after this many milliseconds; 0 or Infinity is no deadline. Default: the method's own, else 30,000 for unary calls and none for streams. */
  readonly timeoutMs?: number;
  /** Aborting cancels the call here and its handler there. */
  readonly signal?: AbortSignal;
  readonly metadata?: Metadata;
  /** Overrides whether this call may be sent a second time. Default: the method's own. */
  readonly idempotent?: boolean;
}

/**
 * Whatever can make calls: a client on one connection, or a cluster client that chooses a worker for each call. Generated clients are built on it.
 *
 * Every method fails with an `RpcError` only. Streams end when their iterator ends; leaving a `for await` early cancels the call.
 */
export interface Caller {
  unary<TRequest, TResponse>(method: MethodDescriptor<TRequest, TResponse>, request: TRequest, options?: CallOptions): Promise<TResponse>;
  serverStreaming<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    request: TRequest,
    options?: CallOptions,
  ): AsyncIterableIterator<TResponse>;
  clientStreaming<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    requests: AsyncIterable<TRequest> | Iterable<TRequest>,
    options?: CallOptions,
  ): Promise<TResponse>;
  bidirectional<TRequest, TResponse>(
    method: MethodDescriptor<TRequest, TResponse>,
    requests: AsyncIterable<TRequest> | Iterable<TRequest>,
    options?: CallOptions,
  ): AsyncIterableIterator<TResponse>;
}
