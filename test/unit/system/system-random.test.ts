import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemRandom } from '../../../src/system/system-random.ts';

describe('system random', () => {
  it('gives different numbers from 0 up to but without 1', () => {
    const values = Array.from({ length: 1000 }, () => systemRandom.next());
    assert.ok(values.every((value) => value >= 0 && value < 1));
    assert.ok(new Set(values).size > 990);
  });
});
