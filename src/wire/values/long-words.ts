import type { ByteWriter } from '../../util/byte-writer.ts';

/** Appends the low 64 bits of a bigint, least significant byte first: in a fraction of the time of Buffer's methods, which compute with bigints. */
export function writeLong(writer: ByteWriter, value: bigint): void {
  writer.ensure(8);
  SIGNED[0] = value;
  putWord(writer.buffer, writer.position, WORDS[LOW] as number);
  putWord(writer.buffer, writer.position + 4, WORDS[1 - LOW] as number);
  writer.position += 8;
}

/** The 8 bytes at a place as a signed bigint. */
export function readSignedLong(bytes: Buffer, at: number): bigint {
  WORDS[LOW] = wordAt(bytes, at);
  WORDS[1 - LOW] = wordAt(bytes, at + 4);
  return SIGNED[0] as bigint;
}

/** The 8 bytes at a place as an unsigned bigint. */
export function readUnsignedLong(bytes: Buffer, at: number): bigint {
  WORDS[LOW] = wordAt(bytes, at);
  WORDS[1 - LOW] = wordAt(bytes, at + 4);
  return UNSIGNED[0] as bigint;
}

function putWord(buffer: Buffer, at: number, word: number): void {
  buffer[at] = word;
  buffer[at + 1] = word >>> 8;
  buffer[at + 2] = word >>> 16;
  buffer[at + 3] = word >>> 24;
}

function wordAt(bytes: Buffer, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
}

/** One 64-bit integer in three ways. */
const SIGNED = new BigInt64Array(1);
const UNSIGNED = new BigUint64Array(SIGNED.buffer);
const WORDS = new Int32Array(SIGNED.buffer);

/** Which half is the low one: the second where the machine stores the most significant byte first. */
const LOW = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
