import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { confirmationsNeeded, Suspicion, suspicionMinMs, suspicionTimeoutMs } from '../../../src/swim/suspicion.ts';

describe('the length of a suspicion with the defaults (4 times 1 s, at most 6 times that)', () => {
  for (const { nodes, minS, maxS } of [
    { nodes: 3, minS: 4.0, maxS: 24 },
    { nodes: 10, minS: 4.0, maxS: 24 },
    { nodes: 30, minS: 5.9, maxS: 35 },
    { nodes: 100, minS: 8.0, maxS: 48 },
    { nodes: 1000, minS: 12.0, maxS: 72 },
    { nodes: 10_000, minS: 16.0, maxS: 96 },
  ]) {
    test(`${nodes} nodes: ${minS} s to ${maxS} s`, () => {
      const minMs = suspicionMinMs(4000, nodes);
      assert.equal(Math.round(minMs / 100) / 10, minS);
      assert.equal(Math.round((minMs * 6) / 1000), maxS);
    });
  }
});

describe('confirmations', () => {
  test('none are needed when fewer than 2 other nodes could confirm', () => {
    assert.deepEqual([1, 2, 3, 4, 5, 1000].map(confirmationsNeeded), [0, 0, 0, 2, 2, 2]);
  });

  test('without need the shortest time applies at once', () => {
    assert.equal(suspicionTimeoutMs({ minMs: 4000, maxMs: 24_000, needed: 0 }, 0), 4000);
  });

  test('each brings the end nearer, the first most', () => {
    const window = { minMs: 4000, maxMs: 24_000, needed: 2 };
    assert.equal(suspicionTimeoutMs(window, 0), 24_000);
    assert.equal(Math.round(suspicionTimeoutMs(window, 1)), Math.round(24_000 - 20_000 * (Math.log(2) / Math.log(3))));
    assert.equal(suspicionTimeoutMs(window, 2), 4000);
    assert.equal(suspicionTimeoutMs(window, 7), 4000);
  });
});

describe('a suspicion', () => {
  const window = { minMs: 4000, maxMs: 24_000, needed: 2 };

  test('does not count the same accuser twice', () => {
    const suspicion = new Suspicion(window, 'a', 1000);
    assert.equal(suspicion.confirm('a'), false);
    assert.equal(suspicion.deadlineMs, 25_000);
  });

  test('ends after the shortest time when two others confirm, and needs no more', () => {
    const suspicion = new Suspicion(window, 'a', 1000);
    assert.equal(suspicion.confirm('b'), true);
    assert.equal(suspicion.confirm('b'), false);
    assert.equal(suspicion.confirm('c'), true);
    assert.equal(suspicion.confirm('d'), false);
    assert.equal(suspicion.deadlineMs, 5000);
  });

  test('ends after the shortest time when another node calls it failed', () => {
    const suspicion = new Suspicion(window, 'a', 1000);
    suspicion.settle();
    assert.equal(suspicion.deadlineMs, 5000);
  });

  test('lasts longer by a stall', () => {
    const suspicion = new Suspicion(window, 'a', 1000);
    suspicion.shift(2500);
    assert.equal(suspicion.deadlineMs, 27_500);
  });
});
