import type { MemoryLender } from '../ports/transport.ts';
import { ByteWriter } from '../util/byte-writer.ts';
import { leaveSpare } from '../util/spare-buffer.ts';
import { FRAME_HEADER_BYTES } from './limits.ts';
import { MAX_SLAB_BYTES, Slab } from './slab.ts';

/**
 * Outgoing frames of one lane, written straight into memory that leaves as one piece. {@link take} hands out what was written since the last time;
 * that memory is not touched again before its {@link lender} was told that it has been copied.
 */
export class FrameBuffer {
  /** Payloads are written here between {@link begin} and {@link finish}. */
  readonly writer: ByteWriter = new ByteWriter(0);
  /** Where the bytes begin that were not taken yet. */
  #taken = 0;
  #slab = new Slab(FIRST_SLAB_BYTES);
  /** Whose memory the last {@link take} gave; undefined for memory that serves once. */
  lender: MemoryLender | undefined;

  constructor() {
    this.writer.buffer = this.#slab.memory;
  }

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
    const large = writer.buffer;
    const { position } = writer;
    this.#nextSlab(MAX_SLAB_BYTES);
    writer.writeRaw(large.subarray(this.#taken, position));
    this.#taken = 0;
    leaveSpare(large);
  }

  /** What was written since the last call, as one piece of memory, which belongs to the {@link lender}. */
  take(): Buffer {
    const { writer } = this;
    const { buffer, position } = writer;
    const slab = this.#slab;
    const view = buffer.subarray(this.#taken, position);
    const isOfSlab = buffer === slab.memory;
    if (isOfSlab) slab.lend();
    this.lender = isOfSlab ? slab : undefined;
    if (!isOfSlab || buffer.length - position < buffer.length >> 2) this.#nextSlab(Math.min(MAX_SLAB_BYTES, slab.memory.length * 2));
    this.#taken = writer.position;
    return view;
  }

  #nextSlab(bytes: number): void {
    this.#slab.close();
    this.#slab = new Slab(bytes);
    this.writer.buffer = this.#slab.memory;
    this.writer.position = 0;
  }
}

/** An idle connection keeps little; a busy one soon works in slabs of 64 KiB. */
const FIRST_SLAB_BYTES = 1_024;
