import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';

/**
 * Optional fields stand at the end of a struct's body: a word of presence bits, then the fields that are there. When none is, nothing is written,
 * and the body ends. A word is a varint with 28 bits for fields, least significant first; {@link MORE} says that another word follows.
 *
 * Because a missing word, a short one and a longer one all read well, optional fields may be appended to a struct that had none, few or many.
 */
export function readPresence(reader: ByteReader): number {
  if (reader.position === reader.end) return 0;
  const word = reader.readVarint();
  if (word >= MORE * 2) throw new MalformedBytesError('a presence word has more than 29 bits');
  return word;
}

/** Reads the word after `previous`, if it says there is one. */
export function readNextPresence(reader: ByteReader, previous: number): number {
  return previous >= MORE ? readPresence(reader) : 0;
}

/** Skips words after the last one that the reader knows fields for. */
export function skipPresence(reader: ByteReader, last: number): void {
  let word = last;
  while (word >= MORE) word = readPresence(reader);
}

/** The bit that says another word of presence bits follows. */
export const MORE: number = 2 ** 28;
