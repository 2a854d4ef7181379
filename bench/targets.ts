import type { SideFigures } from './report.ts';
import type { Comparison, ContenderResult, PointRatio } from './summary.ts';

/** One of the figures that RpcNet is to reach, beside what was measured. */
export interface TargetRow {
  readonly figure: string;
  /** With its unit. */
  readonly measured: string;
  readonly mustReach: string;
  readonly aim: string;
}

interface Results extends SideFigures {
  readonly contenders: readonly ContenderResult[];
  readonly comparisons: readonly Comparison[];
}

/** A figure with the bounds that it is held against. */
interface Target {
  readonly figure: string;
  readonly value: number | undefined;
  readonly mustReach: number | undefined;
  readonly aim: number | string | undefined;
  readonly better: 'higher' | 'lower';
  readonly format: (value: number) => string;
}

/** The table of targets, without those that the run did not measure. */
export function compareWithTargets(results: Results): TargetRow[] {
  const targets: Target[] = [...unaryTargets(results), ...ceilingTargets(results), ...sideTargets(results), ...reports(results)];
  return targets.flatMap(toRow);
}

function unaryTargets({ contenders, comparisons }: Results): Target[] {
  const peers = comparisons.filter(({ subjectId, role }) => subjectId === QUIC && role === 'peer');
  const grpc = peers.find(({ otherId }) => otherId === GRPC);
  const others = peers.filter(({ otherId }) => otherId !== GRPC && contenders.some(({ id }) => id === otherId));
  const rates = others.map((comparison) => ({ name: comparison.other, rate: ratioOf(comparison, 'unary x 256')?.rate ?? Number.NaN }));
  const fastest = rates.filter(({ rate }) => !Number.isNaN(rate)).sort((a, b) => a.rate - b.rate)[0];
  const peerName = fastest === undefined ? '' : ` (${fastest.name})`;
  return [
    rateTarget('unary, 256 in flight, QUIC, against grpc-js on TLS', ratioOf(grpc, 'unary x 256')?.rate, [25, 40]),
    rateTarget(`the same against the fastest other peer${peerName}`, fastest?.rate, [2.5, 4]),
    rateTarget('server streaming, 64 streams, QUIC, against grpc-js', ratioOf(grpc, 'stream x 64')?.rate, [10, 18]),
    rateTarget('server streaming, 1 stream, QUIC, against grpc-js', ratioOf(grpc, 'stream x 1')?.rate, [10, 18]),
  ];
}

function ceilingTargets({ comparisons }: Results): Target[] {
  const ceilings = TRANSPORTS.map(({ name, id }) => ({
    name,
    comparison: comparisons.find(({ subjectId, role }) => subjectId === id && role === 'ceiling'),
  }));
  return [
    ...ceilings.map(({ name, comparison }) =>
      rateTarget(`unary, 256 in flight, against raw frames, ${name}`, ratioOf(comparison, 'unary x 256')?.rate, [0.65, 0.9]),
    ),
    ...ceilings.map(({ name, comparison }): Target => {
      const value = ratioOf(comparison, 'unary x 1')?.p50;
      return {
        figure: `unary, 1 in flight, p50 against raw frames, ${name}`,
        value,
        mustReach: 1.25,
        aim: 1.1,
        better: 'lower',
        format: times,
      };
    }),
    ...ceilings.map(({ name, comparison }) =>
      rateTarget(`bulk in 1 MB messages, against raw bytes, ${name}`, ratioOf(comparison, 'bulk x 8')?.rate, [0.6, 0.85]),
    ),
  ];
}

function sideTargets({ cluster, openStreams }: Results): Target[] {
  const memory = TRANSPORTS.map(({ name, id }): Target => {
    const use = openStreams[id];
    const value = use && use.client.heldBytes + use.server.heldBytes;
    return {
      figure: `an open stream of 10,000, both sides together, ${name}`,
      value,
      mustReach: 20e3,
      aim: 8e3,
      better: 'lower',
      format: kilobytes,
    };
  });
  const figure = 'director and three workers through ClusterClient against direct calls: added p50';
  return [{ figure, value: cluster?.addedP50Us, mustReach: 30, aim: 10, better: 'lower', format: microseconds }, ...memory];
}

function reports({ contenders, handshakes }: Results): Target[] {
  const report = { mustReach: undefined, aim: undefined, better: 'lower' } as const;
  return TRANSPORTS.flatMap(({ name, id }): Target[] => [
    {
      ...report,
      figure: `garbage per unary call on the client, ${name}`,
      value: contenders.find((contender) => contender.id === id)?.allocatedBytes,
      aim: 'lowest',
      format: kilobytes,
    },
    { ...report, figure: `connect to first answer, full handshake, ${name}`, value: handshakes[id]?.fullUs, format: milliseconds },
    {
      ...report,
      // Without certainty the time may be that of full handshakes whose tickets were refused.
      figure: `connect to first answer, ${handshakes[id]?.isResumptionCertain === false ? 'ticket shown, acceptance unknown' : 'resumed session'}, ${name}`,
      value: handshakes[id]?.resumedUs,
      format: milliseconds,
    },
  ]);
}

function rateTarget(figure: string, value: number | undefined, [mustReach, aim]: readonly [number, number]): Target {
  return { figure, value, mustReach, aim, better: 'higher', format: times };
}

function ratioOf(comparison: Comparison | undefined, point: string): PointRatio | undefined {
  return comparison?.ratios.find((ratio) => ratio.point === point);
}

function toRow({ figure, value, mustReach, aim, better, format }: Target): TargetRow[] {
  const bound = (limit: number | string | undefined): string => (typeof limit === 'number' ? format(limit) : (limit ?? ''));
  if (value === undefined || Number.isNaN(value)) return [];
  const isMissed = mustReach !== undefined && (better === 'higher' ? value < mustReach : value > mustReach);
  const measured = `${format(value)}${isMissed ? ' (missed)' : ''}`;
  return [{ figure, measured, mustReach: mustReach === undefined ? 'report' : format(mustReach), aim: bound(aim) }];
}

function times(value: number): string {
  return `${Number(value.toPrecision(3))}x`;
}

function kilobytes(bytes: number): string {
  return `${Number((bytes / 1_000).toPrecision(3))} KB`;
}

function microseconds(value: number): string {
  return `${Number(value.toPrecision(3))} us`;
}

function milliseconds(us: number): string {
  return `${Number((us / 1_000).toPrecision(3))} ms`;
}

const QUIC = 'rpcnet-quic';
const GRPC = 'grpc-js-tls';
const TRANSPORTS = [
  { name: 'QUIC', id: QUIC },
  { name: 'TLS', id: 'rpcnet-tls' },
] as const;
