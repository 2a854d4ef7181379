import type { ClientCall } from '../call/client-call.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import { iteratorOf, settleQuietly } from './iteration.ts';
import { Turnstile } from './turnstile.ts';

/**
 * Sends what an iterable gives as the messages of a call, as fast as credit allows, then ends the client's stream. When the call ends first, the
 * iterable is told through its `return()`; when the iterable fails, the call is cancelled with that error.
 */
export class RequestSender {
  readonly #call: ClientCall;
  readonly #turnstile = new Turnstile();
  #iterator: AsyncIterator<unknown> | Iterator<unknown> | undefined;

  constructor(call: ClientCall) {
    this.#call = call;
  }

  /** Runs until the iterable or the call ends; never rejects. */
  async run(requests: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
    const call = this.#call;
    try {
      const iterator = iteratorOf(requests);
      this.#iterator = iterator;
      for (;;) {
        const item = await iterator.next();
        if (item.done || call.isEnded) break;
        if (!call.sendMessage(item.value)) await this.#turnstile.wait();
        if (call.isEnded) break;
      }
      if (!call.isEnded) call.endMessages();
    } catch (thrown) {
      const error = fromUnknown(thrown, 'CANCELLED');
      call.cancel(
        thrown instanceof RpcError
          ? error
          : new RpcError('CANCELLED', `The requests of ${call.method.name} failed: ${error.message}`, { cause: thrown }),
      );
    }
  }

  /** Credit came. */
  onWritable(): void {
    this.#turnstile.open();
  }

  /** The call ended: nobody takes more requests. */
  onEnded(): void {
    this.#turnstile.open();
    const iterator = this.#iterator;
    this.#iterator = undefined;
    // A generator that waits inside its own `await` ends when that settles; its outcome interests nobody any more.
    if (iterator) settleQuietly(() => iterator.return?.());
  }
}
