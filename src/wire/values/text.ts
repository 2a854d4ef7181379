import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';

/** Writes a string as its byte length and UTF-8; `false` when the value is no string or holds a lone surrogate, which UTF-8 cannot carry. */
export function writeText(writer: ByteWriter, value: unknown): boolean {
  if (typeof value !== 'string' || !value.isWellFormed()) return false;
  writer.writeString(value);
  return true;
}

/** Reads what {@link writeText} wrote; bytes that are not UTF-8 are malformed. */
export function readText(reader: ByteReader): string {
  const length = reader.readVarint();
  const start = reader.skip(length);
  const { bytes } = reader;
  if (length < SHORT_TEXT) {
    const ascii = readAscii(bytes, start, length);
    if (ascii !== undefined) return ascii;
  }
  const text = bytes.utf8Slice(start, start + length);
  // Decoding puts U+FFFD where bytes are not UTF-8. It may also stand in the text itself: only then the bytes are compared.
  if (text.includes('\ufffd') && !bytes.subarray(start, start + length).equals(Buffer.from(text, 'utf8'))) {
    throw new MalformedBytesError('a string is not UTF-8');
  }
  return text;
}

function readAscii(bytes: Buffer, start: number, length: number): string | undefined {
  let text = '';
  for (let i = start; i < start + length; i++) {
    const code = bytes[i] as number;
    if (code > 0x7f) return undefined;
    text += String.fromCharCode(code);
  }
  return text;
}

/** Below this many bytes the loop is faster than `utf8Slice` (measured on Node 20 and 26). */
const SHORT_TEXT = 16;
