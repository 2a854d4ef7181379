import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leaveSpare, takeSpare } from '../../../src/util/spare-buffer.ts';

describe('a spare buffer', () => {
  it('is taken once, and only when it is large enough', () => {
    const left = Buffer.allocUnsafeSlow(2_000_000);
    leaveSpare(left);
    assert.notEqual(takeSpare(2_000_001), left);
    assert.equal(takeSpare(1_000_000), left);
    const next = takeSpare(1_000_000);
    assert.notEqual(next, left);
    assert.equal(next.length, 1_000_000);
  });

  it('gives way to a larger one, not to a smaller one, and not to one that is too large to keep', () => {
    const large = Buffer.allocUnsafeSlow(2_000_000);
    leaveSpare(Buffer.allocUnsafeSlow(1_000_000));
    leaveSpare(large);
    leaveSpare(Buffer.allocUnsafeSlow(1_500_000));
    leaveSpare(Buffer.allocUnsafeSlow(4_000_000));
    assert.equal(takeSpare(1), large);
  });
});
