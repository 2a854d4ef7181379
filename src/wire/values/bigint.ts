import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';

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
  return writeLong(writer, value);
}

/** Reads what {@link writeBigint} wrote. */
export function readBigint(reader: ByteReader): bigint {
  const length = reader.readVarint();
  if (length > MAX_BIGINT_BYTES) throw new MalformedBytesError(`a bigint claims ${length} bytes, the limit is ${MAX_BIGINT_BYTES}`);
  const start = reader.skip(length);
  if (length === 0) return 0n;
  const digits = Buffer.from(reader.bytes.subarray(start, start + length)).reverse();
  return BigInt.asIntN(length * 8, BigInt(`0x${digits.toString('hex')}`));
}

/** The longest bigint that travels. Arithmetic on longer ones takes so long that a peer could use them to stall a process. */
export const MAX_BIGINT_BYTES = 65_536;

function writeShort(writer: ByteWriter, value: bigint): void {
  writer.ensure(9);
  const { buffer, position } = writer;
  buffer.writeBigInt64LE(value, position + 1);
  const fill = value < 0n ? 0xff : 0;
  let length = 8;
  while (length > 0 && buffer[position + length] === fill && signOf(buffer, position, length - 1) === fill) length--;
  buffer[position] = length;
  writer.position = position + 1 + length;
}

/** The fill byte that the first `length` bytes imply for what follows: their top bit, or 0 when there are none. */
function signOf(buffer: Buffer, position: number, length: number): number {
  return length > 0 && (buffer[position + length] as number) >= 0x80 ? 0xff : 0;
}

function writeLong(writer: ByteWriter, value: bigint): boolean {
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
