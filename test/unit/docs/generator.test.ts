import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runGenerate } from '../../../src/cli/commands/generate.ts';
import { CONFIG_KEYS, CONFIG_NAMES } from '../../../src/cli/config-file.ts';
import { createGenerateCommand } from '../../../src/cli/generate-flags.ts';
import { definitionOf, generatorProject, rpcnetGen } from '../../support/generator-project.ts';
import { readDocument, sectionOf, tableRows } from './markdown.ts';

const document = readDocument('docs/generator.md');

/** The first cells of a section's tables, without the marks around code. */
function firstCells(heading: string): string[] {
  return tableRows(sectionOf(document, heading)).map(([cell = '']) => cell.replaceAll('`', ''));
}

/** Flags in the order of the command, as `-i, --input <path...>`. */
function flagsOfCommand(): string[] {
  const nowhere = { version: '0.0.0', print: () => undefined, printError: () => undefined };
  const { options } = createGenerateCommand(nowhere);
  return [...options.map(({ flags }) => flags).filter((flags) => !flags.includes('--version')), '-h, --help', '-V, --version'];
}

describe('docs/generator.md', () => {
  test('has every flag of the command, in its order, and no other', () => {
    const written = firstCells('Generating').filter((cell) => cell.startsWith('-'));
    assert.deepEqual(written, flagsOfCommand());
  });

  test('has every key of the configuration file and no other', () => {
    assert.deepEqual(firstCells('Configuration file').slice(1), CONFIG_KEYS);
    for (const name of CONFIG_NAMES) assert.ok(sectionOf(document, 'Configuration file').includes(`\`${name}\``), name);
  });

  test('has every key that --json prints', async () => {
    const cwd = generatorProject({ 'a.rpc.ts': definitionOf('AService') });
    const run = await rpcnetGen(cwd, '-i', 'a.rpc.ts', '--json');
    const failure = await rpcnetGen(cwd, '-i', 'none.rpc.ts', '--json');
    const changes = await rpcnetGen(cwd, '-i', 'a.rpc.ts', '--check-breaking', '--json');
    const printed = [failure, run, changes].flatMap(({ stdout }) => Object.keys(JSON.parse(stdout)));
    const written = firstCells('JSON')
      .slice(1)
      .flatMap((cell) => cell.split(', '));
    assert.deepEqual([...written].sort(), [...new Set(printed)].sort());
  });

  test('has every exit code', () => {
    assert.deepEqual(
      firstCells('Generating').filter((cell) => /^\d$/u.test(cell)),
      ['0', '1', '2'],
    );
  });
});

test('the help of the command has every flag', async () => {
  const lines: string[] = [];
  const print = (line: string): void => {
    lines.push(line);
  };
  const code = await runGenerate(['--help'], { cwd: '/', version: '0.0.0', print, printError: print });
  assert.equal(code, 0);
  const help = lines.join('\n').replace(/ +/gu, ' ');
  for (const flags of flagsOfCommand()) assert.ok(help.includes(` ${flags} `), flags);
});
