import type { Metadata } from '../wire/metadata.ts';
import type { MethodDescriptor } from '../wire/method.ts';

/** Per-call settings; every one optional. */
export interface CallOptions {
  /** The call fails with `DEADLINE_EXCEEDED` after this many milliseconds; 0 or Infinity is no deadline. Default: the method's own, else 30,000 for unary calls and none for streams. */
  readonly timeoutMs?: number;
  /** Aborting cancels the call here and its handler there. */
  readonly signal?: AbortSignal;
  /** What the handler sees in `context.metadata`. */
  readonly metadata?: Metadata;
  /**
   * Called with what the handler sent through `context.setResponseMetadata`: before the promise resolves or the stream ends, and for a stream also before
   * an item, as it arrives. A call that fails has it in `error.metadata` instead. If it throws, the call fails.
   */
  readonly onResponseMetadata?: (metadata: Metadata) => void;
  /**
   * A stream fails with `DEADLINE_EXCEEDED` when its reader has waited this many milliseconds for an item or the end; 0 or Infinity is never, which is
   * the default. Time in which nobody waits for an item does not count, so a slow reader does not trip it.
   */
  readonly itemTimeoutMs?: number;
  /** Overrides whether this call may be sent a second time. Default: the method's own. */
  readonly idempotent?: boolean;
}

/**
 * Whatever can make calls: a client on one connection, or a cluster client that chooses a worker for each call. Generated clients are built on it.
 *
 * Every method fails with an `RpcError` only. Streams end when their iterator ends; leaving a `for await` early cancels the call. A stream that is begun
 * and neither read to its end nor left (`return()`, `break`, the signal, a deadline) stays open and keeps the credit of what was not read.
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

/** What a call without options has. */
export const NO_OPTIONS: CallOptions = Object.freeze({});
