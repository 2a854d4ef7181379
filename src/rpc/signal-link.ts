import type { ClientCall } from '../call/client-call.ts';
import { RpcError } from '../errors/rpc-error.ts';

/**
 * Cancels calls when their signal aborts, until they have ended. However many calls share a signal, it gets one listener: Node.js warns of a leak
 * above ten.
 */
export class SignalLink {
  readonly #call: ClientCall;
  readonly #group: SignalGroup;

  constructor(call: ClientCall, signal: AbortSignal) {
    let group = groups.get(signal);
    if (!group) {
      group = new SignalGroup(signal);
      groups.set(signal, group);
    }
    this.#call = call;
    this.#group = group;
    group.add(call);
  }

  unlink(): void {
    this.#group.remove(this.#call);
  }
}

class SignalGroup {
  readonly #signal: AbortSignal;
  readonly #calls = new Set<ClientCall>();
  readonly #onAbort = (): void => {
    for (const call of [...this.#calls]) call.cancel(abortError(call.method.name, this.#signal));
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(call: ClientCall): void {
    if (this.#calls.size === 0) this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#calls.add(call);
  }

  remove(call: ClientCall): void {
    if (this.#calls.delete(call) && this.#calls.size === 0) this.#signal.removeEventListener('abort', this.#onAbort);
  }
}

/** The error of a call whose signal aborted; an abort by `AbortSignal.timeout` is a deadline. */
export function abortError(method: string, signal: AbortSignal): RpcError {
  const { reason } = signal;
  if (reason instanceof RpcError) return reason;
  const isTimeout = reason instanceof Error && reason.name === 'TimeoutError';
  return new RpcError(isTimeout ? 'DEADLINE_EXCEEDED' : 'CANCELLED', `${method} was ended by the caller's signal`, { cause: reason });
}

/** By signal, for as long as somebody else holds it. */
const groups = new WeakMap<AbortSignal, SignalGroup>();
