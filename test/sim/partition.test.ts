import assert from 'node:assert/strict';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { simulate } from './seeds.ts';

simulate('a partition shorter than the suspicion fails nobody', 8, (seed) => {
  const { simulation, groupA, groupB } = split(seed, 5, 5);
  simulation.run(3000);
  simulation.network.heal();
  const isCalm = (): boolean => simulation.running().every((node) => node.nodes().every(({ state }) => state === 'alive'));
  simulation.runUntil(isCalm, { withinMs: 10_000, what: 'the end of all suspicions' });
  // Of many refutations in a row gossip may miss the last one somewhere: that is for the exchange of views to mend.
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 40_000, everyMs: 100, what: 'one view' });
  for (const id of [...groupA, ...groupB]) assert.deepEqual(simulation.eventsOf(id, 'nodeFailed'), []);
});

simulate('a long partition heals to one view by itself', 8, (seed) => {
  const { simulation, groupA, groupB } = split(seed, 6, 4);
  simulation.run(120_000);
  for (const id of groupA) for (const other of groupB) assert.equal(simulation.seenBy(id, other), 'failed');
  for (const id of groupB) for (const other of groupA) assert.equal(simulation.seenBy(id, other), 'failed');
  simulation.network.heal();
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 60_000, what: 'one view' });
  for (const id of groupA) assert.equal(simulation.eventsOf(id, 'nodeJoined').length, 9);
});

simulate('both sides of a partition notice which of them is the minority, and that it is over', 6, (seed) => {
  const { simulation, groupA, groupB } = split(seed, 6, 4);
  simulation.run(120_000);
  for (const id of groupB) {
    const detected = simulation.eventsOf(id, 'partitionDetected');
    assert.deepEqual(detected, [{ kind: 'partitionDetected', reachable: 4, expected: 10, isMinority: true }]);
  }
  for (const id of groupA) {
    const detected = simulation.eventsOf(id, 'partitionDetected');
    assert.deepEqual(detected, [{ kind: 'partitionDetected', reachable: 6, expected: 10, isMinority: false }]);
  }
  simulation.network.heal();
  simulation.run(90_000);
  for (const id of [...groupA, ...groupB]) assert.equal(simulation.eventsOf(id, 'partitionHealed').length, 1);
});

simulate('two equal halves both notice, and agree on which is the minority', 6, (seed) => {
  const { simulation, groupA, groupB } = split(seed, 4, 4);
  simulation.run(120_000);
  // node-1 has the lowest name and is in the first group.
  for (const id of groupA)
    assert.deepEqual(
      simulation.eventsOf(id, 'partitionDetected').map((event) => event.isMinority),
      [false],
    );
  for (const id of groupB)
    assert.deepEqual(
      simulation.eventsOf(id, 'partitionDetected').map((event) => event.isMinority),
      [true],
    );
});

simulate('a crash loop under new names, each on a host of its own, is no partition', 3, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(4);
  simulation.run(5000);
  for (let i = 0; i < 25; i++) {
    simulation.addNode(`brief-${i}`, { seeds: ['node-1', 'node-2'] });
    simulation.run(12_000);
    simulation.crash(`brief-${i}`);
    simulation.run(500);
  }
  simulation.run(60_000);
  for (const id of ['node-1', 'node-2', 'node-3', 'node-4']) {
    assert.equal(simulation.eventsOf(id, 'nodeFailed').length, 25);
    assert.deepEqual(simulation.eventsOf(id, 'partitionDetected'), []);
  }
});

simulate('a cluster whose nodes are killed and replaced one by one under new names is no partition', 3, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(7);
  simulation.run(120_000);
  for (let i = 2; i <= 7; i++) {
    simulation.addNode(`new-${i}`, { seeds: ['node-1'] });
    simulation.run(5000);
    simulation.crash(`node-${i}`);
    simulation.run(15_000);
  }
  simulation.run(60_000);
  for (const node of simulation.running()) assert.deepEqual(simulation.eventsOf(node.nodeId, 'partitionDetected'), []);
});

simulate('a partition longer than failed nodes are remembered is not called healed until it is, and heals without seeds', 2, (seed) => {
  const settings = { profile: 'local', failedRetentionMs: 60_000, seedRejoinIntervalMs: 0 } as const;
  const simulation = new ClusterSimulation({ seed, settings });
  simulation.addNodes(8);
  simulation.run(5000);
  const ids = simulation.running().map((node) => node.nodeId);
  const [groupA, groupB] = [ids.slice(0, 4), ids.slice(4)];
  simulation.network.partition(groupA, groupB);
  simulation.run(1_200_000);
  for (const id of ids) {
    assert.equal(simulation.eventsOf(id, 'partitionDetected').length, 1);
    assert.deepEqual(simulation.eventsOf(id, 'partitionHealed'), []);
  }
  simulation.network.heal();
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 60_000, everyMs: 100, what: 'one view' });
  for (const id of ids) assert.equal(simulation.eventsOf(id, 'partitionHealed').length, 1);
});

// One of six hours is in the long form: npm run sim:partitions -- --minutes 360.
simulate('a partition of an hour heals too', 1, (seed) => {
  const { simulation } = split(seed, 3, 2);
  simulation.run(3_600_000);
  simulation.network.heal();
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 90_000, what: 'one view' });
});

simulate('a node that can send but hears nothing is failed, and returns when it hears again', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(6);
  simulation.run(5000);
  const others = simulation
    .running()
    .map((node) => node.nodeId)
    .filter((id) => id !== 'node-3');
  simulation.network.partition(others, ['node-3'], { isOneWay: true });
  simulation.run(60_000);
  for (const id of others) {
    assert.equal(simulation.seenBy(id, 'node-3'), 'failed');
    // Its accusations of the others were refuted in time.
    assert.deepEqual(
      simulation.eventsOf(id, 'nodeFailed').map((event) => event.node.nodeId),
      ['node-3'],
    );
  }
  simulation.network.heal();
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 60_000, what: 'one view' });
});

simulate('two clusters with one name merge when a seed of the other is joined', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  const cut = simulation.network.partition(['a-1', 'a-2'], ['b-1', 'b-2']);
  simulation.addNode('a-1');
  simulation.addNode('b-1', { seeds: ['a-1'] });
  simulation.addNode('a-2', { seeds: ['a-1'] });
  simulation.addNode('b-2', { seeds: ['b-1'] });
  simulation.run(30_000);
  assert.equal(simulation.seenBy('a-1', 'b-1'), undefined);
  cut.remove();
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 120_000, what: 'one view' });
});

function split(seed: number, sizeA: number, sizeB: number): { simulation: ClusterSimulation; groupA: string[]; groupB: string[] } {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(sizeA + sizeB);
  simulation.run(5000 + ((seed * 377) % 2000));
  const ids = simulation.running().map((node) => node.nodeId);
  const groupA = ids.slice(0, sizeA);
  const groupB = ids.slice(sizeA);
  simulation.network.partition(groupA, groupB);
  return { simulation, groupA, groupB };
}
