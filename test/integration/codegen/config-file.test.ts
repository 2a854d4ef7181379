import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CONFIG_KEYS } from '../../../src/cli/config-file.ts';
import { generate, loadConfig } from '../../../src/codegen.ts';
import { definitionOf, generatorProject, rpcnetGen, writeIn } from '../../support/generator-project.ts';

const DEFINITION = { 'defs/compute.rpc.ts': definitionOf('ComputeService') };

for (const [name, text] of [
  ['rpcnet.config.json', '{ "input": "defs/*.rpc.ts", "output": "out", "only": "types", "importExtension": "none" }'],
  [
    'rpcnet.config.mjs',
    "export default { input: ['defs/*.rpc.ts'], output: 'out', only: 'types', importExtension: 'none', prune: undefined };",
  ],
  ['rpcnet.config.js', "module.exports = { input: 'defs', output: 'out', only: 'types', importExtension: 'none' };"],
] as const) {
  test(`without flags, ${name} says what to do`, async () => {
    const cwd = generatorProject({ ...DEFINITION, [name]: text });
    const { status, stdout } = await rpcnetGen(cwd);
    assert.deepEqual([status, stdout], [0, 'out/compute/types.ts\nout/compute/index.ts\ndefs/compute.rpc.lock.json\n']);
    assert.match(readFileSync(join(cwd, 'out/compute/index.ts'), 'utf8'), /export \{\};/u);
  });
}

test('in a package of ES modules, rpcnet.config.js has a default export', async () => {
  const cwd = generatorProject({
    ...DEFINITION,
    'package.json': '{ "type": "module" }',
    'rpcnet.config.js': "export default { input: 'defs', only: 'types' };",
  });
  assert.equal((await rpcnetGen(cwd)).status, 0);
});

test('the file is found upwards, its paths are relative to it, and paths are shown from the working directory', async () => {
  const cwd = generatorProject({
    ...DEFINITION,
    'rpcnet.config.json': '{ "input": ["defs", "!defs/old.rpc.ts"], "output": "out", "only": "types" }',
  });
  writeIn(cwd, 'defs/old.rpc.ts', 'not typescript');
  mkdirSync(join(cwd, 'a/b'), { recursive: true });
  const { status, stdout } = await rpcnetGen(join(cwd, 'a/b'));
  assert.deepEqual([status, stdout], [0, '../../out/compute/types.ts\n../../out/compute/index.ts\n../../defs/compute.rpc.lock.json\n']);
  assert.equal(existsSync(join(cwd, 'out/compute/types.ts')), true);
});

test('--config names a file anywhere', async () => {
  const cwd = generatorProject({ ...DEFINITION, 'conf/x.json': '{ "input": "../defs", "output": "../out", "only": "types" }' });
  assert.equal(
    (await rpcnetGen(cwd, '--config', 'conf/x.json')).stdout,
    'out/compute/types.ts\nout/compute/index.ts\ndefs/compute.rpc.lock.json\n',
  );
});

test('flags win over the file', async () => {
  const cwd = generatorProject({
    ...DEFINITION,
    'other.rpc.ts': definitionOf('OtherService'),
    'rpcnet.config.json': '{ "input": "defs", "output": "out", "only": "server", "importExtension": "ts" }',
  });
  const { stdout } = await rpcnetGen(cwd, '-i', 'other.rpc.ts', '-o', 'elsewhere', '--types-only', '--import-extension', 'js');
  assert.equal(stdout, 'elsewhere/other/types.ts\nelsewhere/other/index.ts\nother.rpc.lock.json\n');
});

for (const [fact, files, message] of [
  [
    'an unknown key is refused by name',
    { 'rpcnet.config.json': '{ "input": "defs", "outputs": "out" }' },
    `unknown key 'outputs' in rpcnet.config.json; known are ${CONFIG_KEYS.join(', ')}`,
  ],
  [
    'a key of every object is unknown, too',
    { 'rpcnet.config.json': '{ "constructor": 1 }' },
    `unknown key 'constructor' in rpcnet.config.json; known are ${CONFIG_KEYS.join(', ')}`,
  ],
  [
    'a value of the wrong type is refused',
    { 'rpcnet.config.json': '{ "input": [] }' },
    "'input' in rpcnet.config.json: expected a path or pattern, or a list of them, got []",
  ],
  [
    'a value that is none of those possible is refused',
    { 'rpcnet.config.json': '{ "only": "clients" }' },
    "'only' in rpcnet.config.json: expected 'server', 'client', 'types', got \"clients\"",
  ],
  [
    'a file that holds no object is refused',
    { 'rpcnet.config.json': '[]' },
    'rpcnet.config.json must hold an object, such as { "input": "src/**/*.rpc.ts" }',
  ],
  [
    'a module without a default export is refused',
    { 'rpcnet.config.mjs': "export const input = 'defs';" },
    "rpcnet.config.mjs has no default export; write 'export default { input: … }'",
  ],
  [
    'two files in one folder are refused',
    { 'rpcnet.config.json': '{}', 'rpcnet.config.mjs': 'export default {};' },
    /^rpcnet\.config\.json and rpcnet\.config\.mjs are both in .*; keep one of them$/u,
  ],
  [
    'a file that is no JSON is refused with the place',
    { 'rpcnet.config.json': '{ "input": }' },
    /^rpcnet\.config\.json cannot be read: Unexpected token .*/u,
  ],
  ['a module that throws is refused', { 'rpcnet.config.mjs': "throw new Error('broken');" }, 'rpcnet.config.mjs cannot be read: broken'],
  [
    'a file without input needs one from a flag',
    { 'rpcnet.config.json': '{}' },
    "no input: name definitions with --input, or as 'input' in rpcnet.config.json",
  ],
] as const) {
  test(fact, async () => {
    const { status, stderr } = await rpcnetGen(generatorProject({ ...DEFINITION, ...files }));
    assert.equal(status, 2);
    const [, got] = /^error: (.*)\n$/u.exec(stderr) ?? [];
    if (typeof message === 'string') assert.equal(got, message);
    else assert.match(got ?? stderr, message);
  });
}

test('a file that is named and does not exist is an error of usage', async () => {
  const { status, stderr } = await rpcnetGen(generatorProject(DEFINITION), '--config', 'none.json');
  assert.deepEqual([status, stderr], [2, "error: the configuration file 'none.json' does not exist\n"]);
});

test('build scripts read the same file', async () => {
  const cwd = generatorProject({ ...DEFINITION, 'rpcnet.config.json': '{ "output": "out", "only": "types" }' });
  const config = await loadConfig({ cwd });
  assert.deepEqual(config, { path: join(cwd, 'rpcnet.config.json'), settings: { output: 'out', only: 'types' } });
  const { written } = await generate({ input: 'defs', cwd, ...config?.settings });
  assert.deepEqual(written, ['out/compute/types.ts', 'out/compute/index.ts', 'defs/compute.rpc.lock.json']);
});
