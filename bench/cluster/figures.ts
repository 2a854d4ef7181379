import { formatBytes } from '../format.ts';
import { mean, percentile } from './percentile.ts';
import type { Window } from './phases.ts';
import type { MeasuredSize } from './report.ts';
import { isMachineTheLimit, type Strain } from './strain.ts';

/** One row of the table: a figure of each cluster. */
export interface FigureRow {
  readonly name: string;
  readonly cells: readonly FigureCell[];
  /** What RpcNet is to reach, and with how many nodes. */
  readonly goal: string;
}

export interface FigureCell {
  readonly value: number;
  /** With its unit; empty when it was not measured. */
  readonly text: string;
  readonly isMissed: boolean;
  /** Whether the value says more of the machine than of the protocol. */
  readonly isMachineTheLimit: boolean;
}

/** The table of a run; figures that no cluster has are left out. */
export function figuresOf(sizes: readonly MeasuredSize[]): FigureRow[] {
  const rows = FIGURES.map(({ name, of, format, strain, goal }): FigureRow => {
    const cells = sizes.map((size): FigureCell => {
      const value = of(size, smallerThan(size, sizes)) ?? Number.NaN;
      const limit = goal?.limitFor(size);
      const used = strain?.(size);
      return {
        value,
        text: Number.isNaN(value) ? '' : format(value),
        isMissed: limit !== undefined && value > limit,
        isMachineTheLimit: used !== undefined && !Number.isNaN(value) && isMachineTheLimit(used),
      };
    });
    return { name, cells, goal: goal?.text ?? '' };
  });
  return rows.filter(({ cells }) => cells.some(({ text }) => text !== ''));
}

interface Figure {
  readonly name: string;
  readonly of: (size: MeasuredSize, smaller: MeasuredSize | undefined) => number | undefined;
  readonly format: (value: number) => string;
  /** What the machine had to do meanwhile, where time matters. */
  readonly strain?: (size: MeasuredSize) => Strain | undefined;
  readonly goal?: { readonly text: string; readonly limitFor: (size: MeasuredSize) => number | undefined };
}

const formation = ({ result }: MeasuredSize): Strain => result.formation.strain;
const crashing = ({ result }: MeasuredSize): Strain | undefined => result.crashes?.strain;

const FIGURES: readonly Figure[] = [
  {
    name: 'all started within a second, one view',
    of: ({ result }) => result.formation.viewMs,
    format: seconds,
    strain: formation,
    goal: goalFor({ 1000: 15_000 }, '15 s (1000)'),
  },
  { name: '... simulated', of: ({ simulated }) => simulated?.viewMs, format: seconds },
  { name: '... latest start after its time', of: ({ result }) => result.formation.latestStartMs, format: seconds },
  {
    name: '... CPU of a node for it',
    of: ({ result: { formation: formed } }) => formed.totals.cpuMs / formed.nodes,
    format: (ms) => `${ms.toFixed(0)} ms`,
  },
  { name: 'crashes', of: ({ result }) => result.crashes?.times.length, format: String },
  {
    name: '... known to all, median',
    of: (size) => percentile(knownMs(size), 0.5),
    format: seconds,
    strain: crashing,
    goal: goalFor({ 10: 6_500, 100: 10_500, 1000: 14_500 }, '6.5, 10.5, 14.5 s (10, 100, 1000)'),
  },
  { name: '... mean', of: (size) => mean(knownMs(size)), format: seconds, strain: crashing },
  { name: '... p99', of: (size) => percentile(knownMs(size), 0.99), format: seconds, strain: crashing },
  {
    name: '... simulated, median',
    of: ({ simulated }) =>
      percentile(
        (simulated?.crashes ?? []).map(({ knownToAllMs }) => knownToAllMs),
        0.5,
      ),
    format: seconds,
  },
  {
    name: '... suspected by somebody, p99',
    of: ({ result }) =>
      percentile(
        (result.crashes?.times ?? []).flatMap(({ suspectedMs }) => suspectedMs ?? []),
        0.99,
      ),
    format: seconds,
    strain: crashing,
    goal: goalFor({ 1000: 4_000 }, '4 s (1000)'),
  },
  { name: 'a process killed with so many nodes', of: ({ result }) => result.killed?.nodes, format: String },
  {
    name: '... known to all',
    of: ({ result }) => result.killed?.knownToAllMs,
    format: seconds,
    strain: ({ result }) => result.killed?.strain,
  },
  {
    name: 'false failures (each observer counts)',
    of: ({ result }) => result.falseAlarms.failures,
    format: String,
    strain: worstStrain,
    goal: { text: '0', limitFor: () => 0 },
  },
  { name: 'suspicions of live nodes (the same)', of: ({ result }) => result.falseAlarms.suspicions, format: String, strain: worstStrain },
  { name: 'at rest, sent in a second as gossip', of: ({ result }) => gossipRate(result.idle), format: formatBytes },
  { name: '... as calls (views, TLS included)', of: ({ result }) => callRate(result.idle), format: formatBytes },
  {
    name: '... together',
    of: ({ result }) => gossipRate(result.idle) + callRate(result.idle),
    format: formatBytes,
    goal: {
      text: '4 KB, without heartbeats 1.5 KB (1000)',
      limitFor: ({ result: { plan } }) => (plan.nodes !== 1_000 ? undefined : plan.isPhiOn ? 4_000 : 1_500),
    },
  },
  { name: '... together, simulated', of: ({ simulated }) => simulated && simulated.gossipBytes + simulated.callBytes, format: formatBytes },
  { name: 'during churn, sent in a second as gossip', of: ({ result }) => result.churn && gossipRate(result.churn), format: formatBytes },
  { name: '... as calls', of: ({ result }) => result.churn && callRate(result.churn), format: formatBytes },
  {
    name: 'CPU of a node at rest, of one core',
    of: ({ result }) => cpuShare(result.idle),
    format: percent,
    goal: goalFor({ 100: 0.01 }, '1 % (100)'),
  },
  { name: '... during churn', of: ({ result }) => result.churn && cpuShare(result.churn), format: percent },
  { name: 'memory of a node with all that it tracks', of: ({ result }) => result.heldBytesPerNode, format: formatBytes },
  {
    name: '... of each tracked node (growth since the size before)',
    of: trackedBytes,
    format: formatBytes,
    goal: { text: '2 KB', limitFor: () => 2_000 },
  },
  { name: 'machine busy at rest', of: ({ result }) => result.idle.strain.machineBusy, format: percent },
  { name: '... while all start', of: ({ result }) => result.formation.strain.machineBusy, format: percent },
  { name: 'timers late at rest, p99', of: ({ result }) => result.idle.strain.loopP99Ms, format: lateness },
  { name: '... while all start', of: ({ result }) => result.formation.strain.loopP99Ms, format: lateness },
];

function goalFor(limits: Readonly<Record<number, number>>, text: string): NonNullable<Figure['goal']> {
  return { text, limitFor: ({ result: { plan } }) => (plan.isPhiOn ? limits[plan.nodes] : undefined) };
}

/** What was the hardest for the machine from beginning to end. */
function worstStrain({ result: { formation: formed, idle, churn, crashes, killed } }: MeasuredSize): Strain {
  const all = [formed.strain, idle.strain, churn?.strain, crashes?.strain, killed?.strain].filter((strain) => strain !== undefined);
  const most = (of: (strain: Strain) => number): number => Math.max(...all.map(of));
  return {
    machineBusy: most(({ machineBusy }) => machineBusy),
    loopP99Ms: most(({ loopP99Ms }) => loopP99Ms),
    loopMaxMs: most(({ loopMaxMs }) => loopMaxMs),
  };
}

/** The next smaller cluster of the run that was set up in the same way. */
function smallerThan({ result: { plan } }: MeasuredSize, sizes: readonly MeasuredSize[]): MeasuredSize | undefined {
  const smaller = sizes.filter(({ result: { plan: other } }) => other.isPhiOn === plan.isPhiOn && other.nodes < plan.nodes);
  return smaller.sort((a, b) => b.result.plan.nodes - a.result.plan.nodes)[0];
}

function trackedBytes({ result }: MeasuredSize, smaller: MeasuredSize | undefined): number | undefined {
  if (smaller === undefined || smaller.result.plan.nodes < MIN_FOR_GROWTH) return undefined;
  const { plan, heldBytesPerNode } = smaller.result;
  return (result.heldBytesPerNode - heldBytesPerNode) / (result.plan.nodes - plan.nodes);
}

/** In a small cluster what the process itself holds, its code above all, weighs more than what nodes know. */
const MIN_FOR_GROWTH = 100;

function knownMs({ result }: MeasuredSize): number[] {
  return (result.crashes?.times ?? []).map(({ knownToAllMs }) => knownToAllMs);
}

function gossipRate({ totals, nodes, elapsedMs }: Window): number {
  return totals.gossipBytes / nodes / (elapsedMs / 1_000);
}

function callRate({ totals, nodes, elapsedMs }: Window): number {
  return totals.callBytes / nodes / (elapsedMs / 1_000);
}

function cpuShare({ totals, nodes, elapsedMs }: Window): number {
  return totals.cpuMs / nodes / elapsedMs;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 2 : 0)} %`;
}

function lateness(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}
