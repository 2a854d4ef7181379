import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocationOf } from '../../../bench/allocation.ts';

test('what was allocated and collected meanwhile is counted', async () => {
  const count = 400_000;
  const kept: { latest?: readonly number[] } = {};
  const { heapBytes, collections } = await allocationOf(async () => {
    for (let i = 0; i < count; i++) kept.latest = new Array<number>(10).fill(i);
  });
  // 4 words of the array, 2 of its elements' header, 10 elements; a word is 8 bytes, or 4 where pointers are compressed.
  const perArray = heapBytes / count;
  assert.ok(collections > 1, `got ${collections} collections`);
  assert.ok(perArray > 60 && perArray < 150, `got ${perArray} bytes for each array`);
  assert.equal(kept.latest?.length, 10);
});
