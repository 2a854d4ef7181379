import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';
import { readShortAscii, SHORT_ASCII } from './short-ascii.ts';

/** Writes a string as its byte length and UTF-8; `false` when the value is no string or holds a lone surrogate, which UTF-8 cannot carry. */
export function writeText(writer: ByteWriter, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const { length } = value;
  writer.ensure(MAX_PREFIX_BYTES + length * 3);
  return (length < SHORT_TO_WRITE && writeAscii(writer, value)) || writeUtf8(writer, value);
}

/** Reads what {@link writeText} wrote; bytes that are not UTF-8 are malformed. */
export function readText(reader: ByteReader): string {
  const length = reader.readVarint();
  const start = reader.skip(length);
  const end = start + length;
  const { bytes } = reader;
  if (length <= SHORT_ASCII) return readShortAscii(bytes, start, length) ?? readUtf8(bytes, start, end);
  if (length > LONGEST_TO_CUT || !isAscii(bytes, start, end)) return readUtf8(bytes, start, end);
  // Cut out of a piece of the input that was turned into text at once: a third of the time of a native call for each string.
  if (start < reader.latin1Start || end > reader.latin1End) reader.moveLatin1(start);
  return reader.latin1.substring(start - reader.latin1Start, end - reader.latin1Start);
}

function readUtf8(bytes: Buffer, start: number, end: number): string {
  const text = bytes.utf8Slice(start, end);
  // Decoding puts U+FFFD where bytes are not UTF-8. It may also stand in the text itself: only then the bytes are compared.
  if (text.includes(REPLACEMENT) && !bytes.subarray(start, end).equals(Buffer.from(text, 'utf8'))) {
    throw new MalformedBytesError('a string is not UTF-8');
  }
  return text;
}

/** Eight bytes at once, then one by one. */
function isAscii(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const a = (bytes[at] as number) | (bytes[at + 1] as number) | (bytes[at + 2] as number) | (bytes[at + 3] as number);
    const b = (bytes[at + 4] as number) | (bytes[at + 5] as number) | (bytes[at + 6] as number) | (bytes[at + 7] as number);
    if ((a | b) > 0x7f) return false;
  }
  let rest = 0;
  for (; at < end; at++) rest |= bytes[at] as number;
  return rest < 0x80;
}

/** For short ASCII text a loop beats the native call; on the first other character the caller starts over. */
function writeAscii(writer: ByteWriter, value: string): boolean {
  const { buffer, position } = writer;
  const { length } = value;
  let bits = 0;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    bits |= code;
    buffer[position + 1 + i] = code;
  }
  if (bits > 0x7f) return false;
  buffer[position] = length;
  writer.position = position + 1 + length;
  return true;
}

/** Writes the text behind room for the prefix that ASCII would need, then the prefix; other text may need a longer one and is moved. */
function writeUtf8(writer: ByteWriter, value: string): boolean {
  const { buffer, position } = writer;
  const { length } = value;
  const room = varintBytes(length);
  const byteLength = buffer.utf8Write(value, position + room);
  // A byte for each character is ASCII; anything longer may hold a lone surrogate.
  if (byteLength !== length && !value.isWellFormed()) return false;
  const needed = varintBytes(byteLength);
  if (needed !== room) buffer.copyWithin(position + needed, position + room, position + room + byteLength);
  writer.writeVarint(byteLength);
  writer.position = position + needed + byteLength;
  return true;
}

function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/** Below this many characters the loop is faster than `utf8Write` (measured on Node 20). */
const SHORT_TO_WRITE = 28;

/** Above this many bytes a native call of its own costs a string little beside the rest, and nothing else is kept in memory with it. */
const LONGEST_TO_CUT = 64;

/** The longest length prefix of a string that fits in memory. */
const MAX_PREFIX_BYTES = 8;

const REPLACEMENT = '\ufffd';
