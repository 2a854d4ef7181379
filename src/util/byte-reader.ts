/**
 * A cursor over received bytes. Every read checks what is left, so no input makes it read beyond the end or allocate more than the input holds.
 *
 * @throws {MalformedBytesError} from every `read…` method when the bytes end too soon or cannot be what they claim.
 */
export class ByteReader {
  /** Replaced by {@link reset} only. */
  bytes: Buffer;
  position: number;
  /** One past the last readable byte. A struct reader narrows it for the length of the struct and restores it after. */
  end: number;
  /** The same memory for floats, made once there are many: it reads in half of the time, and takes as long to make as forty reads without it (measured on Node 20). */
  #floats: DataView | undefined;
  #floatsRead = 0;
  /** A piece of the input as Latin-1, from {@link latin1Start} up to {@link latin1End}: many short strings are cut out of it for the price of one native call. */
  latin1 = '';
  latin1Start = 0;
  latin1End = 0;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.end = end;
  }

  /** Points the reader at other bytes, so that one reader serves many frames. */
  reset(bytes: Buffer, start: number, end: number): this {
    // Frames come many to a chunk, and a pointer that is not written needs no write barrier.
    if (this.bytes !== bytes) this.bytes = bytes;
    this.position = start;
    this.end = end;
    if (this.#floats !== undefined) this.#floats = undefined;
    this.#floatsRead = 0;
    this.latin1End = 0;
    return this;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** Takes the next `length` bytes and returns where they start. */
  skip(length: number): number {
    const start = this.position;
    if (length > this.end - start) throw new MalformedBytesError(`expected ${length} more bytes, found ${this.end - start}`);
    this.position = start + length;
    return start;
  }

  readUint8(): number {
    return this.bytes[this.skip(1)] as number;
  }

  readUint16(): number {
    return this.bytes.readUInt16LE(this.skip(2));
  }

  readUint32(): number {
    return this.bytes.readUInt32LE(this.skip(4));
  }

  readUint64(): bigint {
    return this.bytes.readBigUInt64LE(this.skip(8));
  }

  readFloat64(): number {
    const start = this.skip(8);
    const floats = this.#floats;
    return floats === undefined ? this.#readFloat(start) : floats.getFloat64(start, true);
  }

  /** Makes {@link latin1} begin at a place of the input that was checked to be there. */
  moveLatin1(start: number): void {
    const { bytes } = this;
    const end = Math.min(start + LATIN1_BYTES, bytes.length);
    this.latin1 = bytes.latin1Slice(start, end);
    this.latin1Start = start;
    this.latin1End = end;
  }

  /** Reads an integer from 0 to 2^53 - 1; a longer encoding is malformed. */
  readVarint(): number {
    const { bytes, position, end } = this;
    if (end - position >= 2) {
      const first = bytes[position] as number;
      if (first < 0x80) {
        this.position = position + 1;
        return first;
      }
      const second = bytes[position + 1] as number;
      if (second < 0x80) {
        this.position = position + 2;
        return (first & 0x7f) | (second << 7);
      }
    }
    return this.#readLongVarint();
  }

  #readLongVarint(): number {
    const { bytes, end } = this;
    let { position } = this;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      if (position >= end) throw new MalformedBytesError('a variable-length integer ends too soon');
      const byte = bytes[position++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        this.position = position;
        return value;
      }
      scale *= 128;
    }
    throw new MalformedBytesError('a variable-length integer is above 2^53 - 1');
  }

  /** Reads a count of items that take at least `minItemBytes` each: a count the rest of the input cannot hold is malformed. */
  readCount(minItemBytes = 1): number {
    const count = this.readVarint();
    if (count * minItemBytes > this.remaining) throw new MalformedBytesError(`a list claims ${count} items in ${this.remaining} bytes`);
    return count;
  }

  readString(): string {
    const length = this.readVarint();
    const start = this.skip(length);
    if (length < SHORT_STRING) {
      const ascii = this.#readShortAscii(start, length);
      if (ascii !== undefined) return ascii;
    }
    return this.bytes.utf8Slice(start, start + length);
  }

  /** Reads length-prefixed bytes as a view of the input: valid as long as the input is. */
  readBytesView(): Buffer {
    return this.readRawView(this.readVarint());
  }

  /** Reads so many bytes as a view of the input. */
  readRawView(length: number): Buffer {
    const start = this.skip(length);
    return this.bytes.subarray(start, start + length);
  }

  /** Everything that is left, as a view of the input. */
  readRest(): Buffer {
    return this.readRawView(this.remaining);
  }

  #readFloat(start: number): number {
    const { bytes } = this;
    if (++this.#floatsRead === MANY_FLOATS) this.#floats = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    WORDS[LOW] = wordAt(bytes, start);
    WORDS[1 - LOW] = wordAt(bytes, start + 4);
    return FLOAT[0] as number;
  }

  #readShortAscii(start: number, length: number): string | undefined {
    const { bytes } = this;
    let text = '';
    for (let i = start; i < start + length; i++) {
      const code = bytes[i] as number;
      if (code > 0x7f) return undefined;
      text += String.fromCharCode(code);
    }
    return text;
  }
}

/** Received bytes are not what they claim to be. Pure code throws it and the layer above turns it into a protocol error or a bad argument. */
export class MalformedBytesError extends Error {
  override readonly name = 'MalformedBytesError';
}

function wordAt(bytes: Buffer, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
}

/** From this many floats on a DataView is worth making. */
const MANY_FLOATS = 48;

/** A float and its two halves in the same memory. */
const FLOAT = new Float64Array(1);
const WORDS = new Int32Array(FLOAT.buffer);

/** Which half is the low one: the second where the machine stores the most significant byte first. */
const LOW = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;

const MAX_VARINT_BYTES = 8;

/** A string that is cut out of a longer one may keep all of that in memory, so this is also how much a string of a few bytes can hold on to. */
const LATIN1_BYTES = 256;

/** Below this many bytes the loop is faster than `utf8Slice` (measured on Node 20 and 26). */
const SHORT_STRING = 16;
