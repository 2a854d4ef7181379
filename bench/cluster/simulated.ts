import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import type { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts';
import { idleTraffic } from '../../test/sim/figures.ts';
import type { CrashTimes } from './phases.ts';
import type { ClusterPlan } from './plan.ts';

/** What a cluster of the same size does in simulation, where the machine's speed has no part in it. */
export interface SimulatedFigures {
  /** From the first start. */
  readonly viewMs: number;
  readonly crashes: readonly CrashTimes[];
  /** Per node and second, on the wire. */
  readonly gossipBytes: number;
  readonly callBytes: number;
}

/** Does with a simulated cluster what the plan does with a real one, but for churn. */
export function simulateCluster(plan: ClusterPlan): SimulatedFigures {
  const { nodes, isPhiOn, spreadMs, crashes, crashesAtOnce, crashEveryMs } = plan;
  const simulation = new ClusterSimulation({ seed: SEED, ...(isPhiOn ? {} : { phi: { watchCount: 0 } }) });
  simulation.addNodes(nodes, { everyMs: spreadMs / nodes, seeds: SEED_IDS });
  waitForOneView(simulation);
  const viewMs = simulation.nowMs;
  simulation.run(REST_MS);
  const { gossip, calls } = idleTraffic(simulation, IDLE_MS);
  const times: CrashTimes[] = [];
  for (let round = 0; !plan.isIdleOnly && times.length < crashes; round++) {
    const nodeIds = victims(simulation, { count: Math.min(crashesAtOnce, crashes - times.length), round });
    times.push(...crashTogether(simulation, nodeIds, crashEveryMs));
    for (const nodeId of nodeIds) simulation.restart(nodeId);
    waitForOneView(simulation);
  }
  return { viewMs, crashes: times, gossipBytes: gossip, callBytes: calls };
}

function crashTogether(simulation: ClusterSimulation, nodeIds: readonly string[], everyMs: number): CrashTimes[] {
  const marks = new Map(simulation.running().map((node) => [node, node.events.length]));
  const diedAtMs = nodeIds.map((nodeId) => {
    simulation.run(everyMs);
    simulation.crash(nodeId);
    return simulation.nowMs;
  });
  const isKnown = (): boolean =>
    nodeIds.every((nodeId) => simulation.running().every((node) => node.swim.node(nodeId)?.state === 'failed'));
  simulation.runUntil(isKnown, { withinMs: 180_000, everyMs: 200, what: 'the crashes to be known' });
  return nodeIds.map((nodeId, i) => {
    const diedAt = diedAtMs[i] as number;
    const told = [...marks].flatMap(([node, mark]) => eventsAbout(node, { nodeId, mark, sinceMs: diedAt }));
    const timesOf = (kind: string): number[] => told.filter((item) => item.kind === kind).map(({ atMs }) => atMs - diedAt);
    const suspected = timesOf('nodeSuspect');
    return { suspectedMs: suspected.length === 0 ? undefined : Math.min(...suspected), knownToAllMs: Math.max(...timesOf('nodeFailed')) };
  });
}

/** From those that still run: what a node said before it crashed itself is not waited for. */
function eventsAbout(
  node: SimulatedNode,
  about: { readonly nodeId: string; readonly mark: number; readonly sinceMs: number },
): { readonly kind: string; readonly atMs: number }[] {
  if (!node.isRunning) return [];
  return node.events.slice(about.mark).flatMap(({ event, atMs }) => {
    const isAbout = (event.kind === 'nodeSuspect' || event.kind === 'nodeFailed') && event.node.nodeId === about.nodeId;
    return isAbout && atMs >= about.sinceMs ? [{ kind: event.kind, atMs }] : [];
  });
}

function victims(simulation: ClusterSimulation, options: { readonly count: number; readonly round: number }): string[] {
  const candidates = simulation.running().filter(({ nodeId }) => !SEED_IDS.includes(nodeId));
  return Array.from({ length: options.count }, (_, i) => {
    const place = (options.round * options.count + i) * STRIDE;
    return (candidates[place % candidates.length] as SimulatedNode).nodeId;
  });
}

function waitForOneView(simulation: ClusterSimulation): void {
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 300_000, everyMs: 50, what: 'one view' });
}

const SEED = 1;
const SEED_IDS: readonly string[] = ['node-1', 'node-2', 'node-3'];
/** A prime, so that different places follow each other until all had their turn. */
const STRIDE = 7_919;
const REST_MS = 10_000;
const IDLE_MS = 30_000;
