import type { Random } from '../../src/ports/random.ts';
import { randomInteger } from '../../src/ports/random.ts';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import type { ActiveRule } from '../../src/testing/simulation/link-rule.ts';
import type { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts';
import type { StallPlace } from '../../src/testing/simulation/stalled-loop.ts';

/** A run, and how it went on. */
export interface ChaosRun {
  readonly simulation: ClusterSimulation;
  /** Virtual milliseconds from the end of all disturbances until all nodes had one view. */
  readonly calmMs: number;
}

/**
 * A small cluster to which everything happens that a simulation can do, all drawn from the seed, while the checkers run; then calm, and it must come to one
 * view. @throws Error naming the seed when a rule is broken or the view is not reached.
 */
export function runChaos(
  seed: number,
  options: { readonly isTraced?: boolean; readonly onStart?: (simulation: ClusterSimulation) => void } = {},
): ChaosRun {
  const random = seededRandom(seed + 1000);
  const profile = seed % 4 === 0 ? 'lan' : 'local';
  const simulation = new ClusterSimulation({ seed, settings: { profile, maxTombstones: 4 }, isTraced: options.isTraced ?? false });
  const chaos: Chaos = { simulation, random, slow: [] };
  options.onStart?.(simulation);
  simulation.addNodes(4 + randomInteger(random, 5), { tags: { turn: '0' } });
  simulation.run(1500);
  for (let round = 0; round < ROUNDS; round++) {
    misbehave(chaos);
    simulation.run(100 + random.next() * 2000);
  }
  calm(chaos);
  const calmMs = simulation.runUntil(() => simulation.isConverged(), { withinMs: 180_000, everyMs: 100, what: 'one view after the calm' });
  return { simulation, calmMs };
}

interface Chaos {
  readonly simulation: ClusterSimulation;
  readonly random: Random;
  /** Nodes that are slow. */
  readonly slow: ActiveRule[];
}

/** Something bad that may happen to somebody, or to all. */
type Deed = (chaos: Chaos & { readonly someone: SimulatedNode; readonly others: number }) => unknown;

const DEEDS: readonly Deed[] = [
  ({ simulation, someone, others }) => others > 1 && simulation.crash(someone.nodeId),
  ({ simulation, someone, others }) => others > 2 && simulation.leave(someone.nodeId),
  ({ simulation, random }) => revive(simulation, random),
  ({ simulation, random }) => revive(simulation, random),
  ({ simulation, random, someone }) => simulation.pause(someone.nodeId, random.next() * 8000, oneOf(PLACES, random)),
  (chaos) => chaos.slow.push(slowDown(chaos, chaos.someone.nodeId)),
  ({ simulation, random }) => cut(simulation, random),
  ({ simulation, random }) => cut(simulation, random),
  ({ simulation }) => simulation.network.heal(),
  ({ someone, random }) => someone.setTags({ turn: String(random.next()) }),
  ({ simulation, random }) => weather(simulation, random),
  ({ simulation, random, someone }) => disturbLink(simulation, someone.nodeId, random),
  ({ simulation }) => simulation.addNode(`late-${Math.round(simulation.nowMs)}`, { seeds: ['node-1', 'node-2'], tags: { turn: 'late' } }),
];

function misbehave(chaos: Chaos): void {
  const { simulation, random } = chaos;
  const running = simulation.running().filter((node) => node.phase === 'running');
  if (running.length === 0) return revive(simulation, random);
  oneOf(DEEDS, random)({ ...chaos, someone: oneOf(running, random), others: running.length - 1 });
}

function revive(simulation: ClusterSimulation, random: Random): void {
  const running = new Set(simulation.running().map((node) => node.nodeId));
  const gone = ['node-1', 'node-2', 'node-3', 'node-4'].filter((nodeId) => !running.has(nodeId));
  if (gone.length === 0) return;
  simulation.restart(oneOf(gone, random), { hasNewAddress: random.next() < 0.5, clockBackMs: random.next() < 0.5 ? 3_600_000 : 0 });
}

function slowDown({ simulation, random }: Chaos, nodeId: string): ActiveRule {
  const stallMs = 200 + random.next() * 3000;
  return simulation.slow(nodeId, { stallMs, everyMs: stallMs * (2 + random.next() * 3), what: random.next() < 0.5 ? 'loop' : 'messages' });
}

/** Two groups, two groups in one direction, or a shape with bridges and lonely nodes. */
function cut(simulation: ClusterSimulation, random: Random): void {
  const ids = simulation.running().map((node) => node.nodeId);
  const shape = randomInteger(random, 3);
  if (shape < 2) {
    const middle = randomInteger(random, ids.length);
    simulation.network.partition(ids.slice(0, middle), ids.slice(middle), { isOneWay: shape === 1 });
    return;
  }
  const groups = Array.from({ length: 3 }, () => ids.filter(() => random.next() < 0.5));
  simulation.network.split(groups);
}

function weather(simulation: ClusterSimulation, random: Random): void {
  simulation.network.setConditions({
    loss: random.next() * 0.3,
    duplicates: random.next() * 0.2,
    reordered: random.next() * 0.2,
    delayMs: [0, random.next() * 300],
  });
}

function disturbLink(simulation: ClusterSimulation, from: string, random: Random): void {
  const to = oneOf(simulation.running(), random).nodeId;
  const scope = random.next() < 0.5 ? 'datagrams' : 'all';
  simulation.network.addRule({
    from: [from],
    to: [to],
    scope,
    loss: random.next() * 0.5,
    duplicates: random.next() * 0.5,
    reordered: random.next() * 0.5,
    delayMs: [0, random.next() * 600],
  });
}

/** The network is well again, nobody is slow any more, and somebody is there under the name that others use as seed. */
function calm({ simulation, slow }: Chaos): void {
  simulation.network.heal();
  simulation.network.setConditions({ loss: 0, duplicates: 0, reordered: 0, delayMs: [1, 5] });
  for (const slowness of slow) slowness.remove();
  const running = new Set(simulation.running().map((node) => node.nodeId));
  if (!running.has('node-1')) simulation.restart('node-1');
}

function oneOf<T>(items: readonly T[], random: Random): T {
  return items[randomInteger(random, items.length)] as T;
}

const ROUNDS = 26;
const PLACES: readonly StallPlace[] = ['timer', 'io', 'immediate'];
