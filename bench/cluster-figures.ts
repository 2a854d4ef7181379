import { BenchProcess } from './bench-process.ts';
import type { ClusterClientCommand, ClusterWay } from './cluster-client-process.ts';
import type { ClusterNodeCommand } from './cluster-node-process.ts';
import type { BenchIdentity } from './contender.ts';
import type { Measurement } from './measure.ts';
import type { Plan, Point } from './plan.ts';
import { median } from './statistics.ts';

/** Medians of what one way to a worker gave at one point. */
export interface WayResult {
  readonly point: Point;
  readonly way: ClusterWay;
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** A director and three workers, called through a `ClusterClient` and, from the same process and by turns, through one `Client` for each worker. */
export interface ClusterFigures {
  readonly results: readonly WayResult[];
  /** The median of the differences between a turn through the cluster and the direct turn to the same three workers beside it, one call in flight. */
  readonly addedP50Us: number;
}

/** Starts five processes, measures, ends them. @throws Error saying which process failed at what */
export async function measureCluster(identity: BenchIdentity, plan: Plan): Promise<ClusterFigures> {
  const nodes = NODE_IDS.map((nodeId) => ({ nodeId, process: new BenchProcess<ClusterNodeCommand>('cluster-node') }));
  const client = new BenchProcess<ClusterClientCommand>('cluster-client');
  try {
    const seeds: string[] = [];
    for (const { nodeId, process } of nodes) {
      const address = (await process.ask({ kind: 'start', nodeId, identity, seeds: [...seeds] })) as string;
      if (seeds.length === 0) seeds.push(address);
    }
    await client.ask({ kind: 'join', identity, director: seeds[0] as string, workers: NODE_IDS.length - 1 });
    const figures = await takeTurns(client, plan);
    await client.ask({ kind: 'stop' });
    for (const { process } of nodes.reverse()) await process.ask({ kind: 'stop' });
    return figures;
  } finally {
    await Promise.all([client, ...nodes.map(({ process }) => process)].map((process) => process.end()));
  }
}

async function takeTurns(client: BenchProcess<ClusterClientCommand>, plan: Plan): Promise<ClusterFigures> {
  const measureWay = async (way: ClusterWay, point: Point, durationMs: number): Promise<Measurement> =>
    (await client.ask({ kind: 'measure', way, point, durationMs }, durationMs + ANSWER_TIMEOUT_MS)) as Measurement;
  for (const way of WAYS) await measureWay(way, { shape: 'unary', inFlight: 64 }, plan.warmUpCpuMs);
  const turnMs = Math.max(MIN_TURN_MS, plan.pointMs / TURNS_PER_ROUND);
  const results: WayResult[] = [];
  const added: number[] = [];
  for (const point of POINTS) {
    const turns: Record<ClusterWay, Measurement>[] = [];
    for (let turn = 0; turn < plan.rounds * TURNS_PER_ROUND; turn++) {
      const oneWorker = await measureWay('oneWorker', point, turnMs);
      const direct = await measureWay('direct', point, turnMs);
      turns.push({ oneWorker, direct, cluster: await measureWay('cluster', point, turnMs) });
    }
    for (const way of WAYS) results.push(toResult(point, way, turns));
    if (point.inFlight === 1) added.push(...turns.map(({ cluster, direct }) => cluster.p50Us - direct.p50Us));
  }
  return { results, addedP50Us: median(added) };
}

function toResult(point: Point, way: ClusterWay, turns: readonly Readonly<Record<ClusterWay, Measurement>>[]): WayResult {
  const of = (value: (measured: Measurement) => number): number => median(turns.map((turn) => value(turn[way])));
  return {
    point,
    way,
    perSecond: of(({ operations, elapsedMs }) => (operations / elapsedMs) * 1_000),
    p50Us: of(({ p50Us }) => p50Us),
    p99Us: of(({ p99Us }) => p99Us),
  };
}

const WAYS: readonly ClusterWay[] = ['oneWorker', 'direct', 'cluster'];
const POINTS: readonly Point[] = [
  { shape: 'unary', inFlight: 1 },
  { shape: 'unary', inFlight: 64 },
];
const NODE_IDS: readonly string[] = ['director', 'worker-1', 'worker-2', 'worker-3'];
/** Short turns: what is compared should see the same machine. */
const TURNS_PER_ROUND = 4;
const MIN_TURN_MS = 75;
const ANSWER_TIMEOUT_MS = 30_000;
