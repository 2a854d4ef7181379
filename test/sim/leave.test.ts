import assert from 'node:assert/strict';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { simulate } from './seeds.ts';

simulate('a node that leaves is gone within 1 s and is never called failed', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(50);
  simulation.run(3000);
  simulation.leave('node-7');
  simulation.run(1000);
  assert.equal(simulation.node('node-7').phase, 'gone');
  for (const node of simulation.running()) assert.equal(simulation.seenBy(node.nodeId, 'node-7'), 'left');
  simulation.run(20_000);
  assertNoFailure(simulation);
});

simulate('a goodbye whose datagrams are partly lost still reaches everybody, and nobody calls the node failed', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed, network: { loss: 0.2 } });
  simulation.addNodes(10);
  simulation.run(5000);
  simulation.leave('node-7');
  const isKnown = (): boolean => simulation.running().every((node) => simulation.seenBy(node.nodeId, 'node-7') === 'left');
  simulation.runUntil(isKnown, { withinMs: 40_000, what: 'the goodbye' });
  simulation.run(60_000);
  assertNoFailure(simulation);
});

simulate('a node that left comes back under its name as one that joins', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(5);
  simulation.run(3000);
  simulation.leave('node-3');
  simulation.run(10_000);
  simulation.restart('node-3', { clockBackMs: 3_600_000 });
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 1500, what: 'the return' });
  assert.deepEqual(
    simulation
      .eventsOf('node-1', 'nodeJoined')
      .map((event) => event.node.nodeId)
      .filter((id) => id === 'node-3').length,
    2,
  );
});

simulate('the last node leaves at once', 3, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNode('alone');
  simulation.leave('alone');
  assert.equal(simulation.node('alone').phase, 'gone');
});

function assertNoFailure(simulation: ClusterSimulation): void {
  for (const node of simulation.running()) {
    assert.deepEqual(simulation.eventsOf(node.nodeId, 'nodeFailed'), []);
    assert.equal(simulation.eventsOf(node.nodeId, 'nodeLeft').length, 1);
  }
}
