import assert from 'node:assert/strict';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { simulate } from './seeds.ts';

simulate('a change of tags reaches every node once', 8, (seed) => {
  const simulation = new ClusterSimulation({ seed, network: { loss: 0.05 } });
  simulation.addNodes(20, { tags: { role: 'worker' } });
  simulation.run(5000);
  simulation.node('node-9').setTags({ role: 'worker', gpu: 'true' });
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 45_000, what: 'the tags' });
  for (const node of simulation.running()) {
    assert.deepEqual(node.swim.node('node-9')?.tags, { role: 'worker', gpu: 'true' });
    const told = simulation.eventsOf(node.nodeId, 'nodeTagsUpdated');
    if (node.nodeId !== 'node-9')
      assert.deepEqual(
        told.map((event) => [event.node.nodeId, event.previousTags]),
        [['node-9', { role: 'worker' }]],
      );
  }
});

simulate('of many changes in a short time the last one wins everywhere', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed, network: { loss: 0.1 } });
  simulation.addNodes(10);
  simulation.run(5000);
  for (let i = 1; i <= 100; i++) {
    simulation.node('node-4').setTags({ turn: String(i) });
    simulation.run(10);
  }
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 45_000, what: 'the last tags' });
  for (const node of simulation.running()) assert.deepEqual(node.swim.node('node-4')?.tags, { turn: '100' });
});

simulate('the calls in flight of a node become known to those who watch it within two heartbeats', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(4);
  simulation.run(5000);
  simulation.node('node-2').swim.setLoad(17);
  simulation.run(2100);
  for (const id of ['node-1', 'node-3', 'node-4']) assert.equal(simulation.node(id).swim.node('node-2')?.load, 17);
});
