import type { MemoryLender } from '../ports/transport.ts';
import { leaveSpare, MIN_SPARE_BYTES, takeSpare } from '../util/spare-buffer.ts';
import { FrameFlag, FrameType } from './frame.ts';
import { FRAME_HEADER_BYTES, MAX_FRAME_PAYLOAD_BYTES } from './limits.ts';

/**
 * A message, or the rest of one, as MESSAGE frames one behind the other, in memory of its own: any run of them can leave as one piece, without copying
 * again. All frames but the last are full. When all of it has left and was written, the memory serves the next message.
 */
export class Fragments implements MemoryLender {
  readonly #frames: Buffer;
  /** How much has left. */
  #offset = 0;
  /** What has left and may still be read by the transport, in pieces. */
  #underWay = 0;

  /** Takes `bytes` from `start` to `end`; they are copied. */
  constructor(bytes: Buffer, start: number, end: number, callId: number) {
    const count = Math.max(1, Math.ceil((end - start) / MAX_FRAME_PAYLOAD_BYTES));
    const length = end - start + count * FRAME_HEADER_BYTES;
    const frames = length < MIN_SPARE_BYTES ? Buffer.allocUnsafeSlow(length) : takeSpare(length).subarray(0, length);
    let from = start;
    for (let at = 0; at < length; ) {
      const size = Math.min(end - from, MAX_FRAME_PAYLOAD_BYTES);
      frames.writeUInt16LE(size, at);
      frames[at + 2] = FrameType.MESSAGE;
      frames[at + 3] = from + size < end ? FrameFlag.MORE : 0;
      frames.writeUInt32LE(callId, at + 4);
      bytes.copy(frames, at + FRAME_HEADER_BYTES, from, from + size);
      at += FRAME_HEADER_BYTES + size;
      from += size;
    }
    this.#frames = frames;
  }

  /** Whether all of it has left. */
  get isEmpty(): boolean {
    return this.#offset === this.#frames.length;
  }

  /** The payload of the fragment that begins `skip` bytes behind what has left; 0 when there is none. */
  payloadBytes(skip = 0): number {
    return Math.max(0, Math.min(this.#frames.length - this.#offset - skip - FRAME_HEADER_BYTES, MAX_FRAME_PAYLOAD_BYTES));
  }

  /** The next `length` bytes, whole frames: they leave now. {@link onWritten} is to be called once for each piece, or never. */
  take(length: number): Buffer {
    const start = this.#offset;
    this.#offset += length;
    this.#underWay += 1;
    return this.#frames.subarray(start, start + length);
  }

  /** Nobody reads a piece any more that {@link take} gave. */
  onWritten(): void {
    this.#underWay -= 1;
    if (this.#underWay === 0 && this.isEmpty) leaveSpare(this.#frames);
  }
}
