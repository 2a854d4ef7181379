import type { ServerCall } from '../call/server-call.ts';
import type { RpcError } from '../errors/rpc-error.ts';
import type { Peer } from '../ports/transport.ts';
import type { Metadata } from '../wire/metadata.ts';
import type { CallContext } from './call-context.ts';

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

  callOptions(): { readonly signal: AbortSignal; readonly timeoutMs: number } {
    // 0 would mean no deadline; the signal has aborted by then.
    return { signal: this.signal, timeoutMs: Math.max(1, this.remainingMs()) };
  }

  /** The call ended before its handler did. */
  abort(error: RpcError): void {
    this.#ended = error;
    this.#controller?.abort(error);
  }
}
