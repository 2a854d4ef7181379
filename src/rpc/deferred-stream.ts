/** A stream that first has to be opened: opens when its first item is asked for. */
export class DeferredStream<T> implements AsyncIterableIterator<T> {
  readonly #open: () => Promise<AsyncIterableIterator<T>>;
  #stream: Promise<AsyncIterableIterator<T>> | undefined;
  #isAbandoned = false;

  constructor(open: () => Promise<AsyncIterableIterator<T>>) {
    this.#open = open;
  }

  async next(): Promise<IteratorResult<T>> {
    if (this.#isAbandoned) return { value: undefined, done: true };
    this.#stream ??= this.#open();
    const stream = await this.#stream;
    return stream.next();
  }

  async return(): Promise<IteratorResult<T>> {
    this.#isAbandoned = true;
    const stream = await this.#stream?.catch(() => undefined);
    await stream?.return?.();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
