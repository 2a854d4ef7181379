import type { Peer } from '../ports/transport.ts';
import type { Metadata } from '../wire/metadata.ts';

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
   * Options for a call made on behalf of this one: it ends when this call's deadline passes or its caller gives up.
   *
   * @example
   * const user = await users.find(id, context.callOptions());
   */
  callOptions(): { readonly signal: AbortSignal; readonly timeoutMs: number };
}
