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

/** Reads a list of numbers: a count and 8 bytes for each. */
export function readNumbers(reader: ByteReader): number[] {
  const count = reader.readCount(8);
  const start = reader.skip(count * 8);
  const { bytes } = reader;
  const numbers = new Array<number>(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, count * 8);
  for (let i = 0; i < count; i++) numbers[i] = view.getFloat64(i * 8, true);
  return numbers;
}
