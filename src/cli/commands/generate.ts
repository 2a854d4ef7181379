import { Command, CommanderError, Option } from 'commander';
import { formatDiagnostic } from '../../codegen/source/diagnostic.ts';
import { fromUnknown } from '../../errors/from-unknown.ts';
import { type GenerateOptions, generate } from '../generate.ts';

/** Where a command runs and what it prints to. */
export interface CommandSurroundings {
  readonly cwd: string;
  readonly version: string;
  print(line: string): void;
  printError(line: string): void;
}

/** Runs `rpcnet-gen` with the arguments after the command's name. Gives the exit code: 0 done, 1 errors in definitions, 2 wrong usage. */
export async function runGenerate(args: readonly string[], surroundings: CommandSurroundings): Promise<number> {
  const command = createCommand(surroundings);
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    // Commander has printed the help, the version or what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  try {
    return await generateAndPrint(toOptions(command.opts<GenerateFlags>(), surroundings.cwd), surroundings);
  } catch (error) {
    surroundings.printError(`error: ${fromUnknown(error).message}`);
    return 2;
  }
}

interface GenerateFlags {
  readonly input: string[];
  readonly output: string;
  readonly serverOnly?: true;
  readonly clientOnly?: true;
  readonly typesOnly?: true;
  readonly importExtension?: 'ts' | 'js' | 'none';
}

function createCommand(surroundings: CommandSurroundings): Command {
  return new Command('rpcnet-gen')
    .description('Generates typed clients and servers from *.rpc.ts definitions.')
    .requiredOption('-i, --input <path...>', 'definition files, or directories to search for *.rpc.ts')
    .option('-o, --output <folder>', 'where the service folders go', 'src/generated')
    .addOption(new Option('--server-only', 'only what a server needs').conflicts(['clientOnly', 'typesOnly']))
    .addOption(new Option('--client-only', 'only what a client needs').conflicts(['serverOnly', 'typesOnly']))
    .addOption(new Option('--types-only', 'only the types').conflicts(['serverOnly', 'clientOnly']))
    .addOption(
      new Option('--import-extension <ending>', 'how relative imports end (default: what fits tsconfig.json)').choices([
        'ts',
        'js',
        'none',
      ]),
    )
    .helpOption('-h, --help', 'show this help')
    .version(surroundings.version, '-V, --version', 'show the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => surroundings.print(text.trimEnd()),
      writeErr: (text) => surroundings.printError(text.trimEnd()),
    });
}

function toOptions(flags: GenerateFlags, cwd: string): GenerateOptions {
  const only = flags.serverOnly ? 'server' : flags.clientOnly ? 'client' : flags.typesOnly ? 'types' : undefined;
  const { importExtension } = flags;
  return {
    input: flags.input,
    output: flags.output,
    cwd,
    ...(only === undefined ? {} : { only }),
    ...(importExtension === undefined ? {} : { importExtension: importExtension === 'none' ? '' : (`.${importExtension}` as const) }),
  };
}

async function generateAndPrint(options: GenerateOptions, surroundings: CommandSurroundings): Promise<number> {
  const { diagnostics, files, written } = await generate(options);
  for (const diagnostic of diagnostics) surroundings.printError(formatDiagnostic(diagnostic));
  if (diagnostics.length > 0) {
    surroundings.printError(`${diagnostics.length} ${diagnostics.length === 1 ? 'error' : 'errors'}; nothing was written`);
    return 1;
  }
  const changed = new Set(written);
  for (const file of files) surroundings.print(changed.has(file) ? file : `${file} (unchanged)`);
  return 0;
}
