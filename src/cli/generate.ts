import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import type { GeneratedPart } from '../codegen/emit/generated-part.ts';
import type { Diagnostic } from '../codegen/source/diagnostic.ts';
import { findInputs } from './find-inputs.ts';
import { type ImportExtension, importExtensionFor } from './import-extension.ts';

/** Settings of {@link generate}. */
export interface GenerateOptions {
  /** Definition files, or directories with `*.rpc.ts` files below. */
  readonly input: string | readonly string[];
  /** The folder that the service folders go into. Default `src/generated`. */
  readonly output?: string;
  /** Only what a server needs, only what a client needs, or only the types. Default: everything. */
  readonly only?: 'server' | 'client' | 'types';
  /** How relative imports end; `''` is nothing. Default: what fits the nearest tsconfig.json. */
  readonly importExtension?: ImportExtension;
  /** What relative paths are relative to. Default: the working directory of the process. */
  readonly cwd?: string;
  /** What generated files import instead of `rpcnet/generated`; a path from the generated file, or a package. */
  readonly runtimeModule?: string;
  /** Where definitions import `Service` and `Stream` from, instead of `rpcnet`. */
  readonly libraryModule?: string;
}

/** What {@link generate} did. */
export interface GenerateResult {
  /** What is wrong with the definitions, by file and place. Unless it is empty, nothing was written. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every generated file, relative to `cwd`. */
  readonly files: readonly string[];
  /** Those that were new or changed, and so were written. */
  readonly written: readonly string[];
}

/**
 * Generates clients, servers and codecs from definition files; the same as the command `rpcnet-gen`.
 *
 * @throws RpcError `NOT_FOUND` when an input does not exist
 * @example
 * const { diagnostics } = await generate({ input: 'compute.rpc.ts', output: 'src/generated' });
 * for (const diagnostic of diagnostics) console.error(formatDiagnostic(diagnostic));
 */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  const cwd = resolve(options.cwd ?? process.cwd());
  const output = resolve(cwd, options.output ?? 'src/generated');
  const inputs = findInputs([options.input].flat(), cwd);
  // The parser is a native module: loaded only when something is generated.
  const { generateFiles } = await import('../codegen/generate-files.ts');
  const { files, diagnostics } = generateFiles({
    inputs: inputs.map(toSlashes),
    output: toSlashes(output),
    parts: new Set(PARTS[options.only ?? 'all']),
    importExtension: options.importExtension ?? importExtensionFor(output),
    runtimeModule: options.runtimeModule ?? 'rpcnet/generated',
    libraryModule: options.libraryModule ?? 'rpcnet',
    readFile,
  });
  const shown = (path: string): string => toSlashes(relative(cwd, path));
  return {
    diagnostics: diagnostics.map((diagnostic) => ({ ...diagnostic, file: shown(diagnostic.file) })),
    files: files.map((file) => shown(file.path)),
    written: files.filter((file) => writeIfChanged(file.path, file.text)).map((file) => shown(file.path)),
  };
}

function readFile(path: string): string | undefined {
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined;
}

/** Leaves an unchanged file alone, so that watchers and builds do not run for nothing. */
function writeIfChanged(path: string, text: string): boolean {
  if (readFile(path) === text) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return true;
}

function toSlashes(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}

const PARTS: Readonly<Record<'all' | 'server' | 'client' | 'types', readonly GeneratedPart[]>> = {
  all: ['types', 'codec', 'errors', 'server', 'client'],
  server: ['types', 'codec', 'errors', 'server'],
  client: ['types', 'codec', 'errors', 'client'],
  types: ['types'],
};
