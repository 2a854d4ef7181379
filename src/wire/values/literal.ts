import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';

/** Writes one of `values` as its index in one byte; `false` when the value is none of them. */
export function writeLiteral(writer: ByteWriter, values: readonly string[], value: unknown): boolean {
  const index = values.indexOf(value as string);
  if (index === -1) return false;
  writer.writeUint8(index);
  return true;
}

/** Reads what {@link writeLiteral} wrote. */
export function readLiteral<T extends string>(reader: ByteReader, values: readonly T[]): T {
  const value = values[reader.readUint8()];
  if (value === undefined) throw new MalformedBytesError(`expected one of ${values.length} literals, found a higher index`);
  return value;
}
