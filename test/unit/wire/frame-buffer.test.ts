import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FrameType } from '../../../src/wire/frame.ts';
import { FrameBuffer } from '../../../src/wire/frame-buffer.ts';
import { MAX_SLAB_BYTES } from '../../../src/wire/slab.ts';

describe('the memory of outgoing frames', () => {
  it('stays as it is until its lender was told that it has been copied, and serves again then', () => {
    const buffer = new FrameBuffer();
    const pieces = Array.from({ length: 200 }, (_, i) => takeFrame(buffer, i, 5_000));
    for (const [i, { bytes }] of pieces.entries()) assert.ok(isFilledWith(bytes, i), `piece ${i}`);
    const used = new Set(pieces.map(({ bytes }) => bytes.buffer));
    for (const { lender } of pieces) lender?.onWritten();
    const later = Array.from({ length: 100 }, (_, i) => takeFrame(buffer, i, 5_000));
    assert.ok(later.some(({ bytes }) => used.has(bytes.buffer)));
    for (const [i, { bytes }] of later.entries()) assert.ok(isFilledWith(bytes, i), `later piece ${i}`);
  });

  it('does not serve again while one of its pieces is under way', () => {
    const buffer = new FrameBuffer();
    const pieces = Array.from({ length: 200 }, (_, i) => takeFrame(buffer, i, 5_000));
    const kept = pieces.filter((_, i) => i % 7 === 0);
    for (const piece of pieces) if (!kept.includes(piece)) piece.lender?.onWritten();
    for (let i = 0; i < 200; i++) takeFrame(buffer, 255, 5_000);
    for (const piece of kept) assert.ok(isFilledWith(piece.bytes, pieces.indexOf(piece)));
  });

  it('is of the usual size again after a message that was larger, which it lends to nobody', () => {
    const buffer = new FrameBuffer();
    const large = takeFrame(buffer, 1, 300_000);
    assert.equal(large.lender, undefined);
    assert.ok(isFilledWith(large.bytes, 1));
    takeFrame(buffer, 2, 10);
    assert.ok(buffer.writer.buffer.length <= MAX_SLAB_BYTES);
  });

  it('keeps what waits when a large message is taken back', () => {
    const buffer = new FrameBuffer();
    write(buffer, 3, 100);
    const start = buffer.begin(FrameType.MESSAGE, 0, 1);
    buffer.writer.writeRaw(Buffer.alloc(500_000));
    buffer.writer.position = start;
    buffer.shrink();
    assert.equal(buffer.writer.buffer.length, MAX_SLAB_BYTES);
    assert.ok(isFilledWith(buffer.take(), 3));
  });
});

function takeFrame(buffer: FrameBuffer, fill: number, length: number): { bytes: Buffer; lender: FrameBuffer['lender'] } {
  write(buffer, fill, length);
  return { bytes: buffer.take(), lender: buffer.lender };
}

function write(buffer: FrameBuffer, fill: number, length: number): void {
  const start = buffer.begin(FrameType.MESSAGE, 0, 1);
  buffer.writer.writeRaw(Buffer.alloc(length, fill));
  buffer.finish(start);
}

/** Whether the payload behind the header of 8 bytes is made of this byte. */
function isFilledWith(frame: Buffer, fill: number): boolean {
  return frame.length > 8 && frame.subarray(8).every((byte) => byte === fill);
}
