import { Command, Option } from 'commander';
import { DEFAULT_OUTPUT, type GenerateOptions } from './generate.ts';
import type { ReportTarget } from './generate-report.ts';
import { type ImportExtension, importEndings } from './import-extension.ts';

/** The flags of `rpcnet-gen` as they were given. */
export interface GenerateFlags {
  readonly input?: string[];
  readonly output?: string;
  readonly config?: string;
  readonly serverOnly?: true;
  readonly clientOnly?: true;
  readonly typesOnly?: true;
  readonly importExtension?: ImportExtension;
  readonly check?: true;
  /** A revision of git; `true` is the lock files. */
  readonly checkBreaking?: string | true;
  readonly prune?: true;
  readonly watch?: true;
  readonly json?: true;
}

/** The command line of `rpcnet-gen`, to be parsed. Throws a `CommanderError` instead of ending the process. */
export function createGenerateCommand(target: ReportTarget & { readonly version: string }): Command {
  const command = new Command('rpcnet-gen')
    .description('Generates typed clients and servers from *.rpc.ts definitions.')
    .option(
      '-i, --input <path...>',
      'definition files, directories with *.rpc.ts below, or quoted patterns of * ** ? {a,b}; !path leaves out',
    )
    .option('-o, --output <folder>', `where the service folders go (default: ${DEFAULT_OUTPUT})`)
    .option('-c, --config <file>', 'configuration file (default: the nearest rpcnet.config.json, .js or .mjs)')
    .addOption(new Option('--server-only', 'only what a server needs').conflicts(['clientOnly', 'typesOnly']))
    .addOption(new Option('--client-only', 'only what a client needs').conflicts(['serverOnly', 'typesOnly']))
    .addOption(new Option('--types-only', 'only the types').conflicts(['serverOnly', 'clientOnly']))
    .addOption(
      new Option('--import-extension <ending>', 'how relative imports end (default: what fits tsconfig.json)').choices(
        Object.keys(importEndings),
      ),
    )
    .addOption(new Option('--check', 'write nothing; fail unless all generated files are current').conflicts(['watch', 'prune']))
    .addOption(
      new Option(
        '--check-breaking [revision]',
        'write nothing; fail if a change since a revision of git (default: since the lock files) breaks programs of then',
      ).conflicts(['watch', 'prune', 'check']),
    )
    .option('--prune', 'delete generated files that no input gives any more')
    .option('-w, --watch', 'generate again whenever a definition changes, until interrupted')
    .option('--json', 'report each run as one line of JSON')
    .helpOption('-h, --help', 'show this help')
    .version(target.version, '-V, --version', 'show the version');
  return command.exitOverride().configureOutput({
    writeOut: (text) => target.print(text.trimEnd()),
    writeErr: (text) => target.printError(text.trimEnd()),
  });
}

/** The settings that flags stand for; those that were not given are absent. */
export function optionsOf(flags: GenerateFlags): Partial<GenerateOptions> {
  const only = flags.serverOnly ? 'server' : flags.clientOnly ? 'client' : flags.typesOnly ? 'types' : undefined;
  const { input, output, importExtension, check, prune } = flags;
  return {
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(only === undefined ? {} : { only }),
    ...(importExtension === undefined ? {} : { importExtension }),
    ...(check === undefined ? {} : { check }),
    ...(prune === undefined ? {} : { prune }),
  };
}
