import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generate } from '../../../src/codegen.ts';
import { definitionOf, generatorProject, rpcnetGen } from '../../support/generator-project.ts';

test('a directory stands for every definition below it', async () => {
  const cwd = generatorProject({
    'definitions/compute.rpc.ts': definitionOf('ComputeService'),
    'definitions/more/echo.rpc.ts': definitionOf('EchoService'),
    'definitions/plain.ts': 'export const x = 1;',
    'definitions/node_modules/bad/bad.rpc.ts': 'not typescript',
    'definitions/.hidden/bad.rpc.ts': 'not typescript',
  });
  symlinkSync(join(cwd, 'definitions'), join(cwd, 'definitions/circle'));
  const { status, stdout } = await rpcnetGen(cwd, '-i', 'definitions', '-o', 'out', '--types-only');
  assert.equal(status, 0);
  assert.deepEqual(stdout.trim().split('\n'), [
    ...['out/compute/types.ts', 'out/compute/index.ts', 'out/echo/types.ts', 'out/echo/index.ts'],
    ...['definitions/compute.rpc.lock.json', 'definitions/more/echo.rpc.lock.json'],
  ]);
});

for (const [pattern, services] of [
  ['**/*.rpc.ts', ['a', 'b', 'c', 'd']],
  ['*.rpc.ts', ['a']],
  ['packages/*/api', ['b', 'c']],
  ['packages/{one,two}/**/*.rpc.ts', ['b', 'c', 'd']],
  ['packages/?wo', ['c', 'd']],
  ['packages/**', ['b', 'c', 'd']],
  ['./packages/one/../two/*.rpc.ts', ['d']],
] as const) {
  test(`the pattern ${pattern} finds its definitions, each once`, async () => {
    const cwd = generatorProject({
      'a.rpc.ts': definitionOf('AService'),
      'packages/one/api/b.rpc.ts': definitionOf('BService'),
      'packages/two/api/c.rpc.ts': definitionOf('CService'),
      'packages/two/d.rpc.ts': definitionOf('DService'),
      'packages/two/other.ts': '',
    });
    const { files } = await generate({ input: [pattern], output: 'out', cwd, only: 'types' });
    assert.deepEqual(
      files.filter((file) => file.endsWith('index.ts')).map((file) => file.split('/')[1]),
      services,
    );
  });
}

test('an input with ! before it is left out', async () => {
  const cwd = generatorProject({ 'a.rpc.ts': definitionOf('AService'), 'old/b.rpc.ts': 'not typescript', 'old/c.rpc.ts': 'neither' });
  const { files } = await generate({ input: ['**/*.rpc.ts', '!old'], output: 'out', cwd, only: 'types' });
  assert.deepEqual(files, ['out/a/types.ts', 'out/a/index.ts', 'a.rpc.lock.json']);
});

test('a path that exists is that path, whatever characters it has', async () => {
  const cwd = generatorProject({ 'x{1}/a*.rpc.ts': definitionOf('AService') });
  const { files } = await generate({ input: 'x{1}/a*.rpc.ts', output: 'out', cwd, only: 'types' });
  assert.deepEqual(files, ['out/a/types.ts', 'out/a/index.ts', 'x{1}/a*.rpc.lock.json']);
});
