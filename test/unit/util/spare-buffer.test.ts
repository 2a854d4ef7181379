import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leaveSpare, takeSpare } from '../../../src/util/spare-buffer.ts';

describe('a spare buffer', () => {
  it('is taken once, and only when it is large enough', () => {
    const left = Buffer.allocUnsafeSlow(4_000_000);
    leaveSpare(left);
    assert.notEqual(takeSpare(4_000_001), left);
    assert.equal(takeSpare(3_000_000), left);
    const next = takeSpare(3_000_000);
    assert.notEqual(next, left);
    assert.equal(next.length, 3_000_000);
  });

  it('gives way to a larger one and not to a smaller one', () => {
    const large = Buffer.allocUnsafeSlow(4_000_000);
    leaveSpare(Buffer.allocUnsafeSlow(1_000_000));
    leaveSpare(large);
    leaveSpare(Buffer.allocUnsafeSlow(2_000_000));
    assert.equal(takeSpare(1), large);
  });
});
