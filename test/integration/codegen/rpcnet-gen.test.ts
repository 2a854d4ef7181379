import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { formatDiagnostic, generate } from '../../../src/codegen.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
const command = join(root, 'src/cli/rpcnet-gen.ts');
const folders: string[] = [];

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const COMPUTE = `import type { Service } from 'rpcnet';
export interface ComputeService extends Service {
  processTask(taskId: string): Promise<string>;
}
`;

/** A folder with these files, removed at the end. */
function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'rpcnet-gen-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function run(cwd: string, ...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, [tsx, command, ...args], { cwd, encoding: 'utf8' });
}

const FILES = ['types', 'codec', 'server', 'client', 'index'].map((name) => `src/generated/compute/${name}.ts`);

test('the command writes a folder for the service and prints the paths', () => {
  const cwd = project({ 'compute.rpc.ts': COMPUTE });
  const { status, stdout, stderr } = run(cwd, '--input', 'compute.rpc.ts');
  assert.deepEqual([status, stdout, stderr], [0, `${FILES.join('\n')}\n`, '']);
  for (const file of FILES) assert.ok(existsSync(join(cwd, file)));
});

test('a second run writes nothing', () => {
  const cwd = project({ 'compute.rpc.ts': COMPUTE });
  run(cwd, '-i', 'compute.rpc.ts', '-o', 'out');
  const before = statSync(join(cwd, 'out/compute/codec.ts')).mtimeMs;
  const { status, stdout } = run(cwd, '-i', 'compute.rpc.ts', '-o', 'out');
  assert.equal(status, 0);
  assert.match(stdout, /^out\/compute\/types\.ts \(unchanged\)\n/u);
  assert.equal(statSync(join(cwd, 'out/compute/codec.ts')).mtimeMs, before);
});

test('a missing input is an error of usage', () => {
  const { status, stdout, stderr } = run(project({}), '-i', 'x.rpc.ts');
  assert.deepEqual([status, stdout, stderr], [2, '', "error: input 'x.rpc.ts' does not exist\n"]);
});

test('a directory without definitions is an error of usage', () => {
  const { status, stderr } = run(project({ 'a/b.ts': '' }), '-i', 'a');
  assert.deepEqual([status, stderr], [2, "error: input 'a' holds no *.rpc.ts file\n"]);
});

test('no input, an unknown option and two exclusive options are errors of usage', () => {
  const cwd = project({ 'compute.rpc.ts': COMPUTE });
  for (const args of [[], ['-i', 'compute.rpc.ts', '--nonsense'], ['-i', 'compute.rpc.ts', '--server-only', '--client-only']]) {
    const { status, stderr } = run(cwd, ...args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, /^error: /u);
  }
  assert.equal(existsSync(join(cwd, 'src')), false);
});

test('an error in a definition is printed with its place, and nothing is written', () => {
  const cwd = project({ 'a.rpc.ts': COMPUTE.replace('taskId: string', 'taskId: any'), 'compute.rpc.ts': COMPUTE });
  const { status, stdout, stderr } = run(cwd, '-i', 'a.rpc.ts', 'compute.rpc.ts');
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.equal(
    stderr,
    [
      "a.rpc.ts:3:23: error: 'any' cannot be encoded",
      '  3 |   processTask(taskId: any): Promise<string>;',
      '    |                       ^^^',
      '  hint: name the type that travels here',
      "compute.rpc.ts:2:18: error: ComputeService and ComputeService would both be generated into the folder 'compute'",
      '  2 | export interface ComputeService extends Service {',
      '    |                  ^^^^^^^^^^^^^^',
      '  hint: rename one of them',
      '2 errors; nothing was written',
      '',
    ].join('\n'),
  );
  assert.equal(existsSync(join(cwd, 'src')), false);
});

test('a directory stands for every definition below it', () => {
  const cwd = project({
    'definitions/compute.rpc.ts': COMPUTE,
    'definitions/more/echo.rpc.ts': COMPUTE.replace('ComputeService', 'EchoService'),
    'definitions/plain.ts': 'export const x = 1;',
    'definitions/node_modules/bad/bad.rpc.ts': 'not typescript',
  });
  const { status, stdout } = run(cwd, '-i', 'definitions', '-o', 'out', '--types-only');
  assert.equal(status, 0);
  assert.deepEqual(stdout.trim().split('\n'), ['out/compute/types.ts', 'out/compute/index.ts', 'out/echo/types.ts', 'out/echo/index.ts']);
});

test('help and version are printed and are no errors', () => {
  const help = run(root, '-h');
  assert.equal(help.status, 0);
  for (const flag of [
    '--input',
    '--output',
    '--server-only',
    '--client-only',
    '--types-only',
    '--import-extension',
    '--help',
    '--version',
  ]) {
    assert.ok(help.stdout.includes(flag), flag);
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  assert.deepEqual([run(root, '-V').stdout, run(root, '--version').status], [`${version}\n`, 0]);
});

for (const [config, extension] of [
  ['{ "compilerOptions": { "module": "nodenext" } }', '.js'],
  ['{ "compilerOptions": { "module": "NodeNext", "rewriteRelativeImportExtensions": true } }', '.ts'],
  ['{ "compilerOptions": { "moduleResolution": "bundler", "allowImportingTsExtensions": true } }', '.ts'],
  ['{ "compilerOptions": { "moduleResolution": "Bundler" } }', ''],
  ['{ "compilerOptions": { "module": "preserve", } /* with a comma */ }', ''],
  ['// inherited\n{ "extends": "./base" }', '.ts'],
  ['{ "compilerOptions": ', '.js'],
] as const) {
  test(`imports end in '${extension}' under the tsconfig ${config.replaceAll('\n', ' ')}`, async () => {
    const cwd = project({
      'compute.rpc.ts': COMPUTE,
      'tsconfig.json': config,
      'base.json': '{ "compilerOptions": { "allowImportingTsExtensions": true } }',
    });
    await generate({ input: 'compute.rpc.ts', cwd });
    assert.match(readFileSync(join(cwd, 'src/generated/compute/client.ts'), 'utf8'), new RegExp(`'./codec${extension}';`, 'u'));
  });
}

test('--import-extension wins over tsconfig', () => {
  const cwd = project({ 'compute.rpc.ts': COMPUTE, 'tsconfig.json': '{ "compilerOptions": { "module": "nodenext" } }' });
  run(cwd, '-i', 'compute.rpc.ts', '--import-extension', 'none');
  assert.match(readFileSync(join(cwd, 'src/generated/compute/client.ts'), 'utf8'), /'\.\/codec';/u);
});

test('build scripts get diagnostics and the written files', async () => {
  const cwd = project({ 'compute.rpc.ts': COMPUTE });
  const first = await generate({ input: ['compute.rpc.ts'], output: 'out', cwd, only: 'client' });
  assert.deepEqual(first.diagnostics, []);
  assert.deepEqual(first.written, ['out/compute/types.ts', 'out/compute/codec.ts', 'out/compute/client.ts', 'out/compute/index.ts']);
  const second = await generate({ input: ['compute.rpc.ts'], output: 'out', cwd, only: 'client' });
  assert.deepEqual([second.files, second.written], [first.files, []]);
  writeFileSync(join(cwd, 'compute.rpc.ts'), COMPUTE.replace('Promise<string>', 'string'));
  const third = await generate({ input: ['compute.rpc.ts'], output: 'out', cwd, only: 'client' });
  assert.match(third.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n'), /^compute\.rpc\.ts:3:32: error: /u);
  await assert.rejects(
    generate({ input: 'none.rpc.ts', cwd }),
    (error: unknown) => error instanceof RpcError && error.code === 'NOT_FOUND',
  );
});

test('definitions and what they import may be anywhere relative to the output', async () => {
  const cwd = project({
    'a/definitions/compute.rpc.ts': `import type { Task } from '../../b/task.ts';\n${COMPUTE.replace('taskId: string', 'task: Task')}`,
    'b/task.ts': 'export interface Task { id: string }',
  });
  await generate({ input: 'a/definitions/compute.rpc.ts', output: 'c/d/generated', cwd, importExtension: '.ts' });
  assert.match(
    readFileSync(join(cwd, 'c/d/generated/compute/types.ts'), 'utf8'),
    /export type \{ Task \} from '\.\.\/\.\.\/\.\.\/\.\.\/b\/task\.ts';/u,
  );
});

test('a copy of the golden definitions generates with no diagnostics', async () => {
  const cwd = project({});
  cpSync(join(root, 'test/golden/codegen/definitions'), join(cwd, 'definitions'), { recursive: true });
  const { diagnostics, files } = await generate({ input: 'definitions', output: 'out', cwd, libraryModule: '../../../../src/index.ts' });
  assert.deepEqual(diagnostics, []);
  assert.equal(files.length, 22);
});
