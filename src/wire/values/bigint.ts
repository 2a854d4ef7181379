import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';
import { readSignedLong, writeLong } from './long-words.ts';

/**
 * Writes a bigint as its byte length and the fewest bytes of two's complement, least significant first; 0 has none.
 * `false` when the value is no bigint or takes more than {@link MAX_BIGINT_BYTES}.
 */
export function writeBigint(writer: ByteWriter, value: unknown): boolean {
  if (typeof value !== 'bigint') return false;
  if (BigInt.asIntN(64, value) === value) {
    writeShort(writer, value);
    return true;
  }
  return writeDigits(writer, value);
}

/** Reads what {@link writeBigint} wrote. */
export function readBigint(reader: ByteReader): bigint {
  const length = reader.readVarint();
  if (length > MAX_BIGINT_BYTES) throw new MalformedBytesError(`a bigint claims ${length} bytes, the limit is ${MAX_BIGINT_BYTES}`);
  const start = reader.skip(length);
  if (length <= 8) return readShort(reader.bytes, start, length);
  const digits = Buffer.from(reader.bytes.subarray(start, start + length)).reverse();
  return BigInt.asIntN(length * 8, BigInt(`0x${digits.toString('hex')}`));
}

/** The longest bigint that travels. Arithmetic on longer ones takes so long that a peer could use them to stall a process. */
export const MAX_BIGINT_BYTES = 65_536;

function writeShort(writer: ByteWriter, value: bigint): void {
  writer.ensure(9);
  const { buffer, position } = writer;
  writer.position = position + 1;
  writeLong(writer, value);
  const fill = (buffer[position + 8] as number) >= 0x80 ? 0xff : 0;
  let length = 8;
  while (length > 0 && buffer[position + length] === fill && signOf(buffer, position, length - 1) === fill) length--;
  buffer[position] = length;
  writer.position = position + 1 + length;
}

/** The fill byte that the first `length` bytes imply for what follows: their top bit, or 0 when there are none. */
function signOf(buffer: Buffer, position: number, length: number): number {
  return length > 0 && (buffer[position + length] as number) >= 0x80 ? 0xff : 0;
}

/** Fills up to 64 bits with the sign. */
function readShort(bytes: Buffer, start: number, length: number): bigint {
  if (length === 0) return 0n;
  const fill = (bytes[start + length - 1] as number) >= 0x80 ? 0xff : 0;
  for (let i = 0; i < 8; i++) LONG[i] = i < length ? (bytes[start + i] as number) : fill;
  return readSignedLong(LONG, 0);
}

function writeDigits(writer: ByteWriter, value: bigint): boolean {
  const negative = value < 0n;
  // ~value has the bits of value inverted and is not negative: its digits, inverted back, are the two's complement.
  const magnitude = negative ? ~value : value;
  const hex = magnitude.toString(16);
  if (hex.length / 2 > MAX_BIGINT_BYTES) return false;
  const digits = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').reverse();
  const needsSign = (digits[digits.length - 1] as number) >= 0x80;
  if (digits.length + (needsSign ? 1 : 0) > MAX_BIGINT_BYTES) return false;
  if (negative) for (let i = 0; i < digits.length; i++) digits[i] = ~(digits[i] as number);
  writer.writeVarint(digits.length + (needsSign ? 1 : 0));
  writer.writeRaw(digits);
  if (needsSign) writer.writeUint8(negative ? 0xff : 0);
  return true;
}

/** A bigint of fewer bytes while it is filled up. */
const LONG = Buffer.alloc(8);
