import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';

/**
 * Writes an integer from `-max - 1` to `max`, which is at most 2^31 - 1, as a zigzag varint: 0, -1, 1, -2 are 0, 1, 2, 3. `false` for anything else.
 * There is no -0 among integers: it arrives as 0.
 */
export function writeSigned(writer: ByteWriter, value: unknown, max: number): boolean {
  // The comparison with `| 0` also turns away every value that is not a number.
  if (((value as number) | 0) !== value || value > max || value < -max - 1) return false;
  writeVarint32(writer, ((value << 1) ^ (value >> 31)) >>> 0);
  return true;
}

/** Reads what {@link writeSigned} wrote. */
export function readSigned(reader: ByteReader, max: number): number {
  const word = reader.readVarint();
  const value = (word >>> 1) ^ -(word & 1);
  if (word > 0xffff_ffff || value > max || value < -max - 1) throw outOfRange(-max - 1, max);
  return value;
}

/** Writes an integer from 0 to `max`, which is at most 2^32 - 1, as a varint; `false` for anything else. */
export function writeUnsigned(writer: ByteWriter, value: unknown, max: number): boolean {
  if ((value as number) >>> 0 !== value || value > max) return false;
  writeVarint32(writer, value);
  return true;
}

/** Reads what {@link writeUnsigned} wrote. */
export function readUnsigned(reader: ByteReader, max: number): number {
  const value = reader.readVarint();
  if (value > max) throw outOfRange(0, max);
  return value;
}

function writeVarint32(writer: ByteWriter, value: number): void {
  writer.ensure(5);
  const { buffer } = writer;
  let { position } = writer;
  let rest = value;
  while (rest >= 0x80) {
    buffer[position++] = rest | 0x80;
    rest >>>= 7;
  }
  buffer[position++] = rest;
  writer.position = position;
}

function outOfRange(min: number, max: number): MalformedBytesError {
  return new MalformedBytesError(`expected an integer from ${min} to ${max}, found one out of range`);
}
