import type { ClientCalls } from '../call/client-calls.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { ScheduledTask } from '../ports/clock.ts';
import { Deferred } from '../util/deferred.ts';
import type { Runtime } from './runtime.ts';
import { abortError } from './signal-link.ts';

/** Where something waits for a connection. */
export interface WaitingRoom {
  readonly address: string;
  /** Why there is no connection yet, in words. */
  readonly lastFailure: string;
  /** The waiter has its answer. */
  forget(waiter: ConnectionWaiter): void;
}

/** What waits for a connection: until it comes, the time is up, the signal aborts, or it is failed. */
export class ConnectionWaiter {
  readonly promise: Promise<ClientCalls>;
  readonly #room: WaitingRoom;
  readonly #deferred = new Deferred<ClientCalls>();
  readonly #timer: ScheduledTask | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => {
    if (this.#signal) this.fail(abortError(`Waiting for a connection to ${this.#room.address}`, this.#signal));
  };

  /** @param until `deadlineAt` is on the monotonic clock; Infinity is no deadline */
  constructor(room: WaitingRoom, runtime: Runtime, until: { readonly deadlineAt: number; readonly signal: AbortSignal | undefined }) {
    this.#room = room;
    this.promise = this.#deferred.promise;
    this.#signal = until.signal;
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
    const { clock } = runtime;
    if (until.deadlineAt !== Number.POSITIVE_INFINITY) {
      this.#timer = clock.schedule(Math.max(0, until.deadlineAt - clock.now()), () => this.#onDeadline());
    }
  }

  succeed(connection: ClientCalls): void {
    this.#end();
    this.#deferred.resolve(connection);
  }

  fail(error: RpcError): void {
    this.#end();
    this.#deferred.reject(error);
  }

  #onDeadline(): void {
    const { address, lastFailure } = this.#room;
    this.fail(
      new RpcError('DEADLINE_EXCEEDED', `There was no connection to ${address} before the call's time was up: ${lastFailure}`, {
        notTaken: true,
      }),
    );
  }

  #end(): void {
    this.#room.forget(this);
    this.#timer?.cancel();
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}
