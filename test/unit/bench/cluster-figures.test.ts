import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readClusterArguments } from '../../../bench/cluster/arguments.ts';
import { type FigureCell, figuresOf } from '../../../bench/cluster/figures.ts';
import { expectRoomForNodes } from '../../../bench/cluster/file-limit.ts';
import type { ClusterResult } from '../../../bench/cluster/measure-cluster.ts';
import { percentile } from '../../../bench/cluster/percentile.ts';
import { type ClusterPlan, plansFor, plansForSizes } from '../../../bench/cluster/plan.ts';
import type { MeasuredSize } from '../../../bench/cluster/report.ts';
import { isMachineTheLimit, type Strain } from '../../../bench/cluster/strain.ts';
import { NO_TOTALS, subtractTotals, totalsOf } from '../../../bench/cluster/totals.ts';

const EASY: Strain = { machineBusy: 0.4, loopP99Ms: 5, loopMaxMs: 9 };

describe('figures of a cluster', () => {
  it('are marked when they miss what must be reached, and only where there is a goal', () => {
    const [hundred, twenty] = [measured(100, { knownMs: 11_000 }), measured(20, { knownMs: 11_000 })];
    assert.deepEqual(
      cells('... known to all, median', [hundred, twenty]).map(({ isMissed }) => isMissed),
      [true, false],
    );
    assert.equal(cell('... known to all, median', measured(100, { knownMs: 10_400 })).isMissed, false);
    assert.equal(cell('false failures (each observer counts)', measured(20, { falseFailures: 1 })).isMissed, true);
  });

  it('say when the machine was the limit', () => {
    const strained = measured(100, { strain: { ...EASY, machineBusy: 0.97 } });
    assert.equal(cell('... known to all, median', strained).isMachineTheLimit, true);
    assert.equal(cell('... known to all, median', measured(100)).isMachineTheLimit, false);
    assert.equal(isMachineTheLimit({ ...EASY, loopP99Ms: 60 }), true, 'late timers are a limit too');
  });

  it('divide what all did by nodes and time', () => {
    const size = measured(100, { gossipBytes: 6_000_000, callBytes: 600_000, cpuMs: 12_000 });
    assert.equal(cell('at rest, sent in a second as gossip', size).value, 1_000);
    assert.equal(cell('... together', size).value, 1_100);
    assert.equal(cell('CPU of a node at rest, of one core', size).value, 0.002);
  });

  it('take the memory of a tracked node from how a node grows with the cluster', () => {
    const sizes = [
      measured(10, { heldBytesPerNode: 600_000 }),
      measured(100, { heldBytesPerNode: 300_000 }),
      measured(1_000, { heldBytesPerNode: 1_200_000 }),
    ];
    const texts = cells('... of each tracked node (growth since the size before)', sizes).map(({ text }) => text);
    assert.deepEqual(texts, ['', '', '1.00 KB'], 'small clusters show what the process itself holds');
  });

  it('hold a cluster without heartbeats against its own goal for traffic', () => {
    const unwatched = measured(1_000, { gossipBytes: 120_000_000, isPhiOn: false });
    const watched = measured(1_000, { gossipBytes: 120_000_000 });
    assert.deepEqual(
      cells('... together', [watched, unwatched]).map(({ isMissed }) => isMissed),
      [false, true],
    );
  });
});

describe('plans', () => {
  it('go up to the size that was asked for, and end with it', () => {
    assert.deepEqual(
      plansFor(1_000, true).map(({ nodes }) => nodes),
      [10, 100, 1_000],
    );
    assert.deepEqual(
      plansFor(100, false).map(({ nodes, isIdleOnly }) => [nodes, isIdleOnly]),
      [
        [10, false],
        [50, true],
        [100, false],
        [100, true],
      ],
    );
    assert.deepEqual(
      plansFor(30, false).map(({ nodes, isPhiOn }) => [nodes, isPhiOn]),
      [
        [10, true],
        [30, true],
        [30, false],
      ],
    );
  });

  it('crash twenty nodes, never many of a small cluster at once', () => {
    const [ten, hundred, thousand] = plansForSizes([10, 100, 1_000], false);
    assert.deepEqual([ten?.crashes, hundred?.crashes, thousand?.crashes], [20, 20, 20]);
    assert.deepEqual([ten?.crashesAtOnce, hundred?.crashesAtOnce, thousand?.crashesAtOnce], [1, 5, 20]);
  });
});

describe('arguments', () => {
  it('name sizes that can be measured', () => {
    assert.deepEqual(
      readClusterArguments(['--sizes', '10,100'])?.plans.map(({ nodes }) => nodes),
      [10, 100],
    );
    assert.equal(readClusterArguments(['--help']), undefined);
    for (const wrong of ['2', '2.5', 'many', '100000'])
      assert.throws(
        () => readClusterArguments(['--nodes', wrong]),
        new RegExp(`Expected --nodes to name from 5 to 5000 nodes, got ${wrong}`),
      );
  });
});

it('too few open files are refused with the number that is needed', () => {
  expectRoomForNodes(2_200, { nodes: 1_000, processes: 8 });
  assert.throws(
    () => expectRoomForNodes(1_024, { nodes: 1_000, processes: 8 }),
    /may open 1024 files.* need 2100 each: raise the limit \(ulimit -n 2100\)/,
  );
});

it('a percentile is one of the values', () => {
  const values = Array.from({ length: 20 }, (_, i) => 20 - i);
  assert.equal(percentile(values, 0.5), 10);
  assert.equal(percentile(values, 0.99), 20);
  assert.ok(Number.isNaN(percentile([], 0.5)));
});

it('totals count what a datagram costs on the wire', () => {
  const counters = { datagramsSent: 10, bytesSent: 400, probesSent: 3, probesFailed: 1 };
  const totals = totalsOf({ counters } as Parameters<typeof totalsOf>[0]);
  assert.equal(totals.gossipBytes, 400 + 10 * (34 + 28));
  assert.deepEqual(subtractTotals(totals, totals), NO_TOTALS);
});

function cell(name: string, size: MeasuredSize): FigureCell {
  return cells(name, [size])[0] as FigureCell;
}

function cells(name: string, sizes: readonly MeasuredSize[]): readonly FigureCell[] {
  const row = figuresOf(sizes).find((figure) => figure.name === name);
  assert.ok(row, `no figure ${name}`);
  return row.cells;
}

interface Measured {
  readonly knownMs?: number;
  readonly falseFailures?: number;
  readonly strain?: Strain;
  readonly gossipBytes?: number;
  readonly callBytes?: number;
  readonly cpuMs?: number;
  readonly heldBytesPerNode?: number;
  readonly isPhiOn?: boolean;
}

/** A minute of rest. */
function measured(nodes: number, options: Measured = {}): MeasuredSize {
  const { knownMs = 5_000, falseFailures = 0, strain = EASY, heldBytesPerNode = 1, isPhiOn = true } = options;
  const { gossipBytes = 0, callBytes = 0, cpuMs = 0 } = options;
  const plan: ClusterPlan = { ...(plansForSizes([nodes], false)[0] as ClusterPlan), isPhiOn };
  const window = { elapsedMs: 60_000, nodes, totals: { ...NO_TOTALS, gossipBytes, callBytes, cpuMs }, strain };
  const result: ClusterResult = {
    plan,
    formation: { ...window, viewMs: 1_000, latestStartMs: 10 },
    idle: window,
    crashes: { times: [{ suspectedMs: 1_000, knownToAllMs: knownMs }], strain },
    heldBytesPerNode,
    falseAlarms: { failures: falseFailures, suspicions: 0, failed: [] },
  };
  return { result, simulated: undefined };
}
