import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type GenerateOptions, generate } from '../../../src/codegen.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const folders: string[] = [];

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A project with the golden definitions, generated as told, under the strict options of this repository. */
async function project(options: Partial<GenerateOptions>, compilerOptions: Record<string, unknown> = {}): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), 'rpcnet-tsc-'));
  folders.push(cwd);
  cpSync(join(root, 'test/golden/codegen/definitions'), join(cwd, 'definitions'), { recursive: true });
  for (const name of ['compute', 'shapes', 'several']) {
    const path = join(cwd, `definitions/${name}.rpc.ts`);
    writeFileSync(path, readFileSync(path, 'utf8').replace('../../../../src/index.ts', 'rpcnet'));
  }
  const paths = { rpcnet: [join(root, 'src/index.ts')], 'rpcnet/generated': [join(root, 'src/generated.ts')] };
  writeFileSync(join(cwd, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(cwd, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { paths, typeRoots: [join(root, 'node_modules/@types')], ...compilerOptions },
      include: ['definitions', 'generated', '*.ts'],
    }),
  );
  const { diagnostics } = await generate({ input: 'definitions', output: 'generated', cwd, ...options });
  assert.deepEqual(diagnostics, []);
  return cwd;
}

/** What the compiler says about the project's own files. */
function errorsOf(cwd: string): string[] {
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], { cwd, encoding: 'utf8' });
  return stdout.split('\n').filter((line) => /^(?:generated|definitions|\w+\.ts)/u.test(line));
}

test('everything that is generated type-checks under the strict options', async () => {
  assert.deepEqual(errorsOf(await project({})), []);
});

for (const only of ['server', 'client', 'types'] as const) {
  test(`what --${only}-only generates type-checks alone`, async () => {
    assert.deepEqual(errorsOf(await project({ only })), []);
  });
}

test('imports without an ending type-check under a bundler', async () => {
  const cwd = await project(
    { importExtension: '' },
    { module: 'esnext', moduleResolution: 'bundler', allowImportingTsExtensions: true, rewriteRelativeImportExtensions: false },
  );
  assert.deepEqual(errorsOf(cwd), []);
});

test('imports with .js type-check under nodenext', async () => {
  assert.deepEqual(errorsOf(await project({ importExtension: '.js' })), []);
});

test('generated code type-checks without the strictest options, too', async () => {
  const relaxed = { exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false, isolatedDeclarations: false };
  assert.deepEqual(errorsOf(await project({}, relaxed)), []);
});

test('a program that misuses a generated client does not type-check', async () => {
  const cwd = await project({});
  writeFileSync(
    join(cwd, 'program.ts'),
    [
      "import { ComputeClient, computeError, isComputeError, type ComputeHandler } from './generated/compute/index.ts';",
      "const client = await ComputeClient.connect('127.0.0.1:1');",
      "export const result: Uint8Array = (await client.processTask('a', new Uint8Array())).result;",
      'client.processTask(1, new Uint8Array());',
      "export const wrong: number = await client.processTask('a', new Uint8Array());",
      'computeError.invalidTask({});',
      'try { await client.ping(); } catch (error) { if (isComputeError(error)) error.details.missing; }',
      'export const handler: ComputeHandler = { ping() {} };',
      '',
    ].join('\n'),
  );
  assert.deepEqual(
    errorsOf(cwd).map((line) => /program\.ts\((\d+)/u.exec(line)?.[1]),
    ['4', '5', '6', '7', '8'],
  );
});
