import assert from 'node:assert/strict';
import type { Tags } from '../../src/swim/node-info.ts';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import type { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts';
import { simulate } from './seeds.ts';
import { changeOften, changeTags, followedLoads, tagsOf } from './tag-figures.ts';

/** Tags of about 4 KiB, others for each version. */
function large(version: string): Tags {
  return { role: 'worker', version, text: version.repeat(Math.ceil(4000 / version.length)) };
}

function tagsAt(observer: SimulatedNode, nodeId: string): Tags | undefined {
  return observer.swim.node(nodeId)?.tags;
}

/** Fails when any node was ever told of a node with large tags without having them. */
function assertToldWithTags(simulation: ClusterSimulation, nodeId: string): void {
  for (const observer of simulation.running()) {
    for (const { event } of observer.events) {
      if ((event.kind !== 'nodeJoined' && event.kind !== 'nodeTagsUpdated') || event.node.nodeId !== nodeId) continue;
      assert.ok(event.node.hasCurrentTags, `${observer.nodeId} was told of ${nodeId} before it had its tags`);
      assert.equal(event.node.tags.role, 'worker');
    }
  }
}

simulate('nodes with large tags are told of with their tags, at 30 % loss too', 2, (seed) => {
  const simulation = new ClusterSimulation({ seed, network: { loss: 0.3 } });
  simulation.addNodes(15, { tags: large('first') });
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 90_000, everyMs: 100, what: 'one view' });
  for (const { nodeId } of simulation.running()) assertToldWithTags(simulation, nodeId);
});

simulate(
  '40 nodes: a change of tags is known within 1.5 s, the last of 100 too, and large ones are not asked of their owner by all',
  1,
  (seed) => {
    const simulation = new ClusterSimulation({ seed });
    simulation.addNodes(40, { tags: { role: 'worker' } });
    simulation.run(10_000);
    const many = (bytes: number): Tags[] => Array.from({ length: 100 }, (_, i) => tagsOf(String(i), bytes));
    for (const bytes of [100, 8000]) {
      const { knownMs, ownerAsked, allAsked } = changeTags(simulation, 'node-9', tagsOf('new', bytes));
      assert.ok(knownMs <= 1500, `${bytes} bytes: ${knownMs} ms`);
      assert.ok(bytes < 512 ? allAsked === 0 : ownerAsked >= 1 && ownerAsked <= 25, `${ownerAsked} questions`);
      assert.ok(allAsked <= 3 * 39, `${allAsked} questions for 39 nodes`);
      const last = changeOften(simulation, 'node-8', many(bytes));
      assert.ok(last.knownMs <= 1500, `${bytes} bytes, the last of 100: ${last.knownMs} ms`);
      for (const node of simulation.running()) assert.deepEqual(tagsAt(node, 'node-8'), tagsOf('99', bytes));
    }
  },
);

simulate('loads that are followed are never older than 1.3 s, for a ping a second each; others are', 1, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(30);
  simulation.run(5000);
  const workers = Array.from({ length: 20 }, (_, i) => `node-${i + 10}`);
  const { agesMs, pingsPerSecond } = followedLoads(simulation, { director: 'node-2', workers, forMs: 5000 });
  assert.ok(Math.max(...agesMs) <= 1300, `${Math.max(...agesMs)} ms`);
  assert.ok(pingsPerSecond <= 20, `${pingsPerSecond} pings a second`);
  simulation.run(5000);
  const ages = workers.map((nodeId) => simulation.nowMs - (simulation.node('node-2').swim.node(nodeId)?.loadAtMs ?? 0));
  assert.ok(Math.max(...ages) > 2000, `${Math.max(...ages)} ms`);
});

simulate('of many changes of large tags in a short time the last one wins everywhere', 3, (seed) => {
  const simulation = new ClusterSimulation({ seed, network: { loss: 0.1 } });
  simulation.addNodes(10, { tags: large('first') });
  simulation.run(10_000);
  for (let i = 1; i <= 100; i++) {
    simulation.node('node-4').setTags(i % 7 === 0 ? { role: 'worker', version: String(i) } : large(String(i)));
    simulation.run(10);
  }
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 60_000, what: 'the last tags' });
  for (const node of simulation.running()) assert.deepEqual(tagsAt(node, 'node-4'), large('100'));
  assertToldWithTags(simulation, 'node-4');
});

simulate('tags of an owner whom nobody but one node hears, and who then crashes, come from that node', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(12, { tags: { role: 'worker' } });
  simulation.run(10_000);
  const others = simulation.running().flatMap(({ nodeId }) => (nodeId === 'node-5' || nodeId === 'node-6' ? [] : [nodeId]));
  simulation.network.addRule({ from: ['node-5'], to: others, loss: 1 });
  simulation.node('node-5').setTags(large('kept'));
  const has = (nodeId: string): boolean => tagsAt(simulation.node(nodeId), 'node-5')?.version === 'kept';
  simulation.runUntil(() => has('node-6'), { withinMs: 10_000, what: 'one who has them' });
  simulation.crash('node-5');
  simulation.runUntil(() => others.every(has), { withinMs: 5000, what: 'the tags, through that one' });
});

simulate('a restart in between leaves no tags of the former life behind', 5, (seed) => {
  const simulation = new ClusterSimulation({ seed, network: { loss: 0.1 } });
  simulation.addNodes(10, { tags: large('first') });
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 60_000, everyMs: 50, what: 'one view' });
  simulation.node('node-3').setTags(large('second'));
  simulation.run(seed * 40);
  simulation.restart('node-3', { hasNewAddress: seed % 2 === 0 });
  simulation.node('node-3').setTags(large('third'));
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 90_000, everyMs: 50, what: 'the tags of the new life' });
  for (const node of simulation.running()) assert.deepEqual(tagsAt(node, 'node-3'), large('third'));
});

simulate('changes on both sides of a partition are known to all after it', 1, (seed) => {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(12, { tags: large('first') });
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 60_000, everyMs: 50, what: 'one view' });
  const ids = simulation.running().map(({ nodeId }) => nodeId);
  simulation.network.partition(ids.slice(0, 6), ids.slice(6));
  simulation.node('node-2').setTags(large('left side'));
  simulation.run(60_000);
  simulation.node('node-11').setTags(large('right side'));
  simulation.run(60_000);
  simulation.network.heal();
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 120_000, everyMs: 100, what: 'one view after the partition' });
  for (const node of simulation.running()) {
    assert.deepEqual(tagsAt(node, 'node-2'), large('left side'));
    assert.deepEqual(tagsAt(node, 'node-11'), large('right side'));
  }
});
