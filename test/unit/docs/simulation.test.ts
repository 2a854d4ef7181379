import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { REPOSITORY, readDocument, tableRows } from './markdown.ts';

test('the example of docs/simulation.md runs, and finds the crash', async (context) => {
  const [, code = ''] = /```ts\n([^`]*(?:`[^`]+`[^`]*)*?)```/.exec(readDocument('docs/simulation.md')) ?? [];
  const testing = pathToFileURL(join(REPOSITORY, 'src', 'testing.ts')).href;
  const folder = await mkdtemp(join(tmpdir(), 'rpcnet-simulation-'));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'example.mts');
  await writeFile(file, code.replace("'rpcnet/testing'", `'${testing}'`));
  const log = context.mock.method(console, 'log', () => undefined);
  await import(pathToFileURL(file).href);
  const [[took], [failed]] = log.mock.calls.map((call) => call.arguments) as [[string], [string[]]];
  assert.match(took, /^known to all after \d+ ms$/);
  assert.deepEqual(failed, ['node-7']);
});

test('docs/simulation.md names every rule of the checkers, and no other', () => {
  const folder = join(REPOSITORY, 'src', 'testing', 'simulation');
  const source = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const inCode = new Set([...source.matchAll(/new InvariantError\(\s*'(\w+)'/g)].map((match) => match[1]));
  const inDocs = tableRows(readDocument('docs/simulation.md')).flatMap(([cell = '']) => /^`(\w+)`$/.exec(cell)?.[1] ?? []);
  assert.deepEqual(inDocs.sort(), [...inCode].sort());
});
