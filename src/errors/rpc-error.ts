import type { ErrorCode } from './codes.ts';

/** Shared by every copy of the package in a process. */
const BRAND = Symbol.for('rpcnet.RpcError');

/** What an {@link RpcError} carries besides code and message. */
export interface RpcErrorOptions {
  /** The application's own error value; its type comes from the service definition. Crosses the wire. */
  readonly details?: unknown;
  /** Pairs from the server, text or bytes. Crosses the wire. */
  readonly metadata?: Readonly<Record<string, string | Uint8Array>>;
  /** Whether trying again, possibly elsewhere, may help. Default: true for `UNAVAILABLE` and `RESOURCE_EXHAUSTED`. */
  readonly retryable?: boolean;
  /** True when the call provably never reached a handler, so that even a call that is not idempotent is safe to send again. */
  readonly notTaken?: boolean;
  /** With `RESOURCE_EXHAUSTED` or `UNAVAILABLE`: when trying again begins to make sense, in milliseconds from now. Crosses the wire. */
  readonly retryAfterMs?: number;
  /** What caused it, on this side. Never crosses the wire. */
  readonly cause?: unknown;
}

/**
 * The one error RpcNet throws. Tell errors apart by {@link RpcError.code}, never by text.
 *
 * `instanceof` also holds across two copies of the package in one process.
 *
 * @example
 * try { await client.greet({ name: 'Ada' }); }
 * catch (error) { if (error instanceof RpcError && error.code === 'DEADLINE_EXCEEDED') retryLater(); }
 */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: ErrorCode;
  readonly details: unknown;
  readonly metadata: Readonly<Record<string, string | Uint8Array>>;
  readonly retryable: boolean;
  readonly notTaken: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: RpcErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.metadata = options.metadata ?? NO_METADATA;
    this.retryable = options.retryable ?? (code === 'UNAVAILABLE' || code === 'RESOURCE_EXHAUSTED');
    this.notTaken = options.notTaken ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: only `this` says whether a derived class was asked, which is told apart in the usual way
    if (RpcError !== this) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  static {
    Object.defineProperty(RpcError.prototype, BRAND, { value: true });
  }
}

const NO_METADATA: Readonly<Record<string, string | Uint8Array>> = Object.freeze({});
