import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { simulate } from './seeds.ts';

simulate('the same seed gives the same trace, byte for byte', 5, (seed) => {
  assert.equal(storyOf(seed), storyOf(seed));
});

test('another seed gives another trace', () => {
  assert.notEqual(storyOf(1), storyOf(2));
});

function storyOf(seed: number): string {
  const simulation = new ClusterSimulation({ seed, isTraced: true, network: { loss: 0.05, duplicates: 0.02 } });
  simulation.addNodes(6);
  simulation.run(3000);
  simulation.crash('node-2');
  simulation.node('node-3').setTags({ a: '1' });
  simulation.run(8000);
  simulation.restart('node-2');
  simulation.leave('node-5');
  simulation.pause('node-4', 1500);
  simulation.run(8000);
  assert.ok(simulation.trace.length > 500);
  return simulation.trace.join('\n');
}
