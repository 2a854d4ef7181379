import { MalformedBytesError } from '../../util/byte-reader.ts';
import { ValueMismatch } from './mismatch.ts';

/** The error for a value of the right type that is outside of its limits. */
export function outOfLimits(value: unknown, expected: string, ...path: (string | number)[]): ValueMismatch {
  return new ValueMismatch(`expected ${expected}, got ${describeSize(value)}`, path);
}

/** The error for a received value that is outside of its limits; `name` says which one. */
export function receivedOutOfLimits(value: unknown, expected: string, name: string): MalformedBytesError {
  return new MalformedBytesError(`${name}: expected ${expected}, got ${describeSize(value)}`);
}

function describeSize(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, MAX_SHOWN)}${value.length > MAX_SHOWN ? '…' : ''}' of length ${value.length}`;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'bigint') return describeBigint(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Set || value instanceof Map) return `${value.size} entries`;
  if (Array.isArray(value)) return `${value.length} items`;
  return `${Object.keys(value as object).length} entries`;
}

/** Long ones would take as long to print as to read. */
function describeBigint(value: bigint): string {
  return BigInt.asIntN(128, value) === value ? String(value) : `a bigint of more than 128 bits`;
}

/** Enough to recognise a text by. */
const MAX_SHOWN = 40;
