import assert from 'node:assert/strict';
import { it } from 'node:test';
import { seededRandom } from '../../../src/testing/seeded-random.ts';
import { backoffMs } from '../../../src/util/backoff.ts';

const settings = { firstMs: 100, factor: 2, maxMs: 1_000, jitter: 0.2 };

it('waits double with each failure, up to the limit', () => {
  const middle = { next: () => 0.5 };
  assert.deepEqual(
    [1, 2, 3, 4, 5, 50].map((failures) => backoffMs(failures, settings, middle)),
    [100, 200, 400, 800, 1_000, 1_000],
  );
});

it('waits stay within the jitter and are not all the same', () => {
  const random = seededRandom(7);
  const waits = Array.from({ length: 1_000 }, () => backoffMs(1, settings, random));
  assert.ok(waits.every((wait) => wait >= 80 && wait < 120));
  assert.ok(Math.max(...waits) - Math.min(...waits) > 35);
});
