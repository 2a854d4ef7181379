import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';

/** Writes a Date as its milliseconds since 1970; `false` when the value is no Date or an invalid one. */
export function writeDate(writer: ByteWriter, value: unknown): boolean {
  // biome-ignore lint/style/noRestrictedGlobals: the type of a value is tested; no clock is read
  if (!(value instanceof Date)) return false;
  const milliseconds = value.getTime();
  if (Number.isNaN(milliseconds)) return false;
  writer.writeFloat64(milliseconds);
  return true;
}

/** Reads what {@link writeDate} wrote; a number that no Date can hold is malformed. */
// biome-ignore lint/style/noRestrictedGlobals: the type is named; no clock is read
export function readDate(reader: ByteReader): Date {
  // biome-ignore lint/style/noRestrictedGlobals: a Date is made of a number that was received; no clock is read
  const date = new Date(reader.readFloat64());
  if (Number.isNaN(date.getTime())) throw new MalformedBytesError('a date is out of range');
  return date;
}
