import type { Machine } from './machine.ts';
import type { Plan } from './plan.ts';
import type { Comparison, ContenderResult } from './summary.ts';

/** All that one run has to say: what the JSON file holds. */
export interface Report {
  readonly date: string;
  readonly machine: Machine;
  readonly plan: Plan;
  readonly contenders: readonly ContenderResult[];
  readonly comparisons: readonly Comparison[];
  /** Why, for each contender that failed. */
  readonly failures: Readonly<Record<string, string>>;
}

/** The report as text for people. */
export function formatReport({ machine, plan, contenders, comparisons }: Report): string {
  return [
    `${machine.cores} cores of ${machine.cpu}, Node ${machine.node}, ${machine.platform}, RpcNet ${machine.rpcnet}.`,
    `Two processes for each contender on the loopback interface, TLS, 64-byte payloads, closed loop; medians of ${plan.rounds} rounds taken in turns.`,
    `Load average of the machine before the run: ${machine.loadBefore.toFixed(2)}.`,
    ...contenders.map(formatContender),
    '',
    `Unary rows count calls; stream rows count items of streams of ${plan.streamItems}, and their p50 and p99 are of a whole stream.`,
    '',
    formatTable(
      ['', 'contender', 'per second', 'p50', 'p99', 'CPU us client + server'],
      plan.points.flatMap((_, index) => contenders.map((contender, i) => resultRow(contender, index, i === 0))),
    ),
    ...(comparisons.length === 0 ? [] : ['', RATIOS_EXPLAINED]),
    ...comparisons.flatMap(formatComparison),
  ].join('\n');
}

function formatContender({ name, description, versions }: ContenderResult): string {
  const list = Object.entries(versions).map(([packageName, version]) => `${packageName} ${version}`);
  return `- ${name}: ${description}${list.length === 0 ? '' : ` (${list.join(', ')})`}`;
}

function resultRow(contender: ContenderResult, index: number, isFirst: boolean): string[] {
  const result = contender.medians[index];
  if (result === undefined) return [];
  const cpuUs = [result.clientCpuUs, result.serverCpuUs].map((value) => value.toFixed(value < 10 ? 2 : 0));
  return [
    isFirst ? result.point : '',
    contender.name,
    formatRate(result.perSecond),
    formatTime(result.p50Us),
    formatTime(result.p99Us),
    cpuUs.join(' + '),
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

function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string => `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

function formatRate(perSecond: number): string {
  if (perSecond >= 999_500) return `${(perSecond / 1e6).toFixed(2)} M`;
  return perSecond >= 9_995 ? `${(perSecond / 1e3).toFixed(0)} k` : `${(perSecond / 1e3).toFixed(1)} k`;
}

function formatTime(microseconds: number): string {
  return microseconds < 1_000 ? `${microseconds.toFixed(0)} us` : `${(microseconds / 1_000).toFixed(microseconds < 10_000 ? 2 : 1)} ms`;
}

function formatRatio(ratio: number): string {
  return ratio.toFixed(ratio < 10 ? 2 : 0);
}

const RATIOS_EXPLAINED =
  'Ratios, each the median of the ratios within the rounds (in brackets the lowest and highest): a rate above 1 and a latency or CPU below 1 are better.';
