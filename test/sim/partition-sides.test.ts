import assert from 'node:assert/strict';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { simulate } from './seeds.ts';
import { idsOf, lastAndHeal, split } from './split.ts';

const MINUTE = 60_000;
const GRACE_MS = 30_000;
/** The shortest suspicion among 50 nodes, and that of a single accuser among 12. */
const SHORTEST_MS = 4000 * Math.log10(50);
const LONGEST_MS = 6 * 4000 * Math.log10(12);

// `npm run sim:partitions` is the long form; RPCNET_SIM_SEEDS runs more seeds of each.
simulate(
  '60 and 40 of a hundred halves: both sides tell of the partition, the right one is the minority, and it heals to one view',
  1,
  (seed) => {
    const { suspectedMs, detectedMs, viewMs } = lastAndHeal(split(seed, [30, 20]), 1.2 * MINUTE);
    assert.ok(suspectedMs < detectedMs && detectedMs <= GRACE_MS + 2 * SHORTEST_MS, `told after ${detectedMs} ms`);
    assert.ok(viewMs <= MINUTE, `one view after ${viewMs} ms`);
  },
);

for (const { sizes, seeds, isOneWay } of [
  { sizes: [6, 4], seeds: 2 },
  { sizes: [5, 5], seeds: 1 },
  { sizes: [6, 3, 3], seeds: 1 },
  { sizes: [8, 2, 2], seeds: 1 },
  { sizes: [4, 4, 4], seeds: 1 },
  { sizes: [7, 5], seeds: 1, isOneWay: true },
  { sizes: [4, 8], seeds: 1, isOneWay: true },
]) {
  simulate(
    `a cluster cut ${isOneWay ? 'one way ' : ''}into ${sizes.join(' and ')} is told apart by every node, and heals once`,
    seeds,
    (seed) => {
      const { detectedMs, viewMs } = lastAndHeal(split(seed, sizes, { isOneWay: isOneWay ?? false }), 2 * MINUTE);
      assert.ok(detectedMs <= GRACE_MS + LONGEST_MS, `told after ${detectedMs} ms`);
      assert.ok(viewMs <= MINUTE, `one view after ${viewMs} ms`);
    },
  );
}

simulate('two halves cut off for three seconds fail nobody, and suspect no partition', 1, (seed) => {
  const { simulation } = split(seed, [10, 10]);
  simulation.run(3000);
  simulation.network.heal();
  simulation.run(2 * MINUTE);
  for (const { nodeId } of simulation.running()) {
    for (const kind of ['nodeFailed', 'partitionSuspected', 'partitionDetected'] as const) {
      assert.deepEqual(simulation.eventsOf(nodeId, kind), [], nodeId);
    }
  }
});

simulate('the gossip ports alone cut off between two halves is no partition', 1, (seed) => {
  const simulation = rested(seed, 8);
  const ids = idsOf(simulation.running());
  for (const [from, to] of [
    [ids.slice(0, 4), ids.slice(4)],
    [ids.slice(4), ids.slice(0, 4)],
  ] as const) {
    simulation.network.addRule({ from, to, loss: 1, scope: 'datagrams' });
  }
  assertStaysWhole(simulation);
});

simulate('nodes that are killed one after the other and start again under their names are no partition', 1, (seed) => {
  const simulation = rested(seed, 10);
  for (let round = 0; round < 2; round++) {
    for (const nodeId of idsOf(simulation.running())) {
      simulation.crash(nodeId);
      simulation.run(1000 + ((seed * 997) % 3000));
      simulation.restart(nodeId);
      simulation.run(2000);
    }
  }
  assertStaysWhole(simulation);
});

simulate('nodes that are killed together and start again at once are no partition', 1, (seed) => {
  const simulation = rested(seed, 10);
  const killed = idsOf(simulation.running()).slice(5);
  for (const nodeId of killed) simulation.crash(nodeId);
  simulation.run(2000);
  for (const nodeId of killed) simulation.restart(nodeId);
  assertStaysWhole(simulation);
});

simulate('a cluster that is made smaller by goodbyes is no partition', 1, (seed) => {
  const simulation = rested(seed, 12);
  for (const nodeId of idsOf(simulation.running()).slice(3)) simulation.leave(nodeId);
  assertStaysWhole(simulation);
  assert.equal(simulation.running().length, 3);
});

simulate('nodes that crash for good one every quarter of a minute are no partition until half are gone', 1, (seed) => {
  const simulation = rested(seed, 12);
  for (const nodeId of idsOf(simulation.running()).slice(7)) {
    simulation.crash(nodeId);
    simulation.run(15_000);
  }
  assertStaysWhole(simulation);
});

simulate('a third killed for good is a partition until one node is told that it is for good', 1, (seed) => {
  const simulation = rested(seed, 12);
  for (const nodeId of idsOf(simulation.running()).slice(8)) simulation.crash(nodeId);
  simulation.run(11 * MINUTE);
  for (const { nodeId } of simulation.running()) {
    assert.deepEqual(
      simulation.eventsOf(nodeId, 'partitionDetected').map(({ isMinority }) => isMinority),
      [false],
    );
    assert.deepEqual(simulation.eventsOf(nodeId, 'partitionHealed'), []);
  }
  simulation.node('node-3').acceptSize();
  simulation.run(5000);
  for (const node of simulation.running()) {
    assert.deepEqual(simulation.eventsOf(node.nodeId, 'partitionHealed').length, 1, node.nodeId);
    assert.deepEqual(node.swim.partition.missedIds(simulation.nowMs), []);
  }
});

simulate('both sides of a partition accept their size by mistake, and still find back together', 1, (seed) => {
  const { simulation, sides } = split(seed, [4, 3]);
  simulation.run(2 * MINUTE);
  for (const side of sides) side[0]?.acceptSize();
  simulation.run(MINUTE);
  for (const { swim } of simulation.running()) assert.equal(swim.partition.hasQuorum(simulation.nowMs), true);
  simulation.network.heal();
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 3 * MINUTE, everyMs: 100, what: 'one view' });
});

/** A cluster that has been there for long enough that all its nodes would be missed. */
function rested(seed: number, size: number): ClusterSimulation {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(size);
  simulation.run(80_000);
  return simulation;
}

/** Nobody tells of a partition, also not two minutes later, and everybody has a quorum. */
function assertStaysWhole(simulation: ClusterSimulation): void {
  simulation.run(2 * MINUTE);
  for (const node of simulation.running()) {
    for (const kind of ['partitionSuspected', 'partitionDetected'] as const) {
      assert.deepEqual(simulation.eventsOf(node.nodeId, kind), [], node.nodeId);
    }
    assert.equal(node.swim.partition.hasQuorum(simulation.nowMs), true, node.nodeId);
  }
}
