import assert from 'node:assert/strict';
import { LIFEGUARD_PARTS } from '../../src/swim/lifeguard.ts';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { simulate } from './seeds.ts';
import { accusationsByASlowNode } from './slow-scenario.ts';

simulate('a node that does not get to its messages for 5 of every 20 seconds makes nobody call a healthy node failed', 1, (seed) => {
  const { suspected, failed } = accusationsByASlowNode({ seed, nodes: 50, forMs: 60_000, what: 'messages' });
  assert.ok(suspected > 0, 'it accused nobody, so it was not slow');
  assert.equal(failed, 0);
});

simulate('when its stalls outlast a suspicion, Lifeguard keeps the healthy alive, and without it they are called failed', 1, (seed) => {
  const scenario = { seed, nodes: 40, forMs: 100_000, what: 'messages', stallMs: 10_000, settings: { suspicionMult: 2 } } as const;
  const without = accusationsByASlowNode({ ...scenario, without: LIFEGUARD_PARTS });
  assert.ok(without.failed >= 20, `${without.failed} without Lifeguard`);
  const { failed } = accusationsByASlowNode(scenario);
  assert.ok(20 * failed <= without.failed, `${failed} with Lifeguard, ${without.failed} without`);
});

simulate('a node whose whole event loop stands still for 5 of every 20 seconds makes nobody accuse a healthy one', 1, (seed) => {
  const { suspected, failed } = accusationsByASlowNode({ seed, nodes: 50, forMs: 60_000, what: 'loop' });
  assert.deepEqual({ suspected, failed }, { suspected: 0, failed: 0 });
});

for (const place of ['timer', 'io', 'immediate'] as const) {
  simulate(`a loop that stands still inside a callback of kind "${place}" accuses nobody and is not failed`, 5, (seed) => {
    const simulation = new ClusterSimulation({ seed, network: { loss: 0.05 } });
    simulation.addNodes(5);
    simulation.run(8000 + seededRandom(seed).next() * 1000);
    for (const stallMs of [900, 2000, 3500]) {
      simulation.pause('node-4', stallMs, place);
      simulation.run(stallMs + 6000);
    }
    assert.equal(simulation.faults().stalls[place], 3);
    for (const node of simulation.running()) assert.deepEqual(simulation.eventsOf(node.nodeId, 'nodeFailed'), []);
    assert.deepEqual(simulation.eventsOf('node-4', 'nodeSuspect'), []);
  });
}
