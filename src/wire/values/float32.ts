import type { ByteReader } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';

/**
 * Writes a number in 4 bytes, rounded to the nearest value that fits; NaN, infinities and -0 included.
 * `false` when the value is no number, or a finite one beyond ±3.4e38, which would become infinite.
 */
export function writeFloat32(writer: ByteWriter, value: unknown): boolean {
  if (typeof value !== 'number') return false;
  if (!Number.isFinite(Math.fround(value)) && Number.isFinite(value)) return false;
  writer.ensure(4);
  writer.buffer.writeFloatLE(value, writer.position);
  writer.position += 4;
  return true;
}

/** Reads what {@link writeFloat32} wrote. */
export function readFloat32(reader: ByteReader): number {
  return reader.bytes.readFloatLE(reader.skip(4));
}
