#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { RpcError } from '../errors/rpc-error.ts';
import { certsCommand } from './commands/certs.ts';

/**
 * The `rpcnet` command. Each subcommand has a file in `commands/`.
 *
 * Exit codes: 0 done, 1 it could not be done, 2 the command line is wrong. Errors are one line on standard error.
 */
const program = new Command('rpcnet')
  .description('Tools for RpcNet services.')
  .version(readVersion(), '-V, --version', 'print the version')
  .helpOption('-h, --help', 'print this help')
  .exitOverride()
  .configureOutput({ writeErr: () => undefined })
  .showSuggestionAfterError()
  .addCommand(
    certsCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined }),
  );

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}

function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return reportUsage(error);
  console.error(`rpcnet: ${error instanceof Error ? error.message : String(error)}`);
  return error instanceof RpcError && error.code === 'INVALID_ARGUMENT' ? 2 : 1;
}

function reportUsage(error: CommanderError): number {
  // Help and version have been printed on standard output.
  if (error.exitCode === 0) return 0;
  const message = error.code === 'commander.help' ? 'no command given' : error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  console.error(`rpcnet: ${message}; see rpcnet --help`);
  return 2;
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
