import type { ErrorCode } from './codes.ts';

/** Shared by every copy of the package in a process. */
const BRAND = Symbol.for('rpcnet.RpcError');

/** What an {@link RpcError} carries besides code and message. */
export interface RpcErrorOptions {
  /** The application's own error value; its type comes from the service definition. Crosses the wire. */
  readonly details?: unknown;
  /** Text pairs from the server. Crosses the wire. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Whether trying again, possibly elsewhere, may help. Default: true for `UNAVAILABLE` and `RESOURCE_EXHAUSTED`. */
  readonly retryable?: boolean;
  /** True when the call provably never reached a handler, so that even a call that is not idempotent is safe to send again. */
  readonly notTaken?: boolean;
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
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryable: boolean;
  readonly notTaken: boolean;

  constructor(code: ErrorCode, message: string, options: RpcErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.metadata = options.metadata ?? NO_METADATA;
    this.retryable = options.retryable ?? (code === 'UNAVAILABLE' || code === 'RESOURCE_EXHAUSTED');
    this.notTaken = options.notTaken ?? false;
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

const NO_METADATA: Readonly<Record<string, string>> = Object.freeze({});
