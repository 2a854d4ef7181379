/** A stream whose connection has yet to be made. It is under way from the start, as any other call; leaving it before it is open gives it up. */
export class DeferredStream<T> implements AsyncIterableIterator<T> {
  readonly #abandon = new AbortController();
  readonly #stream: Promise<AsyncIterableIterator<T>>;

  /** `open` gets the signal of a caller who has left; it must not open anything after that. */
  constructor(open: (abandoned: AbortSignal) => Promise<AsyncIterableIterator<T>>) {
    this.#stream = open(this.#abandon.signal);
    // Met where the items are asked for.
    this.#stream.catch(() => undefined);
  }

  async next(): Promise<IteratorResult<T>> {
    if (this.#abandon.signal.aborted) return { value: undefined, done: true };
    const stream = await this.#stream;
    return stream.next();
  }

  return(): Promise<IteratorResult<T>> {
    this.#abandon.abort();
    this.#stream.then(
      (stream) => stream.return?.(),
      () => undefined,
    );
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
