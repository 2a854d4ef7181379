import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OutlierEjection } from '../../../src/balance/outlier-ejection.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';

const WORKERS = 10;

/** Fails a worker until it is ejected or has had its five failures. */
function failFive(
  ejection: OutlierEjection,
  nodeId: string,
  { now, workerCount = WORKERS }: { now: number; workerCount?: number },
): boolean {
  let ejected = false;
  for (let failure = 0; failure < 5; failure += 1) ejected = ejection.recordFailure(nodeId, now, workerCount) || ejected;
  return ejected;
}

const ejectedAt = (ejection: OutlierEjection, now: number): string[] => [...ejection.ejected(now)];

describe('outlier ejection', () => {
  it('ejects a worker with its fifth failure in a row, and not before', () => {
    const ejection = new OutlierEjection();
    const results = [1, 2, 3, 4, 5].map((now) => ejection.recordFailure('a', now, WORKERS));
    assert.deepEqual(results, [false, false, false, false, true]);
    assert.deepEqual(ejectedAt(ejection, 5), ['a']);
  });

  it('counts the failures of each worker apart', () => {
    const ejection = new OutlierEjection();
    for (const nodeId of ['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b']) ejection.recordFailure(nodeId, 0, WORKERS);
    assert.deepEqual(ejectedAt(ejection, 0), []);
    ejection.recordFailure('b', 0, WORKERS);
    assert.deepEqual(ejectedAt(ejection, 0), ['b']);
  });

  it('starts counting again after a success', () => {
    const ejection = new OutlierEjection();
    for (let round = 0; round < 10; round += 1) {
      for (let failure = 0; failure < 4; failure += 1) ejection.recordFailure('a', 0, WORKERS);
      ejection.recordSuccess('a', 0);
    }
    assert.deepEqual(ejectedAt(ejection, 0), []);
  });

  it('lets a worker return after 30 s, with no failure held against it', () => {
    const ejection = new OutlierEjection();
    failFive(ejection, 'a', { now: 1000 });
    assert.deepEqual(ejectedAt(ejection, 30_999), ['a']);
    assert.deepEqual(ejectedAt(ejection, 31_000), []);
    assert.equal(ejection.recordFailure('a', 31_000, WORKERS), false);
  });

  it('ejects for longer each time, up to 300 s', () => {
    const ejection = new OutlierEjection();
    let now = 0;
    const lengths: number[] = [];
    for (let time = 0; time < 12; time += 1) {
      failFive(ejection, 'a', { now });
      const start = now;
      while (ejection.ejected(now).has('a')) now += 1000;
      lengths.push((now - start) / 1000);
    }
    assert.deepEqual(lengths, [30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300]);
  });

  it('forgets earlier ejections once the worker has worked for as long as the last one took', () => {
    const tooShort = new OutlierEjection();
    failFive(tooShort, 'a', { now: 0 });
    tooShort.recordSuccess('a', 59_999);
    failFive(tooShort, 'a', { now: 60_000 });
    assert.deepEqual(ejectedAt(tooShort, 119_999), ['a']);

    const longEnough = new OutlierEjection();
    failFive(longEnough, 'a', { now: 0 });
    longEnough.recordSuccess('a', 60_000);
    failFive(longEnough, 'a', { now: 60_000 });
    assert.deepEqual(ejectedAt(longEnough, 90_000), []);
  });

  it('lets nothing that arrives during an ejection shorten or lengthen it', () => {
    const ejection = new OutlierEjection();
    failFive(ejection, 'a', { now: 0 });
    assert.equal(failFive(ejection, 'a', { now: 10_000 }), false);
    ejection.recordSuccess('a', 20_000);
    assert.deepEqual(ejectedAt(ejection, 29_999), ['a']);
    assert.deepEqual(ejectedAt(ejection, 30_000), []);
  });

  const limits: readonly (readonly [workers: number, ejected: number])[] = [
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 2],
    [5, 2],
    [10, 5],
  ];
  for (const [workers, expected] of limits) {
    it(`ejects at most ${expected} of ${workers} workers`, () => {
      const ejection = new OutlierEjection();
      for (let index = 0; index < workers; index += 1) failFive(ejection, `w${index}`, { now: 0, workerCount: workers });
      assert.equal(ejection.ejected(0).size, expected);
    });
  }

  it('ejects a worker that goes on failing as soon as there is room', () => {
    const ejection = new OutlierEjection();
    failFive(ejection, 'a', { now: 0, workerCount: 2 });
    assert.equal(failFive(ejection, 'b', { now: 10_000, workerCount: 2 }), false);
    assert.equal(ejection.recordFailure('b', 29_999, 2), false);
    assert.equal(ejection.recordFailure('b', 30_000, 2), true);
    assert.deepEqual(ejectedAt(ejection, 30_000), ['b']);
  });

  it('holds nothing against a worker that was forgotten', () => {
    const ejection = new OutlierEjection();
    failFive(ejection, 'a', { now: 0 });
    ejection.forget('a');
    ejection.forget('never seen');
    assert.deepEqual(ejectedAt(ejection, 0), []);
    failFive(ejection, 'a', { now: 0 });
    assert.deepEqual(ejectedAt(ejection, 29_999), ['a']);
    assert.deepEqual(ejectedAt(ejection, 30_000), []);
  });

  it('takes other numbers and refuses those that make no sense', () => {
    const ejection = new OutlierEjection({ consecutiveFailures: 1, baseEjectionMs: 10, maxEjectionMs: 15 });
    assert.equal(ejection.recordFailure('a', 0, 2), true);
    assert.deepEqual(ejectedAt(ejection, 10), []);
    assert.equal(ejection.recordFailure('a', 10, 2), true);
    assert.deepEqual(ejectedAt(ejection, 24.9), ['a']);
    assert.deepEqual(ejectedAt(ejection, 25), []);
    for (const options of [{ consecutiveFailures: 0 }, { baseEjectionMs: -1 }, { maxEjectionMs: 1 }]) {
      assert.throws(
        () => new OutlierEjection(options),
        (error) => error instanceof RpcError && error.code === 'INVALID_ARGUMENT',
      );
    }
  });

  it('never ejects more than half, and always lets everyone return', () => {
    const step = fc.record({ nodeId: fc.nat(6), good: fc.boolean(), times: fc.nat(7), afterMs: fc.nat(40_000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const ejection = new OutlierEjection();
        let now = 0;
        for (const { nodeId, good, times, afterMs } of steps) {
          now += afterMs;
          for (let time = 0; time < times; time += 1) {
            if (good) ejection.recordSuccess(`w${nodeId}`, now);
            else ejection.recordFailure(`w${nodeId}`, now, 7);
          }
          assert.ok(ejection.ejected(now).size <= 3);
        }
        assert.equal(ejection.ejected(now + 300_000).size, 0);
      }),
    );
  });
});
