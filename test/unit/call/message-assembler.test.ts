import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MessageAssembler } from '../../../src/call/message-assembler.ts';
import { type Frame, FrameFlag, FrameType } from '../../../src/wire/frame.ts';

describe('a message that comes in fragments', () => {
  it('is whole, whatever size was foreseen', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 20 }), fc.nat(4_000), (parts, foreseen) => {
        const assembler = new MessageAssembler(5_000, () => foreseen);
        for (let round = 0; round < 2; round++) {
          const outcomes = parts.map((part, i) => assembler.add(frameOf(part, i < parts.length - 1)));
          assert.deepEqual(outcomes, [...Array(parts.length - 1).fill('partial'), 'complete']);
          assert.deepEqual(assembler.bytes.subarray(assembler.start, assembler.end), Buffer.concat(parts));
          assert.equal(assembler.isPartial, false);
        }
      }),
    );
  });

  it('is whole when what it came in serves again', () => {
    for (const foreseen of [0, 3, 100]) {
      const assembler = new MessageAssembler(5_000, () => foreseen);
      const frame = frameOf(Buffer.from('abcd'), true);
      frame.isBorrowed = true;
      assembler.add(frame);
      frame.bytes.fill(0xee);
      assembler.add(frameOf(Buffer.from('ef'), false));
      assert.equal(assembler.bytes.toString('latin1', assembler.start, assembler.end), 'abcdef', `${foreseen} bytes foreseen`);
    }
  });

  it('keeps little more memory than it needs', () => {
    const assembler = new MessageAssembler(1_000_000, () => 900_000);
    assembler.add(frameOf(Buffer.alloc(50_000, 1), true));
    assert.ok(assembler.partialBytes(0) >= 900_000, 'what is set aside counts');
    assembler.add(frameOf(Buffer.alloc(50_000, 2), false));
    assert.equal(assembler.end - assembler.start, 100_000);
    assert.ok(assembler.bytes.buffer.byteLength <= 112_500, `${assembler.bytes.buffer.byteLength} bytes`);
  });

  it('is put together in the memory that was foreseen for it', () => {
    const assembler = new MessageAssembler(1_000_000, () => 100_000);
    assembler.add(frameOf(Buffer.alloc(50_000, 1), true));
    assembler.add(frameOf(Buffer.alloc(50_000, 2), false));
    assert.equal(assembler.bytes.length, 100_000);
  });

  it('sets aside no more than a message may have', () => {
    const assembler = new MessageAssembler(100_000, () => 4_000_000);
    assembler.add(frameOf(Buffer.alloc(50_000), true));
    assert.ok(assembler.partialBytes(0) < 101_000);
    assert.equal(assembler.add(frameOf(Buffer.alloc(50_001), true)), 'tooLarge');
    assert.equal(assembler.partialBytes(0), 0);
  });
});

function frameOf(bytes: Uint8Array, hasMore: boolean): Frame {
  const buffer = Buffer.from(bytes);
  return {
    type: FrameType.MESSAGE,
    flags: hasMore ? FrameFlag.MORE : 0,
    callId: 1,
    isBorrowed: false,
    charge: 0,
    bytes: buffer,
    start: 0,
    end: buffer.length,
  };
}
