import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { markAsUntransferable } from 'node:worker_threads';
import { freeMemory, isWholeMemory } from '../../../src/transports/free-memory.ts';

describe('memory that is freed', () => {
  it('is gone soon, and not inside of the call that frees it', () => {
    const pieces = Array.from({ length: 100 }, () => Buffer.alloc(20_000, 1));
    for (const piece of pieces) {
      freeMemory(piece);
      assert.equal(piece.length, 20_000);
    }
    assert.ok(pieces.slice(0, 80).every((piece) => piece.length === 0));
  });

  it('is left to the collector where it may not be freed', () => {
    const fixed = Buffer.alloc(20_000, 1);
    markAsUntransferable(fixed.buffer);
    freeMemory(fixed);
    for (let i = 0; i < 40; i++) freeMemory(Buffer.alloc(20_000));
    assert.equal(fixed.length, 20_000);
  });

  it('is a buffer’s own only when no other can lie in it', () => {
    const whole = Buffer.alloc(100);
    assert.equal(isWholeMemory(whole), true);
    assert.equal(isWholeMemory(whole.subarray(1)), false);
    assert.equal(isWholeMemory(whole.subarray(0, 99)), false);
  });
});
