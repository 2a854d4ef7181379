import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatorProject, writeIn } from './generator-project.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A TypeScript compiler to test with. */
export interface Compiler {
  readonly name: string;
  readonly path: string;
}

/** The compiler of this repository. */
export const TYPESCRIPT_7: Compiler = { name: 'TypeScript 7', path: join(root, 'node_modules/typescript/bin/tsc') };

/** The one before it, which not every checkout has: `RPCNET_TYPESCRIPT_6` may say in which folder it is installed. */
export const TYPESCRIPT_6: Compiler = {
  name: 'TypeScript 6',
  path: join(process.env.RPCNET_TYPESCRIPT_6 ?? join(root, 'node_modules/typescript-6'), 'bin/tsc'),
};

/**
 * A project that is compiled with the strict options of this repository and `rpcnet` as an installed package would be.
 *
 * @param compilerOptions in the place of those options
 */
export function compiledProject(files: Readonly<Record<string, string>>, compilerOptions: Record<string, unknown> = {}): string {
  const cwd = generatorProject({ 'package.json': '{ "type": "module" }', ...files });
  const library = libraryDeclarations();
  const paths = Object.fromEntries(ENTRIES.map(([name, file]) => [name, [join(library, file)]]));
  const tsconfig = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { paths, typeRoots: [join(root, 'node_modules/@types')], ...compilerOptions },
    include: ['**/*.ts'],
  };
  writeIn(cwd, 'tsconfig.json', JSON.stringify(tsconfig));
  return cwd;
}

/** What the compiler says about the project: nothing but errors and warnings, a line each. */
export function compile(cwd: string, { path }: Compiler = TYPESCRIPT_7): string[] {
  const { stdout, stderr, error } = spawnSync(process.execPath, [path, '-p', '.', '--pretty', 'false'], { cwd, encoding: 'utf8' });
  assert.ifError(error);
  return `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
}

/** The library's declarations, made once for each test file: compiling against them is faster than against its sources. */
function libraryDeclarations(): string {
  if (declarations !== undefined) return declarations;
  const folder = generatorProject({});
  const args = ['-p', join(root, 'tsconfig.build.json'), '--outDir', folder, '--emitDeclarationOnly', '--sourceMap', 'false'];
  const { stdout } = spawnSync(process.execPath, [TYPESCRIPT_7.path, ...args, '--inlineSources', 'false'], { cwd: root, encoding: 'utf8' });
  assert.ok(existsSync(join(folder, 'generated.d.ts')), `the library has no declarations: ${stdout}`);
  declarations = folder;
  return folder;
}

let declarations: string | undefined;

const ENTRIES = [
  ['rpcnet', 'index.d.ts'],
  ['rpcnet/generated', 'generated.d.ts'],
  ['rpcnet/codegen', 'codegen.d.ts'],
  ['rpcnet/cluster', 'cluster.d.ts'],
  ['rpcnet/testing', 'testing.d.ts'],
] as const;
