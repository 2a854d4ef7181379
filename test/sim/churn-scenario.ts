import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';

/** What a crash loop under new names leaves behind. */
export interface ChurnFigures {
  /** Most entries that one of the lasting nodes remembered. */
  readonly remembered: number;
  /** What it may remember: the others, those that are not yet found failed, and the tombstones. */
  readonly bound: number;
  /** Bytes of requests and answers of exchanges and joins that a lasting node sent in a minute, on average, at the end. */
  readonly callBytesAMinute: number;
  /** How the heap grew from the first fifth of the loop to its end; undefined when the heap cannot be collected on demand. */
  readonly heapGrowthBytes: number | undefined;
  /** How long a node that joins at the end takes to be known to all. */
  readonly joinMs: number;
}

/** How long the loop is. */
export interface ChurnScenario {
  readonly seed: number;
  readonly nodes: number;
  readonly instances: number;
  readonly maxTombstones?: number;
  /** Collects garbage; without it the heap is not measured. */
  readonly collect?: () => void;
}

/** A process that crashes again and again and always comes back under a new name, beside a cluster that lasts (scenario 19). */
export function churn(scenario: ChurnScenario): ChurnFigures {
  const { seed, nodes, instances, maxTombstones = 1000, collect } = scenario;
  const simulation = new ClusterSimulation({ seed, settings: { maxTombstones } });
  simulation.addNodes(nodes);
  simulation.run(5000);
  const heap: number[] = [];
  const crashed: string[] = [];
  for (let i = 1; i <= instances; i++) {
    const nodeId = `brief-${i}`;
    simulation.addNode(nodeId, { seeds: ['node-1', 'node-2', 'node-3'] });
    simulation.run(LIFE_MS);
    simulation.crash(nodeId);
    crashed.push(nodeId);
    if (crashed.length > 2) simulation.discard(crashed.shift() as string);
    if (i % FORGET_EVENTS_EVERY === 0) for (const node of simulation.running()) node.events.length = 0;
    if (collect !== undefined && (i === Math.ceil(instances / 5) || i === instances)) heap.push(heapAfter(collect));
  }
  const lasting = simulation.running();
  const before = lasting.reduce((sum, node) => sum + node.callBytesSent, 0);
  simulation.run(60_000);
  const callBytesAMinute = (lasting.reduce((sum, node) => sum + node.callBytesSent, 0) - before) / nodes;
  const remembered = Math.max(...lasting.map((node) => node.swim.stats().remembered));
  simulation.addNode('last', { seeds: ['node-1'] });
  const isKnown = (): boolean => lasting.every((node) => node.swim.node('last')?.state === 'alive');
  const joinMs = simulation.runUntil(isKnown, { withinMs: 60_000, what: 'the last join to be known' });
  const [first, last] = heap;
  return {
    remembered,
    bound: nodes + Math.max(maxTombstones, 2 * nodes) + 1,
    callBytesAMinute,
    heapGrowthBytes: first === undefined || last === undefined ? undefined : last - first,
    joinMs,
  };
}

function heapAfter(collect: () => void): number {
  collect();
  return process.memoryUsage().heapUsed;
}

const LIFE_MS = 500;
/** Tests read the events; here they would only fill the memory. */
const FORGET_EVENTS_EVERY = 20;
