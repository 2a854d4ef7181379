import { iteratorOf, settleQuietly } from './iteration.ts';

/**
 * The items of a handler as its interceptors read them. When the call ends before its stream, a wait for the next item fails with the reason, so that an
 * interceptor that is a generator comes to its end, and the handler's iterator is ended.
 */
export class CancellableItems implements AsyncIterableIterator<unknown> {
  readonly #items: AsyncIterator<unknown> | Iterator<unknown>;
  readonly #signal: AbortSignal;
  #reject: ((reason: unknown) => void) | undefined;

  /** @throws TypeError when the items cannot be iterated. */
  constructor(items: AsyncIterable<unknown> | Iterable<unknown>, signal: AbortSignal) {
    this.#items = iteratorOf(items);
    this.#signal = signal;
    if (signal.aborted) this.#end();
    else signal.addEventListener('abort', () => this.#end(), { once: true });
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.#signal.aborted) return Promise.reject(this.#signal.reason);
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      Promise.resolve(this.#items.next()).then(resolve, reject);
    });
  }

  async return(): Promise<IteratorResult<unknown>> {
    await this.#items.return?.();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): void {
    this.#reject?.(this.#signal.reason);
    settleQuietly(() => this.#items.return?.());
  }
}
