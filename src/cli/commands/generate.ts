import { relative } from 'node:path';
import { CommanderError } from 'commander';
import { fromUnknown } from '../../errors/from-unknown.ts';
import { RpcError } from '../../errors/rpc-error.ts';
import { checkBreaking } from '../check-breaking.ts';
import { loadConfig } from '../config-file.ts';
import { type GenerateOptions, generate } from '../generate.ts';
import { createGenerateCommand, type GenerateFlags, optionsOf } from '../generate-flags.ts';
import { jsonReport, type Report, type ReportTarget, textReport } from '../generate-report.ts';
import { watchDefinitions } from '../watch.ts';

/** Where a command runs and what it prints to. */
export interface CommandSurroundings extends ReportTarget {
  readonly cwd: string;
  readonly version: string;
  /** Whether errors may have colours. Default false. */
  readonly color?: boolean;
  /** Called by a command that runs until it is interrupted; the signal is aborted when that is so. Default: never. */
  untilInterrupted?(): AbortSignal;
}

/**
 * Runs `rpcnet-gen` with the arguments after the command's name.
 *
 * Exit codes: 0 done, 1 errors in definitions, (with `--check`) files that are not current or (with `--check-breaking`) a breaking change, 2 wrong
 * usage, or files that cannot be read or written.
 */
export async function runGenerate(args: readonly string[], surroundings: CommandSurroundings): Promise<number> {
  const command = createGenerateCommand(surroundings);
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    // Commander has printed the help, the version or what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const flags = command.opts<GenerateFlags>();
  const report = flags.json === true ? jsonReport(surroundings) : textReport(surroundings, surroundings.color === true ? 'color' : 'plain');
  try {
    return flags.watch === true ? await watch(flags, surroundings, report) : await runOnce(flags, surroundings, report);
  } catch (error) {
    report.failure(fromUnknown(error));
    return 2;
  }
}

async function runOnce(flags: GenerateFlags, { cwd }: CommandSurroundings, report: Report): Promise<number> {
  const { options } = await optionsFor(flags, cwd);
  const { checkBreaking: against } = flags;
  if (against !== undefined) return report.breaking(await checkBreaking({ ...options, ...(against === true ? {} : { against }) }));
  return report.result(await generate(options), flags.check === true ? 'check' : 'once');
}

async function watch(flags: GenerateFlags, surroundings: CommandSurroundings, report: Report): Promise<number> {
  const { cwd, untilInterrupted } = surroundings;
  // A first look, so that what is wrong with the command line ends the command.
  const { configPath } = await optionsFor(flags, cwd);
  let isFirst = true;
  await watchDefinitions({
    options: async () => (await optionsFor(flags, cwd)).options,
    alsoWatch: configPath === undefined ? [] : [configPath],
    signal: untilInterrupted?.() ?? new AbortController().signal,
    onResult: (result) => {
      report.result(result, isFirst ? 'once' : 'again');
      if (isFirst && flags.json !== true) surroundings.print(watchText(result.sources.length));
      isFirst = false;
    },
    onError: (error) => report.failure(error),
  });
  return 0;
}

function watchText(count: number): string {
  return `watching ${count} ${count === 1 ? 'file' : 'files'}; press Ctrl+C to end`;
}

/** What flags and the configuration file ask for together; flags win. */
async function optionsFor(
  flags: GenerateFlags,
  cwd: string,
): Promise<{ readonly options: GenerateOptions; readonly configPath: string | undefined }> {
  const config = await loadConfig({ cwd, ...(flags.config === undefined ? {} : { path: flags.config }) });
  const { input, ...others } = { ...config?.settings, ...optionsOf(flags) };
  if (input !== undefined) return { options: { ...others, input, cwd }, configPath: config?.path };
  const missing = config === undefined ? 'or write a rpcnet.config.json' : `or as 'input' in ${relative(cwd, config.path)}`;
  throw new RpcError('INVALID_ARGUMENT', `no input: name definitions with --input, ${missing}`);
}
