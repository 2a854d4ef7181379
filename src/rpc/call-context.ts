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
  /** Milliseconds left until the deadline; Infinity without one, never below 0. */
  remainingMs(): number;
}
