import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RetryBudget } from '../../../src/balance/retry-budget.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';

function retries(budget: RetryBudget, now: number): number {
  let count = 0;
  while (budget.tryRetry(now)) count += 1;
  return count;
}

describe('retry budget', () => {
  it('allows a quiet client 10 retries a second over 10 seconds', () => {
    const budget = new RetryBudget();
    assert.equal(budget.remaining(0), 100);
    assert.equal(retries(budget, 0), 100);
    assert.equal(budget.remaining(0), 0);
  });

  const shares: readonly (readonly [requests: number, share: number, allowed: number])[] = [
    [4, 0.2, 0],
    [5, 0.2, 1],
    [15, 0.2, 3],
    [1000, 0.2, 200],
    [100, 0.29, 29],
    [7, 1, 7],
    [7, 0, 0],
  ];
  for (const [requests, retryShare, allowed] of shares) {
    it(`allows ${allowed} retries for ${requests} requests at a share of ${retryShare}`, () => {
      const budget = new RetryBudget({ retryShare, minRetriesPerSecond: 0 });
      for (let request = 0; request < requests; request += 1) budget.recordRequest(0);
      assert.equal(retries(budget, 0), allowed);
    });
  }

  it('forgets requests and retries after 10 seconds', () => {
    const budget = new RetryBudget({ minRetriesPerSecond: 1 });
    for (let request = 0; request < 50; request += 1) budget.recordRequest(500);
    assert.equal(retries(budget, 1000), 20);
    assert.equal(retries(budget, 9999), 0);
    // The requests have left the window, the retries have not.
    assert.equal(budget.remaining(10_000), 0);
    assert.equal(budget.remaining(11_000), 10);
  });

  it('is full again after any pause', () => {
    const budget = new RetryBudget();
    for (const now of [0, 10_000, 1e9, 1e12]) assert.equal(retries(budget, now), 100);
  });

  it('takes a time that goes back for the last one', () => {
    const budget = new RetryBudget();
    retries(budget, 60_000);
    assert.equal(budget.tryRetry(1000), false);
    assert.equal(budget.tryRetry(60_500), false);
  });

  it('refuses options that make no sense', () => {
    for (const options of [{ retryShare: -1 }, { retryShare: Number.NaN }, { minRetriesPerSecond: -1 }]) {
      assert.throws(
        () => new RetryBudget(options),
        (error) => error instanceof RpcError && error.code === 'INVALID_ARGUMENT',
      );
    }
  });

  it('never allows more over 10 whole seconds than share and reserve give', () => {
    const step = fc.record({ afterMs: fc.nat(3000), requests: fc.nat(20), tries: fc.nat(40) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const budget = new RetryBudget({ minRetriesPerSecond: 1 });
        const history: { second: number; kind: 'request' | 'retry' }[] = [];
        let now = 0;
        for (const { afterMs, requests, tries } of steps) {
          now += afterMs;
          const second = Math.floor(now / 1000);
          const inWindow = (kind: string): number => history.filter((each) => each.kind === kind && each.second > second - 10).length;
          for (let request = 0; request < requests; request += 1) {
            budget.recordRequest(now);
            history.push({ second, kind: 'request' });
          }
          for (let attempt = 0; attempt < tries; attempt += 1) {
            const allowed = Math.floor((inWindow('request') + 50) / 5);
            assert.equal(budget.tryRetry(now), inWindow('retry') < allowed);
            if (inWindow('retry') < allowed) history.push({ second, kind: 'retry' });
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
