import { fromUnknown } from '../errors/from-unknown.ts';

/**
 * A stream made by a generator that can be left while it waits for an item. A generator's own `return()` waits for the `next()` before it; here it aborts
 * the signal that the generator works with, so that what it waits for ends.
 */
export class AbandonableStream<T> implements AsyncIterableIterator<T> {
  readonly #abandon = new AbortController();
  readonly #items: AsyncIterator<T>;

  constructor(open: (abandoned: AbortSignal) => AsyncIterable<T>) {
    this.#items = open(this.#abandon.signal)[Symbol.asyncIterator]();
  }

  async next(): Promise<IteratorResult<T>> {
    try {
      return await this.#items.next();
    } catch (error) {
      // What an abandoned call ends with is no news to whoever left it.
      if (this.#abandon.signal.aborted) return { value: undefined, done: true };
      throw fromUnknown(error);
    }
  }

  async return(): Promise<IteratorResult<T>> {
    this.#abandon.abort();
    await this.#items.return?.(undefined).catch(() => undefined);
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
