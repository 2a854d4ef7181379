import type { Frame } from './frame.ts';
import { FrameFlag, FrameType } from './frame.ts';
import { FRAME_HEADER_BYTES, MAX_FRAME_PAYLOAD_BYTES, MESSAGE_CHARGE_BYTES } from './limits.ts';

/** Who gets the frames of one lane. The frame object is reused: read it before returning. */
export type FrameSink = (frame: Frame) => void;

/**
 * Cuts the bytes of one lane into frames, however they were split on the way. A frame that lies whole in a chunk is given as a view of it;
 * one that crosses chunks is copied, into at most a frame's worth of memory. The fragments of large messages are not: whoever puts the message together
 * copies them anyway, so they are given in pieces where chunks end.
 */
export class FrameDecoder {
  readonly #sink: FrameSink;
  readonly #frame: Frame = { type: 0, flags: 0, callId: 0, isBorrowed: false, charge: 0, bytes: EMPTY, start: 0, end: 0 };
  /** Where a frame that crosses chunks is put together: its header first, then all of it. */
  #partial: Buffer = EMPTY;
  #partialLength = 0;
  /** What has not come of a fragment whose first piece was given; type, flags and call are still those of the frame. */
  #pieceLeft = 0;
  /** What is put together is the rest of a fragment, whose credit was charged with the first piece. */
  #isRest = false;
  #stopped = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** No frame comes after this, also when called by the sink. */
  stop(): void {
    this.#stopped = true;
    this.#partial = EMPTY;
  }

  /**
   * Takes the next bytes. The answer says why the peer broke the protocol, if it did; nothing may be pushed after that. Of bytes that are borrowed, that is,
   * serve again after the call, all are copied but the fragments of large messages, which whoever gets them copies anyway.
   */
  push(chunk: Buffer, isBorrowed = false): string | undefined {
    if (!isBorrowed || this.#pieceLeft > 0 || isFragment(chunk, 0)) return this.#cut(chunk, isBorrowed);
    return this.#cut(Buffer.from(chunk), false);
  }

  #cut(chunk: Buffer, isBorrowed: boolean): string | undefined {
    let position = 0;
    this.#frame.isBorrowed = isBorrowed;
    if (this.#pieceLeft > 0) {
      position = this.#goOn(chunk);
      if (this.#pieceLeft > 0) return this.#pause();
    } else if (this.#partialLength > 0) {
      position = this.#complete(chunk);
      if (position < 0) return this.#tooLong();
      if (this.#partialLength > 0) return undefined;
    }
    while (chunk.length - position >= FRAME_HEADER_BYTES && !this.#stopped) {
      if (isBorrowed && !isFragment(chunk, position)) return this.#cut(Buffer.from(chunk.subarray(position)), false);
      const length = (chunk[position] as number) | ((chunk[position + 1] as number) << 8);
      if (length > MAX_FRAME_PAYLOAD_BYTES) {
        this.#frame.end = length;
        return this.#tooLong();
      }
      const next = position + FRAME_HEADER_BYTES + length;
      if (next > chunk.length) {
        if (!isDivisible(chunk, position)) break;
        this.#pieceLeft = next - chunk.length;
        this.#emit(chunk, position, chunk.length);
        return this.#pause();
      }
      this.#emit(chunk, position, next);
      position = next;
    }
    if (position < chunk.length && !this.#stopped) this.#keep(chunk, position);
    return this.#pause();
  }

  /** An idle lane keeps no input in memory. */
  #pause(): undefined {
    this.#frame.bytes = EMPTY;
    return undefined;
  }

  #emit(bytes: Buffer, position: number, end: number): void {
    const frame = this.#frame;
    frame.type = bytes[position + 2] as number;
    frame.flags = bytes[position + 3] as number;
    frame.callId =
      ((bytes[position + 4] as number) |
        ((bytes[position + 5] as number) << 8) |
        ((bytes[position + 6] as number) << 16) |
        ((bytes[position + 7] as number) << 24)) >>>
      0;
    if (frame.bytes !== bytes) frame.bytes = bytes;
    frame.start = position + FRAME_HEADER_BYTES;
    frame.end = end;
    frame.charge = end - frame.start + MESSAGE_CHARGE_BYTES;
    if (this.#isRest) this.#endRest();
    this.#sink(frame);
  }

  /** The next piece of a fragment. One that is small waits for the rest. Gives the position after what was taken. */
  #goOn(chunk: Buffer): number {
    const frame = this.#frame;
    const size = Math.min(this.#pieceLeft, chunk.length);
    if (size < this.#pieceLeft && size < MIN_PIECE_BYTES) return this.#keepRest(chunk);
    this.#pieceLeft -= size;
    frame.bytes = chunk;
    frame.start = 0;
    frame.end = size;
    frame.charge = size;
    this.#sink(frame);
    return size;
  }

  /** Has what is left of a fragment put together as if it were a frame. */
  #keepRest(chunk: Buffer): number {
    const { type, flags, callId } = this.#frame;
    const partial = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + this.#pieceLeft);
    partial.writeUInt16LE(this.#pieceLeft, 0);
    partial[2] = type;
    partial[3] = flags;
    partial.writeUInt32LE(callId, 4);
    this.#partial = partial;
    this.#partialLength = FRAME_HEADER_BYTES + chunk.copy(partial, FRAME_HEADER_BYTES);
    this.#pieceLeft = 0;
    this.#isRest = true;
    return chunk.length;
  }

  #endRest(): void {
    this.#isRest = false;
    this.#frame.charge -= MESSAGE_CHARGE_BYTES;
  }

  #keep(chunk: Buffer, position: number): void {
    const rest = chunk.length - position;
    const known = rest >= FRAME_HEADER_BYTES;
    const size = known ? FRAME_HEADER_BYTES + chunk.readUInt16LE(position) : FRAME_HEADER_BYTES;
    this.#partial = Buffer.allocUnsafeSlow(size);
    chunk.copy(this.#partial, 0, position);
    this.#partialLength = rest;
  }

  /** Goes on with a frame that began in an earlier chunk. Gives the position after what was taken, or -1 when the frame is too long. */
  #complete(chunk: Buffer): number {
    let position = 0;
    if (this.#partialLength < FRAME_HEADER_BYTES) {
      position = this.#fill(chunk, 0, FRAME_HEADER_BYTES);
      if (this.#partialLength < FRAME_HEADER_BYTES) return position;
    }
    const length = this.#partial.readUInt16LE(0);
    if (length > MAX_FRAME_PAYLOAD_BYTES) {
      this.#frame.end = length;
      return -1;
    }
    const size = FRAME_HEADER_BYTES + length;
    if (this.#partial.length < size) {
      const whole = Buffer.allocUnsafeSlow(size);
      this.#partial.copy(whole, 0, 0, this.#partialLength);
      this.#partial = whole;
    }
    position = this.#fill(chunk, position, size);
    if (this.#partialLength < size) return position;
    const whole = this.#partial;
    this.#partial = EMPTY;
    this.#partialLength = 0;
    this.#emit(whole, 0, size);
    return position;
  }

  #fill(chunk: Buffer, position: number, upTo: number): number {
    const taken = Math.min(upTo - this.#partialLength, chunk.length - position);
    chunk.copy(this.#partial, this.#partialLength, position, position + taken);
    this.#partialLength += taken;
    return position + taken;
  }

  #tooLong(): string {
    this.stop();
    return `a frame claims a payload of ${this.#frame.end} bytes, the most is ${MAX_FRAME_PAYLOAD_BYTES}`;
  }
}

/** Whether the frame that the chunk ends in is a fragment of a message that goes on after it, with enough of it here to be worth a piece. */
function isDivisible(chunk: Buffer, position: number): boolean {
  return isFragment(chunk, position) && chunk.length - position - FRAME_HEADER_BYTES >= MIN_PIECE_BYTES;
}

/** Whether the frame there, of which enough has come to tell, is a fragment of a message that goes on after it. */
function isFragment(chunk: Buffer, position: number): boolean {
  return chunk[position + 2] === FrameType.MESSAGE && ((chunk[position + 3] as number) & FrameFlag.MORE) !== 0;
}

/** So many pieces of this size are no more work than the fragments that a message may have. */
const MIN_PIECE_BYTES = 1_024;

const EMPTY = Buffer.alloc(0);
