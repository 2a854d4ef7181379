import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { formatDiagnostic, generate } from '../../../src/codegen.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { definitionOf, generatorProject, rpcnetGen } from '../../support/generator-project.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const command = join(root, 'src/cli/rpcnet-gen.ts');

const COMPUTE = definitionOf('ComputeService');

/** Runs the command as a process of its own. */
function run(cwd: string, ...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), command, ...args], { cwd, encoding: 'utf8' });
}

const FILES = [
  ...['types', 'codec', 'server', 'client', 'index'].map((name) => `src/generated/compute/${name}.ts`),
  'compute.rpc.lock.json',
];

test('the command writes a folder for the service and prints the paths', () => {
  const cwd = generatorProject({ 'compute.rpc.ts': COMPUTE });
  const { status, stdout, stderr } = run(cwd, '--input', 'compute.rpc.ts');
  assert.deepEqual([status, stdout, stderr], [0, `${FILES.join('\n')}\n`, '']);
  for (const file of FILES) assert.ok(existsSync(join(cwd, file)));
});

test('errors go to the error stream, without colours when that is no terminal', () => {
  const cwd = generatorProject({ 'a.rpc.ts': definitionOf('ComputeService', 'taskId: any') });
  const { status, stdout, stderr } = run(cwd, '-i', 'a.rpc.ts');
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /^a\.rpc\.ts:3:23: error: /u);
});

test('help and version are printed and are no errors', () => {
  const help = run(root, '-h');
  assert.deepEqual([help.status, help.stderr], [0, '']);
  assert.match(help.stdout, /--input/u);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  assert.equal(run(root, '-V').stdout, `${version}\n`);
});

test('a second run writes nothing', async () => {
  const cwd = generatorProject({ 'compute.rpc.ts': COMPUTE });
  await rpcnetGen(cwd, '-i', 'compute.rpc.ts', '-o', 'out');
  const before = statSync(join(cwd, 'out/compute/codec.ts')).mtimeMs;
  const { status, stdout } = await rpcnetGen(cwd, '-i', 'compute.rpc.ts', '-o', 'out');
  assert.equal(status, 0);
  assert.match(stdout, /^out\/compute\/types\.ts \(unchanged\)\n/u);
  assert.equal(statSync(join(cwd, 'out/compute/codec.ts')).mtimeMs, before);
});

for (const [fact, args, stderr] of [
  ['a missing input is an error of usage', ['-i', 'x.rpc.ts'], "error: input 'x.rpc.ts' does not exist\n"],
  ['a directory without definitions is an error of usage', ['-i', 'a'], "error: input 'a' holds no *.rpc.ts file\n"],
  ['a pattern that matches nothing is an error of usage', ['-i', 'a/**/*.ts'], "error: input 'a/**/*.ts' matches no *.rpc.ts file\n"],
  [
    'inputs that leave nothing are an error of usage',
    ['-i', '*.rpc.ts', '!compute.rpc.ts'],
    'error: no *.rpc.ts file is left of the inputs *.rpc.ts, !compute.rpc.ts\n',
  ],
  ['no input is an error of usage', [], 'error: no input: name definitions with --input, or write a rpcnet.config.json\n'],
  ['an unknown option is an error of usage', ['--nonsense'], "error: unknown option '--nonsense'\n"],
  [
    'two exclusive options are an error of usage',
    ['-i', 'compute.rpc.ts', '--server-only', '--client-only'],
    "error: option '--server-only' cannot be used with option '--client-only'\n",
  ],
  [
    'checking while watching is an error of usage',
    ['-i', 'compute.rpc.ts', '--check', '--watch'],
    "error: option '--check' cannot be used with option '-w, --watch'\n",
  ],
] as const) {
  test(fact, async () => {
    const cwd = generatorProject({ 'compute.rpc.ts': COMPUTE, 'a/b.ts': '' });
    const got = await rpcnetGen(cwd, ...args);
    assert.deepEqual([got.status, got.stdout], [2, '']);
    assert.equal(got.stderr, stderr);
    assert.equal(existsSync(join(cwd, 'src')), false);
  });
}

test('all errors of all definitions are printed with their places, and nothing is written', async () => {
  const cwd = generatorProject({ 'a.rpc.ts': definitionOf('ComputeService', 'taskId: any'), 'compute.rpc.ts': COMPUTE });
  const { status, stdout, stderr } = await rpcnetGen(cwd, '-i', 'a.rpc.ts', 'compute.rpc.ts');
  assert.deepEqual([status, stdout], [1, '']);
  const { diagnostics } = await generate({ input: ['a.rpc.ts', 'compute.rpc.ts'], cwd });
  assert.deepEqual(
    diagnostics.map(({ file, line, column }) => `${file}:${line}:${column}`),
    ['a.rpc.ts:3:23', 'compute.rpc.ts:2:18'],
  );
  const shown = diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n');
  assert.equal(stderr, `${shown}\n2 errors in 2 files; nothing was written\n`);
  assert.equal(existsSync(join(cwd, 'src')), false);
});

test('with --json each run is one line for programs', async () => {
  const cwd = generatorProject({ 'compute.rpc.ts': COMPUTE, 'bad.rpc.ts': definitionOf('BadService', 'taskId: any') });
  const good = await rpcnetGen(cwd, '-i', 'compute.rpc.ts', '--json');
  assert.deepEqual([good.status, good.stderr], [0, '']);
  assert.deepEqual(JSON.parse(good.stdout), {
    ok: true,
    diagnostics: [],
    files: FILES,
    stale: [],
    missing: FILES,
    orphaned: [],
    written: FILES,
    removed: [],
    sources: ['compute.rpc.ts'],
  });
  const bad = await rpcnetGen(cwd, '-i', 'bad.rpc.ts', '--json');
  assert.deepEqual([bad.status, bad.stderr, bad.stdout.trim().split('\n').length], [1, '', 1]);
  const { ok, diagnostics } = JSON.parse(bad.stdout);
  const { message, hint, ...place } = diagnostics[0];
  assert.equal(ok, false);
  assert.deepEqual(place, {
    file: 'bad.rpc.ts',
    line: 3,
    column: 23,
    length: 3,
    sourceLine: '  processTask(taskId: any): Promise<string>;',
  });
  assert.ok(message.length > 0 && hint.length > 0);
  const usage = await rpcnetGen(cwd, '-i', 'none.rpc.ts', '--json');
  assert.equal(usage.status, 2);
  assert.deepEqual(JSON.parse(usage.stdout), { ok: false, error: { code: 'NOT_FOUND', message: "input 'none.rpc.ts' does not exist" } });
});

test('build scripts get diagnostics, the written files and the sources', async () => {
  const cwd = generatorProject({ 'compute.rpc.ts': COMPUTE });
  const first = await generate({ input: ['compute.rpc.ts'], output: 'out', cwd, only: 'client' });
  assert.deepEqual(first.diagnostics, []);
  const code = ['types', 'codec', 'client', 'index'].map((name) => `out/compute/${name}.ts`);
  assert.deepEqual(first.written, [...code, 'compute.rpc.lock.json']);
  const second = await generate({ input: ['compute.rpc.ts'], output: 'out', cwd, only: 'client' });
  assert.deepEqual([second.files, second.written, second.sources], [first.files, [], ['compute.rpc.ts']]);
  writeFileSync(join(cwd, 'compute.rpc.ts'), COMPUTE.replace('Promise<string>', 'string'));
  const third = await generate({ input: ['compute.rpc.ts'], output: 'out', cwd, only: 'client' });
  assert.match(third.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n'), /^compute\.rpc\.ts:3:32: error: /u);
  await assert.rejects(
    generate({ input: 'none.rpc.ts', cwd }),
    (error: unknown) => error instanceof RpcError && error.code === 'NOT_FOUND',
  );
});

test('line breaks and a byte order mark of a checkout make no difference', async () => {
  const unix = generatorProject({ 'compute.rpc.ts': COMPUTE });
  const windows = generatorProject({ 'compute.rpc.ts': `\ufeff${COMPUTE.replaceAll('\n', '\r\n')}` });
  for (const cwd of [unix, windows]) await generate({ input: 'compute.rpc.ts', cwd });
  for (const file of FILES) {
    const text = readFileSync(join(unix, file), 'utf8');
    assert.equal(readFileSync(join(windows, file), 'utf8'), text);
    writeFileSync(join(windows, file), text.replaceAll('\n', '\r\n'));
  }
  assert.deepEqual((await generate({ input: 'compute.rpc.ts', cwd: windows })).written, []);
});

test('the working directory and the order of inputs make no difference', async () => {
  const cwd = generatorProject({ 'x/compute.rpc.ts': COMPUTE, 'x/echo.rpc.ts': definitionOf('EchoService'), 'y/z/file': '' });
  await generate({ input: ['x/compute.rpc.ts', 'x/echo.rpc.ts'], output: 'x/out', cwd });
  const again = await generate({ input: ['../../x/echo.rpc.ts', '../../x/compute.rpc.ts'], output: '../../x/out', cwd: join(cwd, 'y/z') });
  assert.deepEqual(again.written, []);
});

test('a file that is not generated is not replaced, and then nothing is written', async () => {
  const cwd = generatorProject({ 'compute.rpc.ts': COMPUTE, 'src/generated/compute/client.ts': 'export const mine = 1;\n' });
  const { status, stderr } = await rpcnetGen(cwd, '-i', 'compute.rpc.ts');
  assert.equal(status, 2);
  assert.equal(
    stderr,
    "error: 'src/generated/compute/client.ts' exists and was not written by rpcnet-gen; move it, or choose another output folder\n",
  );
  assert.equal(existsSync(join(cwd, 'src/generated/compute/types.ts')), false);
});

test('a folder that cannot be written to is named', async () => {
  const cwd = generatorProject({ 'compute.rpc.ts': COMPUTE, out: 'a file' });
  const { status, stderr } = await rpcnetGen(cwd, '-i', 'compute.rpc.ts', '-o', 'out');
  assert.equal(status, 2);
  assert.match(stderr, /^error: cannot write 'out\/compute\/types\.ts': .*; choose another output folder\n$/u);
});

test('an output folder below a file is refused by name', async () => {
  const cwd = generatorProject({ 'compute.rpc.ts': COMPUTE, out: 'a file' });
  const { status, stderr } = await rpcnetGen(cwd, '-i', 'compute.rpc.ts', '-o', 'out/below');
  assert.equal(status, 2);
  assert.match(stderr, /^error: cannot write 'out\/below\/compute\/types\.ts': .*; choose another output folder\n$/u);
});

test('an empty output is refused', async () => {
  const cwd = generatorProject({ 'compute.rpc.ts': COMPUTE });
  const { status, stderr } = await rpcnetGen(cwd, '-i', 'compute.rpc.ts', '-o', '');
  assert.equal(status, 2);
  assert.equal(stderr, 'error: the output is empty: name a folder\n');
});

test('where the lock file cannot be written, no code is', async () => {
  const cwd = generatorProject({ 'compute.rpc.ts': COMPUTE, 'compute.rpc.lock.json/in-the-way': '' });
  const { status, stderr } = await rpcnetGen(cwd, '-i', 'compute.rpc.ts', '-o', 'out');
  assert.equal(status, 2);
  assert.match(stderr, /^error: .*compute\.rpc\.lock\.json/u);
  assert.equal(existsSync(join(cwd, 'out')), false);
});

const UNREADABLE: readonly (readonly [fact: string, input: string, message: string])[] = [
  ['an empty input', '', 'an input is empty: name a definition file, a directory or a pattern'],
  ['an input below a file', 'compute.rpc.ts/below', "input 'compute.rpc.ts/below' does not exist"],
];

for (const [fact, input, message] of UNREADABLE) {
  test(`${fact} is an error of usage`, async () => {
    const cwd = generatorProject({ 'compute.rpc.ts': COMPUTE });
    const { status, stderr } = await rpcnetGen(cwd, '-i', input);
    assert.deepEqual([status, stderr], [2, `error: ${message}\n`]);
  });
}

test('two services for one folder are refused with the file of the other', async () => {
  const cwd = generatorProject({ 'a.rpc.ts': COMPUTE, 'b.rpc.ts': COMPUTE });
  const { status, stderr } = await rpcnetGen(cwd, '-i', '.');
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^b\.rpc\.ts:2:18: error: ComputeService and ComputeService of .*a\.rpc\.ts would both be generated into the folder 'compute'$/mu,
  );
});

test('definitions and what they import may be anywhere relative to the output', async () => {
  const cwd = generatorProject({
    'a/definitions/compute.rpc.ts': `import type { Task } from '../../b/task.ts';\n${definitionOf('ComputeService', 'task: Task')}`,
    'b/task.ts': 'export interface Task { id: string }',
  });
  const { sources } = await generate({
    input: 'a/definitions/compute.rpc.ts',
    output: 'c/d/generated',
    cwd,
    importExtension: 'ts',
  });
  assert.match(
    readFileSync(join(cwd, 'c/d/generated/compute/types.ts'), 'utf8'),
    /export type \{ Task \} from '\.\.\/\.\.\/\.\.\/\.\.\/b\/task\.ts';/u,
  );
  assert.deepEqual(sources, ['a/definitions/compute.rpc.ts', 'b/task.ts']);
});

test('a copy of the golden definitions generates with no diagnostics', async () => {
  const cwd = generatorProject({});
  cpSync(join(root, 'test/golden/codegen/definitions'), join(cwd, 'definitions'), { recursive: true });
  const { diagnostics, files } = await generate({ input: 'definitions', output: 'out', cwd, libraryModule: '../../../../src/index.ts' });
  assert.deepEqual(diagnostics, []);
  assert.ok(files.length >= 22);
});
