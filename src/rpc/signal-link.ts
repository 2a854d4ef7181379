import type { ClientCall } from '../call/client-call.ts';
import { RpcError } from '../errors/rpc-error.ts';

/** Cancels a call when its signal aborts, until the call has ended. One listener for each call, none for each item. */
export class SignalLink {
  readonly #signal: AbortSignal;
  readonly #onAbort: () => void;

  constructor(call: ClientCall, signal: AbortSignal) {
    this.#signal = signal;
    this.#onAbort = () => call.cancel(abortError(call.method.name, signal));
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  unlink(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
  }
}

/** The error of a call whose signal aborted; an abort by `AbortSignal.timeout` is a deadline. */
export function abortError(method: string, signal: AbortSignal): RpcError {
  const { reason } = signal;
  if (reason instanceof RpcError) return reason;
  const isTimeout = reason instanceof Error && reason.name === 'TimeoutError';
  return new RpcError(isTimeout ? 'DEADLINE_EXCEEDED' : 'CANCELLED', `${method} was ended by the caller's signal`, { cause: reason });
}
