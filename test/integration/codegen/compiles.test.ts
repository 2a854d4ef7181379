import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type GenerateOptions, generate } from '../../../src/codegen.ts';
import { compile, compiledProject, TYPESCRIPT_6, TYPESCRIPT_7 } from '../../support/compiled-project.ts';
import { writeIn } from '../../support/generator-project.ts';

const definitions = fileURLToPath(new URL('../../golden/codegen/definitions', import.meta.url));

/** How a project resolves modules, and how its definitions must then end their imports. */
const SETTINGS = {
  nodenext: { ending: '.js', options: { module: 'nodenext', moduleResolution: 'nodenext', rewriteRelativeImportExtensions: false } },
  'nodenext with .ts': {
    ending: '.ts',
    options: { module: 'nodenext', moduleResolution: 'nodenext', rewriteRelativeImportExtensions: true },
  },
  bundler: { ending: '', options: { module: 'esnext', moduleResolution: 'bundler', rewriteRelativeImportExtensions: false } },
} as const;

/** A project with the golden definitions, generated as told. */
async function project(
  setting: keyof typeof SETTINGS,
  options: Partial<GenerateOptions> = {},
  compilerOptions: Record<string, unknown> = {},
): Promise<string> {
  const { ending, options: moduleOptions } = SETTINGS[setting];
  const cwd = compiledProject({}, { ...moduleOptions, ...compilerOptions });
  for (const name of readdirSync(definitions).filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(join(definitions, name), 'utf8').replaceAll(/'(?:\.\.\/)+src\/index\.ts'/gu, "'rpcnet'");
    writeIn(cwd, `definitions/${name}`, text.replaceAll(/(from '\.[^']*)\.ts'/gu, `$1${ending}'`));
  }
  const { diagnostics } = await generate({ input: 'definitions', output: 'generated', cwd, ...options });
  assert.deepEqual(diagnostics, []);
  return cwd;
}

for (const compiler of [TYPESCRIPT_7, TYPESCRIPT_6]) {
  const skip = existsSync(compiler.path) ? false : `${compiler.name} is not installed`;
  for (const setting of Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]) {
    test(`everything that is generated compiles with ${compiler.name} under ${setting}`, { skip }, async () => {
      assert.deepEqual(compile(await project(setting), compiler), []);
    });
  }
}

for (const only of ['server', 'client', 'types'] as const) {
  for (const setting of ['nodenext', 'bundler'] as const) {
    test(`what --${only}-only generates compiles alone under ${setting}`, async () => {
      assert.deepEqual(compile(await project(setting, { only })), []);
    });
  }
}

test('generated code compiles without the strictest options, too', async () => {
  const relaxed = { exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false, isolatedDeclarations: false };
  assert.deepEqual(compile(await project('nodenext', {}, relaxed)), []);
});

test('a program that misuses a generated client does not compile', async () => {
  const cwd = await project('nodenext');
  const program = [
    "import { ComputeClient, computeError, isComputeError, type ComputeHandler } from './generated/compute/index.js';",
    "const client = await ComputeClient.connect('127.0.0.1:1');",
    "export const result: Uint8Array = (await client.processTask('a', new Uint8Array())).result;",
    'client.processTask(1, new Uint8Array());',
    "export const wrong: number = await client.processTask('a', new Uint8Array());",
    'computeError.invalidTask({});',
    'try { await client.ping(); } catch (error) { if (isComputeError(error)) error.details.missing; }',
    'export const handler: ComputeHandler = { ping() {} };',
    '',
  ];
  writeIn(cwd, 'program.ts', program.join('\n'));
  assert.deepEqual(
    compile(cwd).map((line) => /program\.ts\((\d+)/u.exec(line)?.[1]),
    ['4', '5', '6', '7', '8'],
  );
});
