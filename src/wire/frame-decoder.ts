import type { Frame } from './frame.ts';
import { FRAME_HEADER_BYTES, MAX_FRAME_PAYLOAD_BYTES } from './limits.ts';

/** Who gets the frames of one lane. The frame object is reused: read it before returning. */
export type FrameSink = (frame: Frame) => void;

/**
 * Cuts the bytes of one lane into frames, however they were split on the way. A frame that lies whole in a chunk is given as a view of it;
 * only one that crosses chunks is copied, into at most a frame's worth of memory.
 */
export class FrameDecoder {
  readonly #sink: FrameSink;
  readonly #frame: Frame = { type: 0, flags: 0, callId: 0, bytes: EMPTY, start: 0, end: 0 };
  /** Where a frame that crosses chunks is put together: its header first, then all of it. */
  #partial: Buffer = EMPTY;
  #partialLength = 0;
  #stopped = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** No frame comes after this, also when called by the sink. */
  stop(): void {
    this.#stopped = true;
    this.#partial = EMPTY;
  }

  /** Takes the next bytes. The answer says why the peer broke the protocol, if it did; nothing may be pushed after that. */
  push(chunk: Buffer): string | undefined {
    let position = 0;
    if (this.#partialLength > 0) {
      position = this.#complete(chunk);
      if (position < 0) return this.#tooLong();
      if (this.#partialLength > 0) return undefined;
    }
    while (chunk.length - position >= FRAME_HEADER_BYTES && !this.#stopped) {
      const length = (chunk[position] as number) | ((chunk[position + 1] as number) << 8);
      if (length > MAX_FRAME_PAYLOAD_BYTES) {
        this.#frame.end = length;
        return this.#tooLong();
      }
      const next = position + FRAME_HEADER_BYTES + length;
      if (next > chunk.length) break;
      this.#emit(chunk, position, next);
      position = next;
    }
    if (position < chunk.length && !this.#stopped) this.#keep(chunk, position);
    // An idle lane keeps no input in memory.
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
    frame.bytes = bytes;
    frame.start = position + FRAME_HEADER_BYTES;
    frame.end = end;
    this.#sink(frame);
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

const EMPTY = Buffer.alloc(0);
