import assert from 'node:assert/strict';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { simulate } from './seeds.ts';

for (const { what, options } of [
  { what: 'restart', options: {} },
  { what: 'restart with the clock set back an hour', options: { clockBackMs: 3_600_000 } },
  { what: 'restart at another address', options: { hasNewAddress: true } },
  { what: 'restart at another address with the clock set back', options: { hasNewAddress: true, clockBackMs: 60_000 } },
]) {
  for (const downMs of [10, 3000, 60_000]) {
    simulate(`a ${what} after ${downMs} ms under the same name is one node, known everywhere within 1.5 s`, 4, (seed) => {
      const simulation = new ClusterSimulation({ seed });
      simulation.addNodes(8);
      simulation.run(8000);
      const before = simulation.node('node-4').swim.node('node-4');
      simulation.crash('node-4');
      simulation.run(downMs);
      simulation.restart('node-4', options);
      simulation.runUntil(() => simulation.isConverged(), { withinMs: 1500, what: 'the new life' });
      simulation.run(60_000);
      assert.ok(simulation.isConverged());
      const after = simulation.node('node-4').swim.node('node-4');
      assert.ok(after !== undefined && before !== undefined && after.epoch > before.epoch);
      for (const node of simulation.running()) {
        assert.equal(node.nodes().length, 8);
        if (node.nodeId === 'node-4') continue;
        const told = node.events.filter(({ event }) => 'node' in event && event.node.nodeId === 'node-4').map(({ event }) => event.kind);
        const expected = ['nodeJoined', ...(downMs === 60_000 ? ['nodeSuspect', 'nodeFailed'] : []), 'nodeRestarted'];
        assert.deepEqual(downMs === 3000 ? told.filter((kind) => kind !== 'nodeSuspect') : told, expected);
      }
    });
  }
}

simulate('the only seed comes back with an empty memory and is found again', 8, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(3);
  simulation.run(5000);
  simulation.crash('node-1');
  simulation.run(20_000);
  simulation.restart('node-1');
  const tookMs = simulation.runUntil(() => simulation.isConverged(), { withinMs: 60_000, what: 'the seed to be found' });
  assert.ok(tookMs > 0);
});

simulate('a second live node under the name of the first is refused', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(4);
  simulation.run(5000);
  const first = simulation.node('node-3');
  const second = simulation.addNamesake('node-3');
  simulation.run(20_000);
  assert.ok(first.isRunning);
  assert.equal(second.nodes().length, 1);
  assert.equal(simulation.node('node-1').swim.node('node-3')?.address, first.address);
});

simulate('when two live nodes under one name were joined apart, the older one gives up', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNode('a-1');
  simulation.addNode('b-1', { seeds: ['a-1'] });
  simulation.addNode('twin', { seeds: ['a-1'] });
  simulation.run(1000);
  const first = simulation.node('twin');
  simulation.network.partition(['a-1', 'twin'], ['b-1', 'twin-b']);
  simulation.run(60_000);
  simulation.network.heal();
  const second = simulation.addNamesake('twin', { seeds: ['b-1'], networkName: 'twin-b' });
  simulation.run(120_000);
  assert.equal([first, second].filter((node) => node.isRunning && node.nodes().length === 3).length, 1);
  for (const id of ['a-1', 'b-1']) assert.equal(simulation.node(id).nodes().length, 3);
});
