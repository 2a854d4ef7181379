import { formatRate, formatRatio, formatTable } from '../format.ts';
import type { Machine } from '../machine.ts';
import type { CodecTarget } from './codec-targets.ts';
import { MESSAGE_NAMES, type MessageName } from './messages.ts';
import { bothRate, type CodecResult, compareMessage, medianRate } from './summary.ts';

/** All that one run has to say: what the JSON file holds. */
export interface CodecReport {
  readonly date: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly contenders: readonly { readonly name: string; readonly note: string; readonly versions: Readonly<Record<string, string>> }[];
  readonly results: readonly CodecResult[];
  readonly targets: readonly CodecTarget[];
}

/** The report as text for people. */
export function formatCodecReport(report: CodecReport): string {
  const { machine, rounds, contenders, results, targets } = report;
  return [
    `${machine.cores} cores of ${machine.cpu}, Node ${machine.node}, ${machine.platform}, RpcNet ${machine.rpcnet}.`,
    `One process; medians of ${rounds} rounds taken in turns; rates are messages in a second of CPU time, garbage collection on all threads included.`,
    ...contenders.map(({ name, note, versions }) => `- ${name}: ${note}${formatVersions(versions)}`),
    ...MESSAGE_NAMES.flatMap((message) => formatMessage(results, message)),
    ...formatTargets(targets),
  ].join('\n');
}

function formatVersions(versions: Readonly<Record<string, string>>): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return list.length === 0 ? '' : ` (${list.join(', ')})`;
}

function formatMessage(results: readonly CodecResult[], message: MessageName): string[] {
  const ratios = new Map(compareMessage(results, message).map((ratio) => [ratio.peer, ratio]));
  const rows = results
    .filter((result) => result.message === message)
    .map((result) => {
      const ratio = ratios.get(result.contender);
      return [
        result.contender,
        result.bytes.toFixed(result.bytes < 1_000 ? 1 : 0),
        formatRate(medianRate(result, ({ encode }) => encode)),
        formatRate(medianRate(result, ({ decode }) => decode)),
        formatRate(medianRate(result, bothRate)),
        ...(ratio === undefined
          ? ['', '', '']
          : [
              formatRatio(ratio.encode),
              formatRatio(ratio.decode),
              `${formatRatio(ratio.both)} (${formatRatio(ratio.lowestBoth)} to ${formatRatio(ratio.highestBoth)})`,
            ]),
      ];
    });
  return rows.length === 0 ? [] : ['', formatTable([message, ...COLUMNS], rows)];
}

function formatTargets(targets: readonly CodecTarget[]): string[] {
  if (targets.length === 0) return [];
  const rows = targets.map(({ figure, measured, mustReach, isReached }) => [
    figure,
    `${measured}${isReached ? '' : ' (missed)'}`,
    mustReach,
  ]);
  return ['', 'The figures that the codecs are held to:', '', formatTable(['figure', 'measured', 'must reach'], rows)];
}

const COLUMNS: readonly string[] = ['bytes', 'encode/s', 'decode/s', 'both/s', 'RpcNet is faster: encode', 'decode', 'both'];
