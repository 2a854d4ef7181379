import assert from 'node:assert/strict';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { simulate } from './seeds.ts';

simulate('30 nodes for 5 minutes at 10 % loss call nobody failed', 1, (seed) => {
  const simulation = new ClusterSimulation({ seed, network: { loss: 0.1 } });
  simulation.addNodes(30);
  simulation.run(300_000);
  assert.ok(simulation.network.counters.lost > 1000);
  for (const node of simulation.running()) {
    assert.deepEqual(simulation.eventsOf(node.nodeId, 'nodeFailed'), []);
    assert.deepEqual(simulation.eventsOf(node.nodeId, 'partitionDetected'), []);
  }
  assert.ok(simulation.isConverged());
});

simulate('a quiet cluster suspects nobody and sends less than 1 kB a second for each node', 2, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(30);
  simulation.run(10_000);
  const before = bytesSent(simulation);
  simulation.run(60_000);
  assert.ok((bytesSent(simulation) - before) / 30 / 60 < 1000);
  for (const node of simulation.running()) assert.equal(node.events.length, 29);
});

simulate('the peers of a watch set are measured, and their phi stays low while they answer', 3, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(12);
  simulation.run(30_000);
  const node = simulation.node('node-7');
  const watched = node.nodes().filter(({ nodeId }) => node.swim.phi(nodeId, simulation.nowMs) !== undefined);
  assert.equal(watched.length, 4);
  for (const { nodeId } of watched) {
    const history = node.swim.heartbeatHistory(nodeId);
    assert.ok(history.length >= 20);
    for (const intervalMs of history) assert.ok(Math.abs(intervalMs - 1000) < 20, `an interval of ${intervalMs} ms`);
    assert.ok((node.swim.phi(nodeId, simulation.nowMs) ?? 9) < 1);
  }
});

simulate('a crash of a watched peer raises its phi until it is failed', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(3);
  simulation.run(20_000);
  simulation.crash('node-3');
  simulation.runUntil(() => simulation.seenBy('node-1', 'node-3') === 'suspect', { withinMs: 5000 });
  simulation.run(2500);
  assert.ok((simulation.node('node-1').swim.phi('node-3', simulation.nowMs) ?? 0) > 8);
  const [suspect] = simulation.eventsOf('node-1', 'nodeSuspect');
  assert.notEqual(suspect?.phi, undefined);
});

function bytesSent(simulation: ClusterSimulation): number {
  return simulation.running().reduce((sum, node) => sum + node.swim.stats().counters.bytesSent, 0);
}
