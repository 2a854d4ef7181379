import { ClusterSimulation, type ClusterSimulationOptions } from '../../src/testing/simulation/cluster-simulation.ts';
import type { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts';

/** Seeds that the nodes of a large cluster join through. */
const SEEDS = ['node-1', 'node-2', 'node-3'];

/** Encryption of a gossip datagram, and the headers of UDP and IPv4. */
const DATAGRAM_OVERHEAD_BYTES = 34 + 28;

/** QUIC, UDP and IP headers of a packet, its share of acknowledgements included, for each so many bytes of a call. */
const CALL_OVERHEAD = 1 + 75 / 1100;

/** What gossip misses an exchange of views mends, at the latest after some rounds. */
const MENDED_MS = 600_000;

/** A cluster of this size that has come to rest. */
export function formed(nodes: number, options: ClusterSimulationOptions): ClusterSimulation {
  const simulation = new ClusterSimulation(options);
  simulation.addNodes(nodes, { everyMs: 1, seeds: SEEDS });
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 300_000, everyMs: 100, what: 'one view' });
  simulation.run(10_000);
  return simulation;
}

/** What one crash shows. */
export interface CrashTimes {
  readonly suspectedMs: number;
  readonly knownToAllMs: number;
}

/** Kills a node that nobody joined through, and waits until everybody knows. */
export function crash(simulation: ClusterSimulation, turn: number): CrashTimes {
  const running = simulation.running().filter(({ nodeId }) => !SEEDS.includes(nodeId));
  const victim = running[(turn * 7919) % running.length] as SimulatedNode;
  simulation.run((turn * 377) % 1000);
  const startMs = simulation.nowMs;
  simulation.crash(victim.nodeId);
  const firstMark = new Map(simulation.running().map((node) => [node, node.events.length]));
  const everyMs = 10;
  const isSuspected = (): boolean =>
    [...firstMark].some(([node, from]) => node.events.slice(from).some(({ event }) => event.kind === 'nodeSuspect'));
  const suspectedMs = simulation.runUntil(isSuspected, { withinMs: 30_000, everyMs, what: 'a suspicion' });
  const waiting = new Set(simulation.running());
  simulation.runUntil(() => allKnow(waiting, victim.nodeId), { withinMs: 120_000, everyMs, what: 'the crash to be known' });
  return { suspectedMs, knownToAllMs: simulation.nowMs - startMs };
}

function allKnow(waiting: Set<SimulatedNode>, nodeId: string): boolean {
  for (const node of waiting) {
    if (node.swim.node(nodeId)?.state !== 'failed') return false;
    waiting.delete(node);
  }
  return true;
}

/** How long a change of tags, a join and a leave take to be known to all. */
export function changeTimes(simulation: ClusterSimulation, turn: number): { tagMs: number; joinMs: number; leaveMs: number } {
  const everyMs = 10;
  const running = simulation.running();
  const tagged = running[(turn * 5077) % running.length] as SimulatedNode;
  tagged.setTags({ turn: String(turn) });
  const knowsTag = unless((node) => node.swim.node(tagged.nodeId)?.tags.turn === String(turn));
  const tagMs = simulation.runUntil(() => knowsTag(simulation), { withinMs: MENDED_MS, everyMs, what: 'the tags to be known' });
  simulation.run(5000);
  const late = `late-${turn}-${Math.round(simulation.nowMs)}`;
  simulation.addNode(late, { seeds: SEEDS });
  const knowsJoin = unless((node) => node.swim.node(late) !== undefined);
  const joinMs = simulation.runUntil(() => knowsJoin(simulation), { withinMs: MENDED_MS, everyMs, what: 'the join to be known' });
  simulation.run(5000);
  simulation.leave(late);
  const knowsLeave = unless((node) => node.nodeId === late || node.swim.node(late)?.state === 'left');
  const leaveMs = simulation.runUntil(() => knowsLeave(simulation), { withinMs: MENDED_MS, everyMs, what: 'the leave to be known' });
  simulation.run(5000);
  return { tagMs, joinMs, leaveMs };
}

/** How a cluster comes to be. */
export interface BootFigures {
  /** From the first start until all had one view. */
  readonly viewMs: number;
  /** From the last start. */
  readonly afterLastMs: number;
  /** Most calls (joins, exchanges of views) that one seed served at once. */
  readonly peakCallsOfASeed: number;
  readonly failuresTold: number;
  /** Each node should be told of each other exactly once. */
  readonly joinsTold: number;
  /** Sent by a node on average. */
  readonly datagrams: number;
  readonly bytes: number;
}

/** Starts so many nodes within a second through three seeds. */
export function boot(nodes: number, seed: number): BootFigures {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(nodes, { everyMs: 1000 / nodes, seeds: SEEDS });
  const lastMs = simulation.nowMs;
  simulation.runUntil(() => simulation.isConverged(), { withinMs: 120_000, everyMs: 10, what: 'one view' });
  const { datagrams, bytes } = sent(simulation);
  const running = simulation.running();
  const count = (kind: string): number =>
    running.reduce((sum, { events }) => sum + events.filter(({ event }) => event.kind === kind).length, 0);
  return {
    viewMs: simulation.nowMs,
    afterLastMs: simulation.nowMs - lastMs,
    peakCallsOfASeed: Math.max(...SEEDS.map((nodeId) => simulation.node(nodeId).peakCalls)),
    failuresTold: count('nodeFailed'),
    joinsTold: count('nodeJoined'),
    datagrams: datagrams / nodes,
    bytes: bytes / nodes,
  };
}

/** Bytes per node and second that a cluster at rest sends, on the wire: gossip with its encryption and headers, and exchanges of views. */
export function idleTraffic(simulation: ClusterSimulation, forMs: number): { gossip: number; calls: number } {
  const before = sent(simulation);
  simulation.run(forMs);
  const after = sent(simulation);
  const share = simulation.running().length * (forMs / 1000);
  return { gossip: (after.bytes - before.bytes) / share, calls: ((after.callBytes - before.callBytes) * CALL_OVERHEAD) / share };
}

/** Suspicions and failures that a cluster with lost datagrams and no crash tells of. */
export function falseAlarms(simulation: ClusterSimulation, forMs: number): { suspected: number; failed: number } {
  const marks = simulation.running().map((node) => ({ node, from: node.events.length }));
  simulation.run(forMs);
  const count = (kind: string): number =>
    marks.reduce((sum, { node, from }) => sum + node.events.slice(from).filter(({ event }) => event.kind === kind).length, 0);
  return { suspected: count('nodeSuspect'), failed: count('nodeFailed') };
}

function sent(simulation: ClusterSimulation): { datagrams: number; bytes: number; callBytes: number } {
  let datagrams = 0;
  let bytes = 0;
  let callBytes = 0;
  for (const node of simulation.running()) {
    const { counters } = node.swim.stats();
    datagrams += counters.datagramsSent;
    bytes += counters.bytesSent + counters.datagramsSent * DATAGRAM_OVERHEAD_BYTES;
    callBytes += node.callBytesSent;
  }
  return { datagrams, bytes, callBytes };
}

/** Asks each running node until it once says yes. */
function unless(isDone: (node: SimulatedNode) => boolean): (simulation: ClusterSimulation) => boolean {
  let waiting: SimulatedNode[] | undefined;
  return (simulation) => {
    waiting = (waiting ?? simulation.running()).filter((node) => node.isRunning && !isDone(node));
    return waiting.length === 0;
  };
}
