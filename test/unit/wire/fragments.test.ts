import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { takeSpare } from '../../../src/util/spare-buffer.ts';
import { Fragments } from '../../../src/wire/fragments.ts';
import { FrameFlag } from '../../../src/wire/frame.ts';
import { FrameDecoder } from '../../../src/wire/frame-decoder.ts';
import { FRAME_HEADER_BYTES, MAX_FRAME_PAYLOAD_BYTES } from '../../../src/wire/limits.ts';

describe('the fragments of a message', () => {
  for (const length of [0, 1, MAX_FRAME_PAYLOAD_BYTES, MAX_FRAME_PAYLOAD_BYTES + 1, 200_000]) {
    it(`are the message again when they are put together (${length} bytes)`, () => {
      const message = Buffer.from(Array.from({ length }, (_, i) => i * 31));
      const fragments = new Fragments(Buffer.concat([Buffer.alloc(3), message, Buffer.alloc(3)]), 3, 3 + length, 7);
      const pieces: Buffer[] = [];
      const flags: number[] = [];
      const decoder = new FrameDecoder((frame) => {
        assert.equal(frame.callId, 7);
        flags.push(frame.flags);
        pieces.push(Buffer.from(frame.bytes.subarray(frame.start, frame.end)));
      });
      while (!fragments.isEmpty) decoder.push(fragments.take(FRAME_HEADER_BYTES + fragments.payloadBytes()));
      assert.deepEqual(Buffer.concat(pieces), message);
      assert.deepEqual(flags, [...Array(flags.length - 1).fill(FrameFlag.MORE), 0]);
    });
  }

  it('serve again when all of them have left and nobody reads them any more, not before', () => {
    const fragments = new Fragments(Buffer.alloc(100_000), 0, 100_000, 1);
    const first = fragments.take(FRAME_HEADER_BYTES + MAX_FRAME_PAYLOAD_BYTES);
    const isLeft = (): boolean => {
      const memory = takeSpare(100_000);
      return memory.buffer === first.buffer;
    };
    fragments.onWritten();
    assert.equal(isLeft(), false, 'after the first piece');
    const second = fragments.take(2 * (FRAME_HEADER_BYTES + MAX_FRAME_PAYLOAD_BYTES));
    while (!fragments.isEmpty) {
      fragments.take(FRAME_HEADER_BYTES + fragments.payloadBytes());
      fragments.onWritten();
    }
    assert.equal(isLeft(), false, 'while a piece is under way');
    assert.equal(second.buffer, first.buffer);
    fragments.onWritten();
    assert.equal(isLeft(), true);
  });
});
