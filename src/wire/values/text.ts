import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';

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
  const { bytes } = reader;
  if (length < SHORT_TO_READ) {
    const ascii = readAscii(bytes, start, start + length);
    if (ascii !== undefined) return ascii;
  }
  const text = bytes.utf8Slice(start, start + length);
  // Decoding puts U+FFFD where bytes are not UTF-8. It may also stand in the text itself: only then the bytes are compared.
  if (text.includes(REPLACEMENT) && !bytes.subarray(start, start + length).equals(Buffer.from(text, 'utf8'))) {
    throw new MalformedBytesError('a string is not UTF-8');
  }
  return text;
}

/** For short ASCII text a loop beats the native call; on the first other character the caller starts over. */
function writeAscii(writer: ByteWriter, value: string): boolean {
  const { buffer, position } = writer;
  const { length } = value;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0x7f) return false;
    buffer[position + 1 + i] = code;
  }
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

/** Eight characters at once, then four, then one by one: for short text faster than `utf8Slice`. `undefined` when it is not all ASCII. */
function readAscii(bytes: Buffer, start: number, end: number): string | undefined {
  let text = '';
  let position = start;
  for (; position + 8 <= end; position += 8) {
    const a = bytes[position] as number;
    const b = bytes[position + 1] as number;
    const c = bytes[position + 2] as number;
    const d = bytes[position + 3] as number;
    const e = bytes[position + 4] as number;
    const f = bytes[position + 5] as number;
    const g = bytes[position + 6] as number;
    const h = bytes[position + 7] as number;
    if ((a | b | c | d | e | f | g | h) > 0x7f) return undefined;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  if (position + 4 <= end) {
    const a = bytes[position] as number;
    const b = bytes[position + 1] as number;
    const c = bytes[position + 2] as number;
    const d = bytes[position + 3] as number;
    if ((a | b | c | d) > 0x7f) return undefined;
    text += String.fromCharCode(a, b, c, d);
    position += 4;
  }
  for (; position < end; position++) {
    const code = bytes[position] as number;
    if (code > 0x7f) return undefined;
    text += String.fromCharCode(code);
  }
  return text;
}

/** Below this many characters the loop is faster than `utf8Write` (measured on Node 20). */
const SHORT_TO_WRITE = 20;

/** Below this many bytes the loop is faster than `utf8Slice` (measured on Node 20). */
const SHORT_TO_READ = 17;

/** The longest length prefix of a string that fits in memory. */
const MAX_PREFIX_BYTES = 8;

const REPLACEMENT = '\ufffd';
