import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';

/** Writes `null` where nothing else may stand, as a zero byte: a value of no bytes would let a count claim any number of them. `false` for anything else. */
export function writeNull(writer: ByteWriter, value: unknown): boolean {
  if (value !== null) return false;
  writer.writeUint8(0);
  return true;
}

/** Reads what {@link writeNull} wrote. */
export function readNull(reader: ByteReader): null {
  const byte = reader.readUint8();
  if (byte !== 0) throw new MalformedBytesError(`expected 0 for null, found ${byte}`);
  return null;
}
