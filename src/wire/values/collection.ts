import { MalformedBytesError } from '../../util/byte-reader.ts';

/** Whether a value is a Set. */
export function isSet(value: unknown): boolean {
  return value instanceof Set;
}

/** Whether a value is a Map. */
export function isMap(value: unknown): boolean {
  return value instanceof Map;
}

/** Whether the numbers among the items of a Set or the keys of a Map still differ when they are rounded to a float32. */
export function areDistinctFloats(collection: ReadonlySet<unknown> | ReadonlyMap<unknown, unknown>): boolean {
  const rounded = new Set<unknown>();
  for (const key of collection.keys()) rounded.add(typeof key === 'number' ? Math.fround(key) : key);
  return rounded.size === collection.size;
}

/** Refuses a received Set or Map in which an item or key stood twice: it would have fewer entries than were sent. */
export function checkDistinct(size: number, count: number): void {
  if (size !== count) throw new MalformedBytesError(`${count} entries were sent, only ${size} of them are different`);
}
