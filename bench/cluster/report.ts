import { formatTable } from '../format.ts';
import type { Machine } from '../machine.ts';
import { type FigureCell, type FigureRow, figuresOf } from './figures.ts';
import type { ClusterResult } from './measure-cluster.ts';
import type { SimulatedFigures } from './simulated.ts';

/** One cluster of a run: what real nodes did, and what simulated ones do. */
export interface MeasuredSize {
  readonly result: ClusterResult;
  /** Undefined when it was not asked for. */
  readonly simulated: SimulatedFigures | undefined;
}

/** All that one run has to say: what the JSON file holds. */
export interface ClusterReport {
  readonly date: string;
  readonly machine: Machine;
  readonly isQuick: boolean;
  readonly sizes: readonly MeasuredSize[];
  readonly figures: readonly FigureRow[];
  /** Why, for each cluster that could not be measured. */
  readonly failures: Readonly<Record<string, string>>;
}

/** Puts a report together. */
export function createReport(parts: Omit<ClusterReport, 'figures' | 'date'>): ClusterReport {
  return { date: new Date().toISOString(), ...parts, figures: figuresOf(parts.sizes) };
}

/** The report as text for people: a row for each figure, a column for each cluster. */
export function formatClusterReport({ machine, sizes, figures, isQuick }: ClusterReport): string {
  const heads = sizes.map(({ result: { plan } }) => `${plan.nodes} nodes${plan.isPhiOn ? '' : ', no heartbeats'}`);
  const rows = figures.map(({ name, cells, goal }) => [name, ...cells.map(formatCell), goal]);
  const isLimited = figures.some(({ cells }) => cells.some(({ isMachineTheLimit }) => isMachineTheLimit));
  const accused = sizes.flatMap(({ result: { plan, falseAlarms } }) =>
    falseAlarms.failures === 0 ? [] : [`- called failed among ${plan.nodes} although they ran: ${falseAlarms.failed.join(', ')}`],
  );
  return [
    `${machine.cores} cores of ${machine.cpu}, Node ${machine.node}, ${machine.platform}, RpcNet ${machine.rpcnet}.`,
    'Real nodes on one machine: each a TLS server, a UDP socket and a membership with the profile lan; many in one process, all on the loopback interface.',
    `Load average of the machine before the run: ${machine.loadBefore.toFixed(2)}.`,
    ...(isQuick ? ['A quick run: few crashes and short windows.'] : []),
    ...(sizes.length === 0 ? [] : ['', formatTable(['figure', ...heads, 'must reach'], rows)]),
    ...(isLimited ? ['', LIMIT_EXPLAINED] : []),
    ...(accused.length === 0 ? [] : ['', ...accused]),
  ].join('\n');
}

function formatCell({ text, isMissed, isMachineTheLimit }: FigureCell): string {
  return `${text}${isMachineTheLimit ? ' *' : ''}${isMissed ? ' (missed)' : ''}`;
}

const LIMIT_EXPLAINED =
  '* The machine was the limit and not the protocol: hardly a core was free, or timers ran so late that nodes took themselves for stalled.\n' +
  'The simulated figure says what the protocol does when every node has a machine of its own.';
