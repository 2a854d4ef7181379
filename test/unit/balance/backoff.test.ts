import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Backoff } from '../../../src/balance/backoff.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { seededRandom } from '../../../src/testing/seeded-random.ts';

const middle = { next: () => 0.5 };

describe('backoff', () => {
  it('waits 100, 200, 400, 800 and then always 1000 ms, jitter aside', () => {
    const backoff = new Backoff(middle);
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 5000].map((retry) => backoff.delayMs(retry)),
      [100, 200, 400, 800, 1000, 1000, 1000],
    );
  });

  it('moves a wait by up to a fifth to either side', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer(), (retry, seed) => {
        const plainMs = new Backoff(middle).delayMs(retry);
        const delayMs = new Backoff(seededRandom(seed)).delayMs(retry);
        assert.ok(delayMs >= plainMs * 0.8 && delayMs < plainMs * 1.2, `${delayMs}`);
      }),
    );
    assert.equal(new Backoff({ next: () => 0 }).delayMs(1), 80);
  });

  it('takes other numbers, and never waits less than nothing', () => {
    const backoff = new Backoff({ next: () => 0 }, { initialMs: 10, factor: 3, maxMs: 50, jitter: 0 });
    assert.deepEqual([backoff.delayMs(1), backoff.delayMs(2), backoff.delayMs(3)], [10, 30, 50]);
    assert.equal(new Backoff({ next: () => 0 }, { jitter: 2 }).delayMs(1), 0);
  });

  it('refuses options and retries that make no sense', () => {
    const wrong = [
      () => new Backoff(middle, { initialMs: -1 }),
      () => new Backoff(middle, { factor: 0.5 }),
      () => new Backoff(middle, { maxMs: Number.NaN }),
      () => new Backoff(middle, { jitter: -0.1 }),
      () => new Backoff(middle).delayMs(0),
    ];
    for (const make of wrong) assert.throws(make, (error) => error instanceof RpcError && error.code === 'INVALID_ARGUMENT');
  });
});
