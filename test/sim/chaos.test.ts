import assert from 'node:assert/strict';
import type { Random } from '../../src/ports/random.ts';
import { randomInteger } from '../../src/ports/random.ts';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { simulate } from './seeds.ts';

const deeds = { crash: 0, restart: 0, leave: 0, pause: 0, partition: 0, tags: 0, loss: 0, join: 0 };

simulate('whatever happened, a calm cluster comes to one view', 24, (seed) => {
  const random = seededRandom(seed + 1000);
  const simulation = new ClusterSimulation({ seed, settings: { profile: seed % 3 === 0 ? 'local' : 'lan' } });
  simulation.addNodes(5 + randomInteger(random, 8));
  simulation.run(2000);
  for (let round = 0; round < 40; round++) {
    misbehave(simulation, random);
    simulation.run(200 + random.next() * 4000);
  }
  calm(simulation);
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 180_000, everyMs: 100, what: 'one view' });
});

simulate('the chaos does what it says', 1, () => {
  for (const [deed, count] of Object.entries(deeds))
    assert.ok(count > 0 || process.env.RPCNET_SIM_SEED !== undefined, `no ${deed} happened`);
});

function misbehave(simulation: ClusterSimulation, random: Random): void {
  const running = simulation.running().filter((node) => node.phase === 'running');
  const someone = running[randomInteger(random, running.length)];
  if (someone === undefined) return revive(simulation, random);
  const { nodeId } = someone;
  switch (randomInteger(random, 8)) {
    case 0:
      return count('crash', () => running.length > 2 && simulation.crash(nodeId));
    case 1:
      return revive(simulation, random);
    case 2:
      return count('leave', () => running.length > 3 && simulation.leave(nodeId));
    case 3:
      return count('pause', () => simulation.pause(nodeId, random.next() * 8000));
    case 4:
      return count('partition', () => cut(simulation, random));
    case 5:
      return count('tags', () => someone.setTags({ turn: String(random.next()) }));
    case 6:
      return count('loss', () =>
        simulation.network.setConditions({ loss: random.next() * 0.3, duplicates: random.next() * 0.2, delayMs: [0, random.next() * 300] }),
      );
    default:
      return count('join', () => simulation.addNode(`late-${Math.round(simulation.nowMs)}`, { seeds: ['node-1', 'node-2'] }));
  }
}

function cut(simulation: ClusterSimulation, random: Random): void {
  if (random.next() < 0.5) return simulation.network.heal();
  const ids = simulation.running().map((node) => node.nodeId);
  const middle = randomInteger(random, ids.length);
  simulation.network.partition(ids.slice(0, middle), ids.slice(middle), { isOneWay: random.next() < 0.3 });
}

function revive(simulation: ClusterSimulation, random: Random): void {
  const running = new Set(simulation.running().map((node) => node.nodeId));
  const gone = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5'].filter((nodeId) => !running.has(nodeId));
  const nodeId = gone[randomInteger(random, gone.length)];
  if (nodeId === undefined) return;
  count('restart', () =>
    simulation.restart(nodeId, { hasNewAddress: random.next() < 0.5, clockBackMs: random.next() < 0.5 ? 3_600_000 : 0 }),
  );
}

/** The network is well again, and somebody is there under the names that others use as seeds. */
function calm(simulation: ClusterSimulation): void {
  simulation.network.heal();
  simulation.network.setConditions({ loss: 0, duplicates: 0, delayMs: [1, 5] });
  const running = new Set(simulation.running().map((node) => node.nodeId));
  if (!running.has('node-1')) simulation.restart('node-1');
}

function count(deed: keyof typeof deeds, act: () => unknown): void {
  if (act() !== false) deeds[deed] += 1;
}
