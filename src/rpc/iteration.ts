/** The iterator of either kind of iterable. @throws TypeError when it is neither. */
export function iteratorOf<T>(items: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}

/** Runs a task whose outcome interests nobody any more: neither a throw nor a rejection comes out. */
export function settleQuietly(task: () => unknown): void {
  try {
    const outcome = task();
    if (outcome instanceof Promise) outcome.catch(() => undefined);
  } catch {
    // For example a sync generator that ends its own call while it runs.
  }
}
