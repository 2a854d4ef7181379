import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
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
    detector.noteReachable('a', 'host-a:1', 50_000);
    assert.deepEqual(detector.evaluate(50_000), { kind: 'healed', reachable: 3, expected: 5 });
    assert.equal(detector.evaluate(50_001), undefined);
  });

  test('is not detected when it heals within the grace time, and the next one has the whole grace time', () => {
    const detector = cluster('a', ['b', 'c', 'd']);
    lose(detector, ['b', 'c'], 0);
    detector.evaluate(0);
    detector.noteReachable('b', 'host-b:1', 20_000);
    assert.equal(detector.evaluate(20_000), undefined);
    lose(detector, ['b'], 25_000);
    detector.evaluate(25_000);
    assert.equal(detector.evaluate(31_000), undefined);
    assert.equal(detector.evaluate(55_000)?.kind, 'detected');
  });

  test('is not made of nodes that left', () => {
    const detector = cluster('a', ['b', 'c', 'd']);
    for (const nodeId of ['b', 'c', 'd']) detector.noteGone(nodeId, 0);
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

describe('nodes that crash and come back under new names', () => {
  for (const { what, addressOf } of [
    { what: 'on the same host', addressOf: (life: number) => `host-x:${life + 10}` },
    { what: 'at the same address', addressOf: () => 'host-x:1' },
    { what: 'on new hosts', addressOf: (life: number) => `host-${life}:1` },
  ]) {
    test(`are not missed when one crashes in a loop ${what}`, () => {
      const detector = cluster('a', ['b', 'c']);
      for (let life = 0; life < 60; life++) {
        const bornMs = life * 10_000;
        detector.noteReachable(`x-${life}`, addressOf(life), bornMs);
        assert.equal(detector.evaluate(bornMs), undefined);
        // The next life begins before the failure of this one is known.
        if (life > 0) detector.noteLost(`x-${life - 1}`, { nowMs: bornMs + 6000, silentSinceMs: bornMs + 1000, windowMs: WINDOW_MS });
        assert.equal(detector.evaluate(bornMs + 6000), undefined);
      }
      assert.equal(detector.evaluate(700_000), undefined);
    });

    test(`are not missed when all are killed one after the other and start ${what}`, () => {
      const detector = cluster('a', []);
      for (let i = 0; i < 9; i++)
        detector.noteReachable(`old-${i}`, what === 'on new hosts' ? `old-host-${i}:1` : addressOf(i), -3_600_000);
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 9; i++) {
          const killedMs = (round * 9 + i) * 20_000;
          const previous = round === 0 ? `old-${i}` : `new-${round - 1}-${i}`;
          detector.noteReachable(`new-${round}-${i}`, addressOf(100 * (round + 1) + i), killedMs + 500);
          detector.noteLost(previous, { nowMs: killedMs + 6000, silentSinceMs: killedMs + 1500, windowMs: WINDOW_MS });
          assert.equal(detector.evaluate(killedMs + 6000), undefined);
          assert.equal(detector.evaluate(killedMs + 19_000), undefined);
        }
      }
      assert.equal(detector.deadlineMs, undefined);
    });
  }

  test('never make more expected than were there at once', () => {
    const detector = cluster('a', ['b', 'c', 'd']);
    for (let i = 0; i < 5; i++) {
      for (const name of ['p', 'q']) detector.noteReachable(`${name}-${i}`, `host-${name}-${i}:1`, i * 90_000);
      lose(detector, [`p-${i}`, `q-${i}`], i * 90_000 + 80_000);
    }
    lose(detector, ['b', 'c'], 445_000);
    detector.evaluate(445_000);
    assert.deepEqual(detector.evaluate(480_000), { kind: 'detected', reachable: 2, expected: 6, isMinority: true });
  });

  test('end a partition when they take the places of those that are lost', () => {
    const detector = partitioned();
    detector.noteReachable('f', 'host-a:1', 60_000);
    assert.deepEqual(detector.evaluate(60_000), { kind: 'healed', reachable: 3, expected: 5 });
  });
});

describe('nodes that were there for a short time', () => {
  test('are missed when they are lost together', () => {
    const detector = new PartitionDetector('a');
    for (const nodeId of ['b', 'c', 'd']) detector.noteReachable(nodeId, `host-${nodeId}:1`, 0);
    for (const nodeId of ['b', 'c']) detector.noteLost(nodeId, { nowMs: 14_000, silentSinceMs: 8000, windowMs: WINDOW_MS });
    detector.evaluate(14_000);
    assert.equal(detector.evaluate(44_000)?.kind, 'detected');
  });

  test('are not missed when they are lost alone', () => {
    const detector = new PartitionDetector('a');
    detector.noteReachable('b', 'host-b:1', 0);
    detector.noteLost('b', { nowMs: 20_000, silentSinceMs: 14_000, windowMs: WINDOW_MS });
    detector.evaluate(20_000);
    assert.equal(detector.evaluate(60_000), undefined);
    assert.equal(detector.isMissed('b', 60_000), false);
  });
});

test('a node that failed is missed for ten minutes, and as long as a partition lasts', () => {
  const detector = cluster('a', ['b', 'c', 'd']);
  lose(detector, ['b'], 0);
  detector.evaluate(0);
  assert.equal(detector.isMissed('b', 599_999), true);
  assert.equal(detector.isMissed('b', 600_000), false);
  const split = partitioned();
  assert.equal(split.isMissed('a', 24 * 3_600_000), true);
});

test('nodes that say goodbye from the other side end a partition', () => {
  const detector = partitioned();
  for (const nodeId of ['a', 'b']) detector.noteGone(nodeId, 50_000);
  assert.deepEqual(detector.evaluate(50_000), { kind: 'healed', reachable: 2, expected: 3 });
});

test('time in which this process stood still does not count towards a partition', () => {
  const detector = cluster('b', ['a', 'c', 'd']);
  lose(detector, ['a', 'c'], 1000);
  detector.evaluate(1000);
  detector.shift(60_000);
  assert.equal(detector.evaluate(62_000), undefined);
  assert.equal(detector.deadlineMs, 91_000);
  assert.equal(detector.evaluate(91_000)?.kind, 'detected');
});

describe('a loss of many at once', () => {
  test('is told of at once, when it is three nodes and a fifth of those expected, and once', () => {
    const detector = cluster('a', names(14));
    lose(detector, ['n-1', 'n-2'], 0);
    assert.equal(detector.evaluate(0), undefined);
    lose(detector, ['n-3'], 1000);
    assert.deepEqual(detector.evaluate(1000), { kind: 'suspected', lost: 3, reachable: 12, expected: 15 });
    assert.equal(detector.evaluate(1000), undefined);
    lose(detector, ['n-4'], 2000);
    assert.equal(detector.evaluate(2000), undefined);
  });

  test('is not told of below a fifth, nor below three nodes', () => {
    const large = cluster('a', names(15));
    lose(large, ['n-1', 'n-2', 'n-3'], 0);
    assert.equal(large.evaluate(0), undefined);
    assert.equal(large.evaluate(60_000), undefined);
    const small = cluster('a', names(4));
    lose(small, ['n-1', 'n-2'], 0);
    assert.equal(small.evaluate(0), undefined);
    assert.equal(small.evaluate(60_000), undefined);
  });

  test('that still stands after the grace time is a partition also for the larger side', () => {
    const detector = cluster('a', names(9));
    lose(detector, names(4), 1000);
    assert.equal(detector.evaluate(1000)?.kind, 'suspected');
    assert.equal(detector.deadlineMs, 31_000);
    assert.equal(detector.evaluate(30_999), undefined);
    assert.deepEqual(detector.evaluate(31_000), { kind: 'detected', reachable: 6, expected: 10, isMinority: false });
    assert.equal(detector.evaluate(6 * 3_600_000), undefined);
    detector.noteReachable('n-1', 'host-n-1:1', 7 * 3_600_000);
    assert.equal(detector.evaluate(7 * 3_600_000), undefined);
    detector.noteReachable('n-2', 'host-n-2:1', 7 * 3_600_000);
    assert.deepEqual(detector.evaluate(7 * 3_600_000), { kind: 'healed', reachable: 8, expected: 10 });
  });

  test('is none when the nodes fall silent one after the other', () => {
    const detector = cluster('a', names(9));
    for (const [index, nodeId] of names(4).entries()) {
      lose(detector, [nodeId], index * (WINDOW_MS / 2 + 1));
      assert.equal(detector.evaluate(index * (WINDOW_MS / 2 + 1)), undefined);
    }
    assert.equal(detector.evaluate(200_000), undefined);
  });

  test('is found whatever the order in which the suspicions end', () => {
    const detector = cluster('a', names(9));
    for (const [nodeId, silentSinceMs] of [
      ['n-1', 6000],
      ['n-2', 3000],
      ['n-3', 0],
    ] as const) {
      detector.noteLost(nodeId, { nowMs: 20_000, silentSinceMs, windowMs: WINDOW_MS });
    }
    assert.deepEqual(detector.evaluate(20_000), { kind: 'suspected', lost: 3, reachable: 7, expected: 10 });
  });

  test('that was repaired within the grace time is told of again when it happens again', () => {
    const detector = cluster('a', names(9));
    lose(detector, names(3), 0);
    assert.equal(detector.evaluate(0)?.kind, 'suspected');
    for (const nodeId of names(3)) detector.noteReachable(nodeId, `host-${nodeId}:1`, 10_000);
    assert.equal(detector.evaluate(10_000), undefined);
    assert.equal(detector.evaluate(40_000), undefined);
    lose(detector, names(3), 50_000);
    assert.equal(detector.evaluate(50_000)?.kind, 'suspected');
  });

  test('is none when as many others have come', () => {
    const detector = cluster('a', names(9));
    lose(detector, names(4), 0);
    detector.evaluate(0);
    for (let i = 0; i < 3; i++) detector.noteReachable(`other-${i}`, `other-host-${i}:1`, 10_000);
    detector.evaluate(10_000);
    assert.equal(detector.evaluate(60_000), undefined);
    assert.equal(detector.isPartitioned, false);
  });

  test('is none when the nodes said goodbye', () => {
    const detector = cluster('a', names(9));
    for (const nodeId of names(4)) detector.noteGone(nodeId, 0);
    assert.equal(detector.evaluate(0), undefined);
    assert.equal(detector.evaluate(60_000), undefined);
  });

  test('means nothing with threshold 0', () => {
    const detector = cluster('a', names(9), { threshold: 0 });
    lose(detector, names(9), 0);
    assert.equal(detector.evaluate(0), undefined);
    assert.equal(detector.evaluate(60_000), undefined);
    assert.equal(detector.hasQuorum(60_000), false);
  });
});

test('a side that becomes the minority while a partition lasts is told of once more', () => {
  const detector = cluster('a', names(9));
  lose(detector, names(4), 0);
  detector.evaluate(0);
  assert.deepEqual(detector.evaluate(30_000), { kind: 'detected', reachable: 6, expected: 10, isMinority: false });
  lose(detector, ['n-5', 'n-6'], 40_000);
  assert.deepEqual(detector.evaluate(40_000), { kind: 'detected', reachable: 4, expected: 10, isMinority: true });
  assert.equal(detector.evaluate(40_000), undefined);
  detector.noteReachable('n-5', 'host-n-5:1', 50_000);
  detector.noteReachable('n-6', 'host-n-6:1', 50_000);
  lose(detector, ['n-5', 'n-6'], 60_000);
  assert.equal(detector.evaluate(60_000), undefined);
});

describe('a quorum', () => {
  test('is more than half of the expected nodes, without a grace time', () => {
    const detector = cluster('m', names(4));
    assert.equal(detector.hasQuorum(0), true);
    lose(detector, ['n-1', 'n-2'], 0);
    assert.equal(detector.hasQuorum(0), true);
    lose(detector, ['n-3'], 0);
    assert.equal(detector.hasQuorum(0), false);
    detector.noteReachable('n-1', 'host-n-1:1', 1);
    assert.equal(detector.hasQuorum(1), true);
  });

  test('of two equal halves is with the lowest name', () => {
    const withLowest = cluster('b', ['a', 'c', 'd']);
    lose(withLowest, ['c', 'd'], 0);
    assert.equal(withLowest.hasQuorum(0), true);
    const without = cluster('c', ['a', 'b', 'd']);
    lose(without, ['a', 'b'], 0);
    assert.equal(without.hasQuorum(0), false);
  });

  test('is on no side of three when none has more than half', () => {
    for (const [own, others] of [
      [4, 6],
      [3, 7],
    ] as const) {
      const detector = cluster('a', names(own + others - 1));
      lose(detector, names(others), 0);
      assert.equal(detector.hasQuorum(0), false);
    }
  });

  test('comes back when the lost are expected no longer and no partition was told of', () => {
    const detector = cluster('m', names(3), { threshold: 0 });
    lose(detector, names(3), 0);
    assert.equal(detector.hasQuorum(599_999), false);
    assert.equal(detector.hasQuorum(600_000), true);
  });

  test('is never on two sides, and of two sides always on one', () => {
    const sidesOf = fc.array(fc.tuple(fc.uuid(), fc.integer({ min: 0, max: 2 })), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(sidesOf, (placed) => {
        const nodes = [...new Map(placed)];
        const withQuorum = new Set<number>();
        for (const [nodeId, side] of nodes) {
          const others = nodes.filter(([other]) => other !== nodeId);
          const detector = cluster(
            nodeId,
            others.map(([other]) => other),
          );
          const away = others.filter(([, otherSide]) => otherSide !== side).map(([other]) => other);
          lose(detector, away, 0);
          if (detector.hasQuorum(0)) withQuorum.add(side);
        }
        assert.ok(withQuorum.size <= 1);
        if (new Set(nodes.map(([, side]) => side)).size <= 2) assert.equal(withQuorum.size, 1);
      }),
    );
  });

  test('a node has alone that never had company', () => {
    assert.equal(new PartitionDetector('a').hasQuorum(0), true);
  });
});

test('the nodes that are missed are known by name', () => {
  const detector = partitioned();
  assert.deepEqual(detector.missedIds(24 * 3_600_000), ['a', 'b', 'c']);
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

/** About what a cluster of ten nodes has. */
const WINDOW_MS = 8000;

function cluster(nodeId: string, others: readonly string[], options = {}): PartitionDetector {
  const detector = new PartitionDetector(nodeId, options);
  for (const other of others) detector.noteReachable(other, `host-${other}:1`, -3_600_000);
  return detector;
}

/** `n-1` to `n-<count>`. */
function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `n-${index + 1}`);
}

function lose(detector: PartitionDetector, nodeIds: readonly string[], nowMs: number): void {
  for (const nodeId of nodeIds) detector.noteLost(nodeId, { nowMs, silentSinceMs: nowMs - 5000, windowMs: WINDOW_MS });
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
  let verdict = detector.evaluate(0);
  if (verdict?.kind === 'suspected') verdict = detector.evaluate(0);
  if (verdict?.kind !== 'detected') throw new Error('Expected a detected partition');
  return verdict;
}
