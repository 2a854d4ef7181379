import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClusterSimulation } from '../../../../src/testing/simulation/cluster-simulation.ts';
import type { SimulatedNode } from '../../../../src/testing/simulation/simulated-node.ts';

describe('one view', () => {
  test('is reached when all have found each other, and stays so', () => {
    const simulation = formed(6);
    simulation.run(10_000);
    assert.equal(simulation.isConverged(), true);
  });

  for (const { what, change } of [
    { what: 'a node has new tags', change: (simulation: ClusterSimulation) => simulation.node('node-3').setTags({ a: '1' }) },
    { what: 'a node crashed', change: (simulation: ClusterSimulation) => simulation.crash('node-3') },
    { what: 'a node was added', change: (simulation: ClusterSimulation) => void simulation.addNode('node-7') },
    { what: 'a node restarted', change: (simulation: ClusterSimulation) => void simulation.restart('node-3') },
    {
      what: 'a node restarted at another address',
      change: (simulation: ClusterSimulation) => void simulation.restart('node-3', { hasNewAddress: true }),
    },
  ]) {
    test(`is lost at once when ${what}, and found again`, () => {
      const simulation = formed(6);
      change(simulation);
      assert.equal(simulation.isConverged(), false);
      simulation.runUntil(() => simulation.isConverged(), { withinMs: 20_000, what: 'one view again' });
    });
  }

  test('is lost when a single node has missed a change', () => {
    const simulation = formed(6);
    const others = ['node-1', 'node-2', 'node-3', 'node-4', 'node-6'];
    simulation.network.partition(others, ['node-5']);
    simulation.node('node-3').setTags({ a: '1' });
    simulation.run(500);
    assert.equal(simulation.isConverged(), false);
    simulation.network.heal();
    simulation.runUntil(() => simulation.isConverged(), { withinMs: 40_000, what: 'one view again' });
  });

  test('costs nothing while nothing changes: no node is asked for its view again', () => {
    const simulation = formed(6);
    let asked = 0;
    for (const node of simulation.running()) countViews(node, () => (asked += 1));
    for (let i = 0; i < 100; i++) assert.equal(simulation.isConverged(), true);
    assert.equal(asked, 0);
    simulation.node('node-2').setTags({ a: '1' });
    assert.equal(simulation.isConverged(), false);
    assert.ok(asked > 0);
  });
});

function formed(count: number): ClusterSimulation {
  const simulation = new ClusterSimulation({ seed: 3 });
  simulation.addNodes(count);
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 5000, what: 'one view' });
  return simulation;
}

function countViews(node: SimulatedNode, count: () => void): void {
  const nodes = node.nodes.bind(node);
  node.nodes = () => {
    count();
    return nodes();
  };
}
