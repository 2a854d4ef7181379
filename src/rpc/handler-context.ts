import type { ServerCall } from '../call/server-call.ts';
import type { RpcError } from '../errors/rpc-error.ts';
import type { Peer } from '../ports/transport.ts';
import { checkMetadata, type Metadata, type MetadataValue, NO_METADATA } from '../wire/metadata.ts';
import type { CallContext, InheritedCallOptions } from './call-context.ts';
import { type CallOptions, NO_OPTIONS } from './caller.ts';

/** The context of one call. The abort signal is made only when a handler asks for it. */
export class HandlerContext implements CallContext {
  readonly #call: ServerCall;
  #controller: AbortController | undefined;
  #ended: RpcError | undefined;

  constructor(call: ServerCall) {
    this.#call = call;
  }

  get method(): string {
    return this.#call.method.name;
  }

  get peer(): Peer {
    return this.#call.peer;
  }

  get metadata(): Metadata {
    return this.#call.metadata;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#ended) this.#controller.abort(this.#ended);
    }
    return this.#controller.signal;
  }

  remainingMs(): number {
    const { deadlineAt } = this.#call;
    if (deadlineAt === Number.POSITIVE_INFINITY) return deadlineAt;
    return Math.max(0, deadlineAt - this.#call.owner.core.environment.clock.now());
  }

  setResponseMetadata(metadata: Metadata): void {
    const call = this.#call;
    const merged = call.responseMetadata === undefined ? { ...metadata } : { ...call.responseMetadata, ...metadata };
    checkMetadata(merged, call.owner.core.settings.maxMetadataBytes);
    call.responseMetadata = merged;
  }

  callOptions(extra: CallOptions = NO_OPTIONS): InheritedCallOptions {
    const { signal } = this;
    const metadata = this.#inheritedMetadata(extra.metadata);
    return {
      ...extra,
      signal: extra.signal ? AbortSignal.any([signal, extra.signal]) : signal,
      timeoutMs: this.#inheritedTimeoutMs(extra.timeoutMs),
      ...(metadata === undefined ? {} : { metadata }),
    };
  }

  /** The smaller of both, where 0 of the caller's is no deadline. */
  #inheritedTimeoutMs(timeoutMs: number | undefined): number {
    // 0 would mean no deadline; the signal has aborted by then.
    const remainingMs = Math.max(1, this.remainingMs());
    return timeoutMs === undefined || timeoutMs === 0 ? remainingMs : Math.min(remainingMs, timeoutMs);
  }

  /** The trace of this call with the given metadata; undefined when there is neither. */
  #inheritedMetadata(extra: Metadata | undefined): Metadata | undefined {
    const { metadata } = this.#call;
    if (metadata === NO_METADATA) return extra;
    let merged: Record<string, MetadataValue> | undefined;
    for (const key of TRACE_KEYS) {
      const value = metadata[key];
      if (value === undefined) continue;
      merged ??= {};
      merged[key] = value;
    }
    return merged === undefined ? extra : Object.assign(merged, extra);
  }

  /** The call ended before its handler did. */
  abort(error: RpcError): void {
    this.#ended = error;
    this.#controller?.abort(error);
  }
}

/** W3C Trace Context and Baggage: what a trace needs from one service to the next. */
const TRACE_KEYS = ['traceparent', 'tracestate', 'baggage'] as const;
