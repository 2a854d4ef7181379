import type { Peer } from '../ports/transport.ts';
import type { Metadata } from '../wire/metadata.ts';
import type { CallOptions } from './caller.ts';

/** What a handler knows about the call it serves. */
export interface CallContext {
  /** `Service.method`. */
  readonly method: string;
  readonly peer: Peer;
  /** What the client sent beside the request. */
  readonly metadata: Metadata;
  /** Aborts when the client cancels, its deadline passes, its connection is lost, or the server ends its grace time. Made when first asked for. */
  readonly signal: AbortSignal;
  /** Milliseconds left until the deadline; Infinity without one, 0 when it has passed. */
  remainingMs(): number;
  /**
   * Sends metadata beside the answer: with the response, the end of a stream, or the error; of a stream, what is set before an item travels before it.
   * Adds to what was set before.
   * @throws RpcError `INVALID_ARGUMENT` for a key or value that may not travel, `RESOURCE_EXHAUSTED` above the server's `maxMetadataBytes`.
   */
  setResponseMetadata(metadata: Metadata): void;
  /**
   * Options for a call made on behalf of this one: it ends when this call's deadline passes or its caller gives up, and carries the trace of this call
   * on (`traceparent`, `tracestate` and `baggage` of its metadata). `extra` is merged in: the smaller timeout wins, either signal ends the call, and its
   * metadata is added.
   *
   * @example
   * const user = await users.find(id, context.callOptions({ timeoutMs: 500 }));
   */
  callOptions(extra?: CallOptions): InheritedCallOptions;
}

/** Options with the deadline and the cancellation of the call on whose behalf they are. */
export interface InheritedCallOptions extends CallOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}
