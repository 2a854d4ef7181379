import { MalformedBytesError } from '../../util/byte-reader.ts';

/** Whether a value is a Set. */
export function isSet(value: unknown): boolean {
  return value instanceof Set;
}

/** Whether a value is a Map. */
export function isMap(value: unknown): boolean {
  return value instanceof Map;
}

/** Refuses a received Set or Map in which an item or key stood twice: it would have fewer entries than were sent. */
export function checkDistinct(size: number, count: number): void {
  if (size !== count) throw new MalformedBytesError(`${count} entries were sent, only ${size} of them are different`);
}
