import type { ByteReader } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';
import { readSignedLong, readUnsignedLong, writeLong } from './long-words.ts';

/** Writes a bigint from -2^63 to 2^63 - 1 as 8 bytes; `false` for anything else. */
export function writeInt64(writer: ByteWriter, value: unknown): boolean {
  if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) return false;
  writeLong(writer, value);
  return true;
}

/** Reads what {@link writeInt64} wrote. */
export function readInt64(reader: ByteReader): bigint {
  return readSignedLong(reader.bytes, reader.skip(8));
}

/** Writes a bigint from 0 to 2^64 - 1 as 8 bytes; `false` for anything else. */
export function writeUint64(writer: ByteWriter, value: unknown): boolean {
  if (typeof value !== 'bigint' || BigInt.asUintN(64, value) !== value) return false;
  writeLong(writer, value);
  return true;
}

/** Reads what {@link writeUint64} wrote. */
export function readUint64(reader: ByteReader): bigint {
  return readUnsignedLong(reader.bytes, reader.skip(8));
}
