import { ByteWriter } from '../util/byte-writer.ts';
import { leaveSpare } from '../util/spare-buffer.ts';
import { FRAME_HEADER_BYTES } from './limits.ts';

/**
 * Outgoing frames of one lane, written straight into memory that leaves as one piece. {@link take} hands out what was written since the last time;
 * that memory is never touched again, so the transport may keep it.
 */
export class FrameBuffer {
  /** Payloads are written here between {@link begin} and {@link finish}. */
  readonly writer: ByteWriter = new ByteWriter(FIRST_SLAB_BYTES);
  /** Where the bytes begin that were not taken yet. */
  #taken = 0;
  #slabBytes = FIRST_SLAB_BYTES;

  /** Bytes waiting to be taken. */
  get pendingBytes(): number {
    return this.writer.position - this.#taken;
  }

  /** Starts a frame and gives its place, to be passed to {@link finish}, or set as the writer's position to drop the frame. */
  begin(type: number, flags: number, callId: number): number {
    const { writer } = this;
    writer.ensure(FRAME_HEADER_BYTES);
    const { buffer, position } = writer;
    buffer[position + 2] = type;
    buffer[position + 3] = flags;
    buffer[position + 4] = callId;
    buffer[position + 5] = callId >>> 8;
    buffer[position + 6] = callId >>> 16;
    buffer[position + 7] = callId >>> 24;
    writer.position = position + FRAME_HEADER_BYTES;
    return position;
  }

  /** Completes the frame that began at `start`: its payload is all that was written since, at most 16 KiB. */
  finish(start: number): void {
    const { buffer, position } = this.writer;
    const length = position - start - FRAME_HEADER_BYTES;
    buffer[start] = length;
    buffer[start + 1] = length >>> 8;
  }

  /** Sets flags of a frame that was begun. */
  addFlags(start: number, flags: number): void {
    const { buffer } = this.writer;
    buffer[start + 3] = (buffer[start + 3] as number) | flags;
  }

  /** After a large message was written and taken back: what waits moves into memory of the usual size. Of the large one nothing was handed out. */
  shrink(): void {
    const { writer } = this;
    const { pendingBytes } = this;
    if (writer.buffer.length <= MAX_SLAB_BYTES || pendingBytes > MAX_SLAB_BYTES) return;
    const slab = Buffer.allocUnsafeSlow(MAX_SLAB_BYTES);
    writer.buffer.copy(slab, 0, this.#taken, writer.position);
    leaveSpare(writer.buffer);
    writer.buffer = slab;
    writer.position = pendingBytes;
    this.#taken = 0;
  }

  /** What was written since the last call, as one piece of memory that this buffer will not touch again. */
  take(): Buffer {
    const { writer } = this;
    const { buffer, position } = writer;
    const view = buffer.subarray(this.#taken, position);
    if (buffer.length > MAX_SLAB_BYTES || buffer.length - position < buffer.length >> 2) {
      this.#slabBytes = Math.min(MAX_SLAB_BYTES, this.#slabBytes * 2);
      writer.buffer = Buffer.allocUnsafeSlow(this.#slabBytes);
      writer.position = 0;
    }
    this.#taken = writer.position;
    return view;
  }
}

/** An idle connection keeps little; a busy one soon works in slabs of 64 KiB. */
const FIRST_SLAB_BYTES = 1_024;
const MAX_SLAB_BYTES = 65_536;
