import type { Contender } from './contender.ts';
import type { PointResult } from './pair.ts';
import { median } from './statistics.ts';

/** A contender with what its turns gave, in the order of the rounds. */
export interface ContenderResult {
  readonly id: string;
  readonly name: string;
  readonly role: Contender['role'];
  readonly ceilingOf: string | undefined;
  readonly description: string;
  /** Package name to version. */
  readonly versions: Readonly<Record<string, string>>;
  readonly rounds: readonly (readonly PointResult[])[];
  /** The medians over the rounds. */
  readonly medians: readonly PointResult[];
  /** Heap that a unary call allocates in the client, garbage included; undefined when it was not measured. */
  readonly allocatedBytes: number | undefined;
}

/** How many times as much the subject does (rates), takes (latency) or costs (CPU) as the other: the median of the ratios within each round. */
export interface PointRatio {
  readonly point: string;
  readonly rate: number;
  readonly lowestRate: number;
  readonly highestRate: number;
  readonly p50: number;
  readonly p99: number;
  /** Client and server together, for each call or item. */
  readonly cpu: number;
}

/** RpcNet against one other contender. */
export interface Comparison {
  readonly subjectId: string;
  readonly subject: string;
  readonly otherId: string;
  readonly other: string;
  /** The role of the other. */
  readonly role: Contender['role'];
  readonly ratios: readonly PointRatio[];
}

/** The medians of every point over the rounds. */
export function mediansOf(rounds: readonly (readonly PointResult[])[]): PointResult[] {
  return (rounds[0] ?? []).map(({ point }, index) => {
    const results = rounds.map((round) => round[index] as PointResult);
    return {
      point,
      perSecond: median(results.map((result) => result.perSecond)),
      p50Us: median(results.map((result) => result.p50Us)),
      p99Us: median(results.map((result) => result.p99Us)),
      clientCpuUs: median(results.map((result) => result.clientCpuUs)),
      serverCpuUs: median(results.map((result) => result.serverCpuUs)),
    };
  });
}

/** Every subject against its own ceiling and every peer. Ratios are taken within a round, where both saw the same machine. */
export function compareAll(results: readonly ContenderResult[]): Comparison[] {
  const others = results.filter(({ role }) => role !== 'subject');
  return results
    .filter(({ role }) => role === 'subject')
    .flatMap((subject) =>
      others.filter(({ role, ceilingOf }) => role === 'peer' || ceilingOf === subject.id).map((other) => compare(subject, other)),
    );
}

function compare(subject: ContenderResult, other: ContenderResult): Comparison {
  return {
    subjectId: subject.id,
    subject: subject.name,
    otherId: other.id,
    other: other.name,
    role: other.role,
    ratios: ratiosOf(subject, other),
  };
}

function ratiosOf(subject: ContenderResult, other: ContenderResult): PointRatio[] {
  return subject.medians.map(({ point }, index) => {
    const ratios = (value: (result: PointResult) => number): number[] =>
      subject.rounds.map((round, i) => value(round[index] as PointResult) / value(other.rounds[i]?.[index] as PointResult));
    const rates = ratios(({ perSecond }) => perSecond);
    return {
      point,
      rate: median(rates),
      lowestRate: Math.min(...rates),
      highestRate: Math.max(...rates),
      p50: median(ratios(({ p50Us }) => p50Us)),
      p99: median(ratios(({ p99Us }) => p99Us)),
      cpu: median(ratios(({ clientCpuUs, serverCpuUs }) => clientCpuUs + serverCpuUs)),
    };
  });
}
