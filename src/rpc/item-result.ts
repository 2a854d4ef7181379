/**
 * `{ value, done: false }`: what `next()` of a stream gives for an item, an ordinary object to whoever gets it.
 *
 * Made by a constructor and not by a literal, because V8 watches how long the objects of a literal live ("allocation-site pretenuring"). When all that it found
 * at one moment had outlived a collection, it makes every later one in the old generation, where only a full collection frees it and its item.
 */
export const ItemResult = Result as unknown as new <T>(value: T) => IteratorYieldResult<T>;

function Result<T>(this: IteratorYieldResult<T>, value: T): void {
  this.value = value;
  this.done = false;
}
Result.prototype = Object.prototype;
