import assert from 'node:assert/strict';
import { readDatagram } from '../../src/swim/message-codec.ts';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import type { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts';
import { simulate } from './seeds.ts';

/** Which of the three ways back together are open; gossip to failed nodes, which would be a fourth, is always closed here. */
interface Ways {
  readonly reconnect?: boolean;
  readonly seeds?: boolean;
  readonly youAre?: boolean;
}

const OTHERS = ['node-1', 'node-2', 'node-3', 'node-5', 'node-6', 'node-7'];

simulate('with all three ways closed a partition lasts after the network is whole again', 2, (seed) => {
  const { simulation, groupA, groupB, dropped } = apart(seed, {});
  simulation.network.heal();
  simulation.run(300_000);
  for (const a of groupA)
    for (const b of groupB) assert.deepEqual([simulation.seenBy(a, b), simulation.seenBy(b, a)], ['failed', 'failed']);
  assert.equal(dropped(), 0, 'nobody even sends anything to the other side');
});

simulate('trying failed nodes again heals a partition, alone', 5, (seed) => {
  const { simulation } = apart(seed, { reconnect: true });
  simulation.network.heal();
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 180_000, everyMs: 100, what: 'one view' });
});

simulate('joining the seeds again heals a partition, alone', 5, (seed) => {
  const { simulation } = apart(seed, { seeds: true });
  simulation.network.heal();
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 180_000, everyMs: 100, what: 'one view' });
});

simulate('a node that was declared dead and does not know it is back by the answer that tells it so, alone', 5, (seed) => {
  const simulation = zombie(seed, { youAre: true });
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 10_000, everyMs: 100, what: 'the return' });
  for (const id of OTHERS) assert.equal(simulation.eventsOf(id, 'nodeRecovered').length, 1);
});

simulate('without that answer, and with the other ways closed, it stays dead to the others', 2, (seed) => {
  const simulation = zombie(seed, {});
  simulation.run(60_000);
  for (const id of OTHERS) assert.equal(simulation.seenBy(id, 'node-4'), 'failed');
});

/** A cluster of 4 and 3 that are cut off from each other until each side holds the other for failed. */
function apart(seed: number, ways: Ways): { simulation: ClusterSimulation; groupA: string[]; groupB: string[]; dropped: () => number } {
  const { simulation, dropped } = formed(seed, ways);
  const ids = simulation.running().map((node) => node.nodeId);
  const [groupA, groupB] = [ids.slice(0, 4), ids.slice(4)];
  simulation.network.partition(groupA, groupB);
  simulation.run(90_000);
  for (const a of groupA)
    for (const b of groupB) assert.deepEqual([simulation.seenBy(a, b), simulation.seenBy(b, a)], ['failed', 'failed']);
  return { simulation, groupA, groupB, dropped };
}

/** A cluster in which the process of `node-4` stood still, and got nothing, until the others held it for failed; it still holds them for alive. */
function zombie(seed: number, ways: Ways): ClusterSimulation {
  const { simulation } = formed(seed, ways);
  const cut = simulation.network.addRule({ to: ['node-4'], loss: 1 });
  simulation.pause('node-4', 60_000);
  simulation.run(59_900);
  cut.remove();
  for (const id of OTHERS) assert.deepEqual([simulation.seenBy(id, 'node-4'), simulation.seenBy('node-4', id)], ['failed', 'alive']);
  simulation.run(200);
  return simulation;
}

function formed(seed: number, ways: Ways): { simulation: ClusterSimulation; dropped: () => number } {
  const settings = {
    gossipToFailedMs: 0,
    ...(ways.reconnect ? {} : { reconnectIntervalMs: 0 }),
    ...(ways.seeds ? {} : { seedRejoinIntervalMs: 0 }),
    // A zombie's own exchange of views would be one more way.
    ...(ways.reconnect || ways.seeds ? {} : { syncIntervalMs: 0 }),
  };
  const simulation = new ClusterSimulation({ seed, settings });
  simulation.addNodes(1 + OTHERS.length);
  const counts = ways.youAre ? [] : simulation.running().map(deafToYouAre);
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 30_000, what: 'the first view' });
  simulation.run(5000 + ((seed * 377) % 2000));
  return { simulation, dropped: () => counts.reduce((sum, count) => sum + count(), 0) };
}

/** Loses every datagram that tells this node what is held of it. What is returned gives their number. */
function deafToYouAre({ swim }: SimulatedNode): () => number {
  let dropped = 0;
  const handle = swim.handleDatagram.bind(swim);
  swim.handleDatagram = (bytes, from, now) => {
    const datagram = readDatagram(bytes);
    if (typeof datagram === 'string' || !datagram.parts.some((part) => part.kind === 'youAre')) return handle(bytes, from, now);
    dropped += 1;
    return [];
  };
  return () => dropped;
}
