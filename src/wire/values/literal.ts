import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';

/** Writes one of `values` as its index: one byte for the first 128; `false` when the value is none of them. */
export function writeLiteral(writer: ByteWriter, values: readonly LiteralValue[], value: unknown): boolean {
  const index = values.indexOf(value as LiteralValue);
  if (index === -1) return false;
  writer.writeVarint(index);
  return true;
}

/** Reads what {@link writeLiteral} wrote. */
export function readLiteral<T extends LiteralValue>(reader: ByteReader, values: readonly T[]): T {
  const value = values[reader.readVarint()];
  if (value === undefined) throw new MalformedBytesError(`expected one of ${values.length} literals, found a higher index`);
  return value;
}

/** Whether a value is one of `values`. */
export function isLiteral(values: readonly LiteralValue[], value: unknown): boolean {
  return values.includes(value as LiteralValue);
}

/** A value that is a type of its own in TypeScript. */
export type LiteralValue = string | number | boolean | bigint;
