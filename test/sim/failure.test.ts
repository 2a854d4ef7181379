import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { percentile, simulate } from './seeds.ts';

test('with defaults and 3 nodes a crash is known everywhere within 7 s in 99 of 100 runs', () => {
  const times: number[] = [];
  for (let seed = 1; seed <= 200; seed++) times.push(crashTime({ seed, nodes: 3 }));
  assert.ok(percentile(times, 0.99) <= 7000, `p99 was ${percentile(times, 0.99)} ms`);
});

simulate('a crash among 10 nodes is known everywhere within 10 s, with 10 % loss too', 8, (seed) => {
  assert.ok(crashTime({ seed, nodes: 10 }) <= 10_000);
  assert.ok(crashTime({ seed, nodes: 10, loss: 0.1 }) <= 10_000);
});

simulate('a crash among 100 nodes is known everywhere within 15 s', 2, (seed) => {
  assert.ok(crashTime({ seed, nodes: 100 }) <= 15_000);
});

simulate('every survivor hears of a crash as suspect, then failed, once each', 8, (seed) => {
  const simulation = formed(seed, 8);
  simulation.crash('node-5');
  simulation.run(40_000);
  for (const node of simulation.running()) {
    const told = node.events.filter(({ event }) => 'node' in event && event.node.nodeId === 'node-5').map(({ event }) => event.kind);
    assert.deepEqual(told, ['nodeJoined', 'nodeSuspect', 'nodeFailed']);
  }
});

simulate('a node cut off for a short time is suspected, refutes, and is never called failed', 8, (seed) => {
  const simulation = formed(seed, 6);
  const others = ['node-1', 'node-2', 'node-4', 'node-5', 'node-6'];
  const cut = simulation.network.partition(['node-3'], others);
  simulation.runUntil(() => others.some((id) => simulation.seenBy(id, 'node-3') === 'suspect'), { withinMs: 6000, what: 'a suspicion' });
  cut.remove();
  const isCalm = (): boolean => simulation.running().every((node) => node.nodes().every(({ state }) => state === 'alive'));
  simulation.runUntil(isCalm, { withinMs: 6000, what: 'the end of all suspicions' });
  // A node that never heard of the suspicion may miss the refutation too: that is for the exchange of views to mend.
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 45_000, everyMs: 100, what: 'one view' });
  assert.ok((simulation.node('node-3').swim.node('node-3')?.incarnation ?? 0) > 0);
  for (const id of others) {
    assert.deepEqual(simulation.eventsOf(id, 'nodeFailed'), []);
    assert.equal(simulation.eventsOf(id, 'nodeRecovered').length, simulation.eventsOf(id, 'nodeSuspect').length);
  }
});

simulate('blocked datagrams alone do not make a failure: the reliable ping saves the node', 5, (seed) => {
  const simulation = formed(seed, 5);
  simulation.network.addRule({ to: ['node-2'], loss: 1, scope: 'datagrams' });
  simulation.run(60_000);
  for (const node of simulation.running()) assert.deepEqual(simulation.eventsOf(node.nodeId, 'nodeFailed'), []);
  assert.ok(simulation.node('node-1').swim.stats().counters.probesSavedIndirectly > 0);
});

simulate('a link that is cut between two nodes only is bridged by the others', 5, (seed) => {
  const simulation = formed(seed, 6);
  simulation.network.partition(['node-2'], ['node-3']);
  simulation.run(60_000);
  for (const node of simulation.running()) assert.deepEqual(simulation.eventsOf(node.nodeId, 'nodeSuspect'), []);
});

simulate('a node whose event loop stands still for a while accuses nobody and is not failed', 8, (seed) => {
  const simulation = formed(seed, 5);
  for (const stallMs of [900, 2000, 3500]) {
    simulation.pause('node-4', stallMs);
    simulation.run(stallMs + 10_000);
  }
  for (const node of simulation.running()) assert.deepEqual(simulation.eventsOf(node.nodeId, 'nodeFailed'), []);
  assert.deepEqual(simulation.eventsOf('node-4', 'nodeSuspect'), []);
  assert.ok(simulation.isConverged());
});

simulate('a node that stood still for longer than its suspicion is back soon after it resumes', 8, (seed) => {
  const simulation = formed(seed, 5);
  simulation.pause('node-4', 30_000);
  simulation.run(30_000);
  assert.equal(simulation.seenBy('node-1', 'node-4'), 'failed');
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 3000, what: 'the return' });
  assert.equal(simulation.eventsOf('node-1', 'nodeRecovered').length, 1);
  assert.equal(simulation.eventsOf('node-1', 'nodeJoined').length, 4);
});

simulate('a node that stands still a quarter of the time makes nobody accuse a healthy one', 3, (seed) => {
  const simulation = formed(seed, 12, 0.02);
  for (let i = 0; i < 15; i++) {
    simulation.pause('node-5', 5000);
    simulation.run(20_000);
  }
  for (const node of simulation.running()) {
    const events = [...simulation.eventsOf(node.nodeId, 'nodeSuspect'), ...simulation.eventsOf(node.nodeId, 'nodeFailed')];
    const accused = new Set(events.map((event) => event.node.nodeId));
    assert.ok([...accused].every((nodeId) => nodeId === 'node-5'));
  }
});

simulate('a crash loop under new names leaves a bounded memory, and joining goes on', 2, (seed) => {
  const simulation = new ClusterSimulation({ seed, settings: { maxTombstones: 20, profile: 'local' } });
  simulation.addNodes(4);
  for (let i = 0; i < 80; i++) {
    simulation.addNode(`brief-${i}`, { seeds: ['node-1'] });
    simulation.run(2500);
    simulation.crash(`brief-${i}`);
  }
  simulation.run(60_000);
  assert.ok(simulation.isConverged());
  for (const node of simulation.running()) assert.ok(node.swim.stats().remembered <= 24, `${node.swim.stats().remembered} entries`);
});

function formed(seed: number, nodes: number, loss = 0): ClusterSimulation {
  const simulation = new ClusterSimulation({ seed, network: { loss } });
  simulation.addNodes(nodes);
  simulation.run(15_000 + ((seed * 377) % 2000));
  assert.ok(simulation.isConverged());
  return simulation;
}

function crashTime(options: { readonly seed: number; readonly nodes: number; readonly loss?: number }): number {
  const simulation = formed(options.seed, options.nodes, options.loss);
  const victim = `node-${1 + (options.seed % options.nodes)}`;
  simulation.crash(victim);
  const isKnown = (): boolean => simulation.running().every((node) => node.swim.node(victim)?.state === 'failed');
  return simulation.runUntil(isKnown, { withinMs: 60_000, what: 'the crash to be known' });
}
