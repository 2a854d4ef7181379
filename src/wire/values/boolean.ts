import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';

/** Writes a boolean as one byte; `false` when the value is no boolean. */
export function writeBoolean(writer: ByteWriter, value: unknown): boolean {
  if (typeof value !== 'boolean') return false;
  writer.writeUint8(value ? 1 : 0);
  return true;
}

/** Reads what {@link writeBoolean} wrote, or whether a value that may be null follows; any byte but 0 and 1 is malformed. */
export function readBoolean(reader: ByteReader): boolean {
  const byte = reader.readUint8();
  if (byte > 1) throw new MalformedBytesError(`expected 0 or 1, found ${byte}`);
  return byte === 1;
}
