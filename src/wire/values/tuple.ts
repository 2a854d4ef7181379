import { MalformedBytesError } from '../../util/byte-reader.ts';

/** Whether a value is an array with as many items as a tuple has. */
export function isTuple(value: unknown, min: number, max: number): boolean {
  return Array.isArray(value) && value.length >= min && value.length <= max;
}

/** How many items of a tuple with optional ones are there: `undefined` at the end is the same as nothing. */
export function tupleLength(value: readonly unknown[], required: number): number {
  let { length } = value;
  while (length > required && value[length - 1] === undefined) length--;
  return length;
}

/** Refuses more optional items than a received tuple can have. */
export function checkTupleCount(count: number, max: number): void {
  if (count > max) throw new MalformedBytesError(`a tuple claims ${count} optional items, it has at most ${max}`);
}
