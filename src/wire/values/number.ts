import type { ByteReader } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';

/** Writes a number as 8 bytes, NaN, infinities and -0 included; `false` when the value is no number. */
export function writeNumber(writer: ByteWriter, value: unknown): boolean {
  if (typeof value !== 'number') return false;
  writer.writeFloat64(value);
  return true;
}

/** Reads what {@link writeNumber} wrote. */
export function readNumber(reader: ByteReader): number {
  return reader.readFloat64();
}
