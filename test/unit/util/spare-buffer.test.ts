import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leaveSpare, takeSpare } from '../../../src/util/spare-buffer.ts';

const MB = 1_048_576;

describe('spare memory', () => {
  it('is taken once, by whoever it is large enough for', () => {
    const left = takeSpare(2 * MB);
    leaveSpare(left);
    assert.notEqual(takeSpare(2 * MB + 1).buffer, left.buffer);
    assert.equal(takeSpare(2 * MB - 5).buffer, left.buffer);
    assert.notEqual(takeSpare(2 * MB - 5).buffer, left.buffer);
  });

  it('is the smallest piece that fits, and none that is more than four times too large', () => {
    const large = takeSpare(2 * MB);
    const small = takeSpare(MB);
    leaveSpare(large);
    leaveSpare(small);
    assert.equal(takeSpare(MB - 1).buffer, small.buffer);
    assert.notEqual(takeSpare(MB / 2 - 1).buffer, large.buffer);
    assert.equal(takeSpare(MB / 2).buffer, large.buffer);
  });

  it('is left whole, also by whoever used a part of it', () => {
    const memory = takeSpare(MB);
    leaveSpare(memory.subarray(5, 70_000));
    const again = takeSpare(MB);
    assert.equal(again.buffer, memory.buffer);
    assert.equal(again.length, MB);
  });

  it('is kept up to 8 MiB in all and 2 MiB a piece, the last ones that were left', () => {
    const pieces = Array.from({ length: 9 }, () => Buffer.allocUnsafeSlow(MB));
    leaveSpare(Buffer.allocUnsafeSlow(2 * MB + 1));
    for (const piece of pieces) leaveSpare(piece);
    const kept = new Set<ArrayBufferLike>(pieces.slice(1).map((piece) => piece.buffer));
    for (let i = 0; i < 8; i++) assert.ok(kept.delete(takeSpare(MB).buffer), `piece ${i}`);
    assert.equal(
      pieces.some((piece) => piece.buffer === takeSpare(MB).buffer),
      false,
    );
  });
});
