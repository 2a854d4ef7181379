import assert from 'node:assert/strict';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { boot } from './figures.ts';
import { simulate } from './seeds.ts';

for (const { nodes, seeds, withinMs } of [
  { nodes: 3, seeds: 20, withinMs: 1000 },
  { nodes: 10, seeds: 20, withinMs: 1000 },
  { nodes: 100, seeds: 2, withinMs: 1500 },
]) {
  simulate(`${nodes} nodes find each other, and each tells of exactly the others`, seeds, (seed) => {
    const simulation = new ClusterSimulation({ seed });
    simulation.addNodes(nodes);
    simulation.runUntil(() => simulation.isConverged(), { withinMs, what: 'one view' });
    simulation.run(5000);
    for (const node of simulation.running()) {
      const joined = simulation.eventsOf(node.nodeId, 'nodeJoined').map((event) => event.node.nodeId);
      assert.equal(joined.length, nodes - 1);
      assert.equal(new Set(joined).size, nodes - 1);
      assert.equal(node.events.length, nodes - 1);
    }
  });
}

simulate('100 nodes that start within a second through three seeds have one view soon, ask no seed too much and fail nobody', 1, (seed) => {
  const { viewMs, peakCallsOfASeed, failuresTold, joinsTold } = boot(100, seed);
  assert.ok(viewMs <= 4000, `one view after ${viewMs} ms`);
  assert.ok(peakCallsOfASeed > 0 && peakCallsOfASeed <= 128, `${peakCallsOfASeed} calls at once`);
  assert.equal(failuresTold, 0);
  assert.equal(joinsTold, 100 * 99);
});

simulate('nodes that start all at once with lost and doubled datagrams find each other', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed, network: { loss: 0.1, duplicates: 0.1, delayMs: [1, 50] } });
  simulation.addNodes(20, { everyMs: 0 });
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 10_000, what: 'one view' });
  assert.ok(simulation.network.counters.lost > 0);
  assert.ok(simulation.network.counters.duplicated > 0);
});

simulate('a node that starts before its seed joins as soon as the seed is there', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNode('seed');
  simulation.crash('seed');
  simulation.addNode('early', { seeds: ['seed'] });
  simulation.run(20_000);
  assert.deepEqual(simulation.node('early').events, []);
  simulation.restart('seed');
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 7000, what: 'the early node to join' });
});

simulate('a node of another cluster is refused and changes nothing', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(3);
  simulation.addNode('stranger', { seeds: ['node-1'], clusterName: 'another' });
  simulation.run(10_000);
  assert.equal(simulation.seenBy('node-1', 'stranger'), undefined);
  assert.equal(simulation.seenBy('stranger', 'node-1'), undefined);
});
