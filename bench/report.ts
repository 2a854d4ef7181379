import type { ClusterWay } from './cluster-client-process.ts';
import type { ClusterFigures } from './cluster-figures.ts';
import { formatBytes, formatRate, formatRatio, formatTable, formatTime } from './format.ts';
import type { HandshakeTimes } from './handshakes.ts';
import type { Machine } from './machine.ts';
import { FULL_PLAN, type Plan, pointName } from './plan.ts';
import type { OpenStreamMemory } from './side-figures.ts';
import type { Comparison, ContenderResult } from './summary.ts';
import type { TargetRow } from './targets.ts';

/** What is measured beside the points, by the ids of contenders. */
export interface SideFigures {
  readonly openStreams: Record<string, OpenStreamMemory>;
  readonly handshakes: Record<string, HandshakeTimes>;
  /** Absent when it was not measured. */
  cluster?: ClusterFigures;
}

/** All that one run has to say: what the JSON file holds. */
export interface Report extends SideFigures {
  readonly date: string;
  readonly machine: Machine;
  readonly plan: Plan;
  readonly contenders: readonly ContenderResult[];
  readonly comparisons: readonly Comparison[];
  readonly targets: readonly TargetRow[];
  /** Why, for each contender that this machine cannot run. */
  readonly skipped: Readonly<Record<string, string>>;
  /** Why, for each contender or figure that failed. */
  readonly failures: Readonly<Record<string, string>>;
}

/** The report as text for people. */
export function formatReport(report: Report): string {
  const { machine, plan, skipped } = report;
  return [
    `${machine.cores} cores of ${machine.cpu}, Node ${machine.node}, ${machine.platform}, RpcNet ${machine.rpcnet}.`,
    `Two processes for each contender on the loopback interface, TLS unless said otherwise, payloads of 64 bytes (bulk: 1 MB), closed loop; medians of ${plan.rounds} rounds taken in turns.`,
    `Load average of the machine before the run: ${machine.loadBefore.toFixed(2)}.`,
    ...(plan.warmUpCpuMs < FULL_PLAN.warmUpCpuMs ? [SHORT_WARM_UP] : []),
    ...report.contenders.map(formatContender),
    ...Object.entries(skipped).map(([id, reason]) => `- ${id} was skipped: ${reason}`),
    ...formatPoints(report),
    ...formatGarbage(report),
    ...formatOpenStreams(report),
    ...formatHandshakes(report),
    ...formatCluster(report),
    ...(report.comparisons.length === 0 || plan.points.length === 0
      ? []
      : ['', RATIOS_EXPLAINED, ...report.comparisons.flatMap(formatComparison)]),
    ...formatTargets(report),
  ].join('\n');
}

function formatTargets({ targets }: Report): string[] {
  if (targets.length === 0) return [];
  const rows = targets.map(({ figure, measured, mustReach, aim }) => [figure, measured, mustReach, aim]);
  return ['', 'The figures that RpcNet is held to:', '', formatTable(['figure', 'measured', 'must reach', 'aim'], rows)];
}

function formatContender({ name, description, versions }: ContenderResult): string {
  const list = Object.entries(versions).map(([packageName, version]) => `${packageName} ${version}`);
  return `- ${name}: ${description}${list.length === 0 ? '' : ` (${list.join(', ')})`}`;
}

function formatPoints({ plan, contenders }: Report): string[] {
  if (plan.points.length === 0) return [];
  const rows = plan.points.flatMap((_, index) => contenders.map((contender, i) => resultRow(contender, index, i === 0)));
  return [
    '',
    `Unary rows count calls; stream rows count items of streams of ${plan.streamItems}, and their p50 and p99 are of a whole stream; bulk rows count`,
    'messages of 1 MB that go to the server and come back, so that a thousand a second are 1 GB/s each way.',
    '',
    formatTable(['', 'contender', 'per second', 'p50', 'p99', 'CPU us client + server'], rows),
  ];
}

function resultRow(contender: ContenderResult, index: number, isFirst: boolean): string[] {
  const result = contender.medians[index];
  if (result === undefined) return [];
  const cpuUs = [result.clientCpuUs, result.serverCpuUs].map((value) => value.toFixed(value < 10 ? 2 : 0));
  return [
    isFirst ? result.point : '',
    contender.name,
    result.point.startsWith('bulk') ? `${result.perSecond.toFixed(0)} MB/s` : formatRate(result.perSecond),
    formatTime(result.p50Us),
    formatTime(result.p99Us),
    cpuUs.join(' + '),
  ];
}

function formatGarbage({ contenders }: Report): string[] {
  const rows = contenders.flatMap(({ name, allocatedBytes }) =>
    allocatedBytes === undefined ? [] : [[name, formatBytes(allocatedBytes)]],
  );
  if (rows.length === 0) return [];
  return ['', formatTable(['heap allocated in the client for each unary call, 64 in flight', 'bytes'], rows)];
}

function formatOpenStreams({ plan, openStreams }: Report): string[] {
  const rows = Object.entries(openStreams).map(([id, { client, server }]) => [
    id,
    formatBytes(client.heldBytes),
    formatBytes(server.heldBytes),
    formatBytes(client.heldBytes + server.heldBytes),
    formatBytes(client.residentBytes + server.residentBytes),
  ]);
  if (rows.length === 0) return [];
  const head = ['each of them, after collecting garbage', 'client', 'server', 'together', 'resident memory of both grew by'];
  return ['', `${plan.openStreams} server streams open on one connection, each of which has given one item:`, '', formatTable(head, rows)];
}

function formatHandshakes({ plan, handshakes }: Report): string[] {
  const rows = Object.entries(handshakes).map(([id, { fullUs, resumedUs, isResumptionCertain }]) => [
    id,
    formatTime(fullUs),
    resumedUs === undefined
      ? 'not resumed'
      : `${formatTime(resumedUs)}${isResumptionCertain ? '' : ' (by a ticket; whether it was accepted is not known)'}`,
  ]);
  if (rows.length === 0) return [];
  return ['', formatTable([`connect to first answer, median of ${plan.handshakes}`, 'full handshake', 'resumed'], rows)];
}

function formatCluster({ cluster }: Report): string[] {
  if (cluster === undefined) return [];
  const rows = cluster.results.map(({ point, way, perSecond, p50Us, p99Us }) => [
    pointName(point),
    WAY_NAMES[way],
    formatRate(perSecond),
    formatTime(p50Us),
    formatTime(p99Us),
  ]);
  return [
    '',
    'A director and three workers on QUIC, called from one process by turns:',
    '',
    formatTable(['', 'way', 'per second', 'p50', 'p99'], rows),
    `One call in flight: a ClusterClient adds ${cluster.addedP50Us.toFixed(1)} us to the p50 of direct calls to the same three workers.`,
  ];
}

function formatComparison({ subject, other, ratios }: Comparison): string[] {
  const rows = ratios.map(({ point, rate, lowestRate, highestRate, p50, p99, cpu }) => [
    point,
    `${formatRatio(rate)} (${formatRatio(lowestRate)} to ${formatRatio(highestRate)})`,
    formatRatio(p50),
    formatRatio(p99),
    formatRatio(cpu),
  ]);
  return ['', formatTable([`${subject} / ${other}`, 'rate', 'p50', 'p99', 'CPU'], rows)];
}

const WAY_NAMES: Readonly<Record<ClusterWay, string>> = {
  oneWorker: 'one Client, one worker',
  direct: 'three Clients by turns, three workers',
  cluster: 'a ClusterClient, three workers',
};

const SHORT_WARM_UP =
  'A quick run: slow libraries are not fully compiled by the JIT yet and look slower than they are. Quote ratios to them from a full run only.';

const RATIOS_EXPLAINED =
  'Ratios, each the median of the ratios within the rounds (in brackets the lowest and highest): a rate above 1 and a latency or CPU below 1 are better.';
