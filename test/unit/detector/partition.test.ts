import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PartitionDetector } from '../../../src/detector/partition.ts';

describe('a partition', () => {
  test('is detected when at most half is reachable for the grace time', () => {
    const detector = cluster('b', ['a', 'c', 'd']);
    lose(detector, ['a', 'c'], 1000);
    assert.equal(detector.evaluate(1000), undefined);
    assert.equal(detector.deadlineMs, 31_000);
    assert.equal(detector.evaluate(30_999), undefined);
    assert.deepEqual(detector.evaluate(31_000), { kind: 'detected', reachable: 2, expected: 4, isMinority: true });
    assert.equal(detector.deadlineMs, undefined);
  });

  test('is told once', () => {
    const detector = partitioned();
    assert.equal(detector.evaluate(40_000), undefined);
    assert.ok(detector.isPartitioned);
  });

  test('is over when more than the threshold is reachable again', () => {
    const detector = partitioned();
    detector.noteReachable('a');
    assert.deepEqual(detector.evaluate(50_000), { kind: 'healed', reachable: 3, expected: 5 });
    assert.equal(detector.evaluate(50_001), undefined);
  });

  test('is not detected when it heals within the grace time, and the next one has the whole grace time', () => {
    const detector = cluster('a', ['b', 'c', 'd']);
    lose(detector, ['b', 'c'], 0);
    detector.evaluate(0);
    detector.noteReachable('b');
    assert.equal(detector.evaluate(20_000), undefined);
    lose(detector, ['b'], 25_000);
    detector.evaluate(25_000);
    assert.equal(detector.evaluate(31_000), undefined);
    assert.equal(detector.evaluate(55_000)?.kind, 'detected');
  });

  test('is not made of nodes that left', () => {
    const detector = cluster('a', ['b', 'c', 'd']);
    for (const nodeId of ['b', 'c', 'd']) detector.noteGone(nodeId);
    detector.evaluate(0);
    assert.equal(detector.evaluate(60_000), undefined);
  });

  test('is not made of nodes that failed long ago one by one', () => {
    const detector = cluster('a', ['b', 'c', 'd', 'e']);
    lose(detector, ['b'], 0);
    detector.evaluate(0);
    lose(detector, ['c'], 400_000);
    detector.evaluate(400_000);
    lose(detector, ['d'], 700_000);
    detector.evaluate(700_000);
    // b is not expected any more: 2 of 4 are reachable; a moment later c is not either.
    assert.deepEqual(detector.evaluate(730_000), { kind: 'detected', reachable: 2, expected: 4, isMinority: false });
  });

  test('lasts as long as the others are away, even for hours', () => {
    const detector = partitioned();
    assert.equal(detector.evaluate(6 * 3_600_000), undefined);
    assert.ok(detector.isPartitioned);
  });

  test('at another threshold', () => {
    const detector = cluster('a', ['b', 'c', 'd', 'e'], { threshold: 0.8, graceMs: 0 });
    lose(detector, ['b'], 0);
    assert.deepEqual(detector.evaluate(0), { kind: 'detected', reachable: 4, expected: 5, isMinority: false });
  });
});

describe('the minority', () => {
  test('is the smaller side', () => {
    assert.equal(verdictOf('a', ['b', 'c'], ['d', 'e', 'f', 'g']).isMinority, true);
  });

  test('of two equal halves is the one without the lowest name', () => {
    assert.equal(verdictOf('a', ['b'], ['c', 'd']).isMinority, false);
    assert.equal(verdictOf('c', ['d'], ['a', 'b']).isMinority, true);
    assert.equal(verdictOf('d', ['a'], ['b', 'c']).isMinority, false);
  });
});

test('a node that never had company is not partitioned', () => {
  const detector = new PartitionDetector('a');
  assert.equal(detector.evaluate(0), undefined);
  assert.equal(detector.evaluate(1_000_000), undefined);
});

test('settings that make no sense are refused', () => {
  assert.throws(() => new PartitionDetector('a', { graceMs: -1 }), { code: 'INVALID_ARGUMENT' });
});

function cluster(nodeId: string, others: readonly string[], options = {}): PartitionDetector {
  const detector = new PartitionDetector(nodeId, options);
  for (const other of others) detector.noteReachable(other);
  return detector;
}

function lose(detector: PartitionDetector, nodeIds: readonly string[], nowMs: number): void {
  for (const nodeId of nodeIds) detector.noteLost(nodeId, nowMs);
}

function partitioned(): PartitionDetector {
  const detector = cluster('e', ['a', 'b', 'c', 'd']);
  lose(detector, ['a', 'b', 'c'], 0);
  detector.evaluate(0);
  assert.equal(detector.evaluate(30_000)?.kind, 'detected');
  return detector;
}

function verdictOf(nodeId: string, reachable: readonly string[], lost: readonly string[]): { isMinority: boolean } {
  const detector = cluster(nodeId, [...reachable, ...lost], { graceMs: 0 });
  lose(detector, lost, 0);
  const verdict = detector.evaluate(0);
  if (verdict?.kind !== 'detected') throw new Error('Expected a detected partition');
  return verdict;
}
