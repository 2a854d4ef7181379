import { existsSync, readFileSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { GeneratedPart } from '../codegen/emit/generated-part.ts';
import type { Diagnostic } from '../codegen/source/diagnostic.ts';
import { RpcError } from '../errors/rpc-error.ts';
import { findInputs } from './find-inputs.ts';
import { type ImportExtension, importEndingFor, importEndings } from './import-extension.ts';
import { compareOutput, removeFiles, writeOutput } from './output-files.ts';
import { toSlashes } from './slashes.ts';

/** Settings of {@link generate}; those of the command and of the configuration file are the same. */
export interface GenerateOptions {
  /** Definition files, directories with `*.rpc.ts` files below, or patterns such as `src/**\/*.rpc.ts`; with `!` first to leave out. */
  readonly input: string | readonly string[];
  /** The folder that the service folders go into. Default `src/generated`. */
  readonly output?: string;
  /** Only what a server needs, only what a client needs, or only the types. Default: everything. */
  readonly only?: 'server' | 'client' | 'types';
  /** How relative imports end. Default: what fits the nearest tsconfig.json. */
  readonly importExtension?: ImportExtension;
  /** Write nothing, only tell what is not current. Default false. */
  readonly check?: boolean;
  /** Delete generated files below the output that nothing generates any more. Default false. */
  readonly prune?: boolean;
  /** What relative paths are relative to. Default: the working directory of the process. */
  readonly cwd?: string;
  /** What generated files import instead of `rpcnet/generated`; a path from the generated file, or a package. */
  readonly runtimeModule?: string;
  /** Where definitions import `Service` and `Stream` from, instead of `rpcnet`. */
  readonly libraryModule?: string;
}

/** What {@link generate} found and did. Paths are relative to `cwd`, with forward slashes. */
export interface GenerateResult {
  /** What is wrong with the definitions, by file and place. Unless it is empty, nothing was written and the other lists but `sources` are empty. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every file that belongs to the output. */
  readonly files: readonly string[];
  /** Those whose text was not what the definitions give. */
  readonly stale: readonly string[];
  /** Those that were not there. */
  readonly missing: readonly string[];
  /** Generated files below the output that nothing generates: their definition is gone, or gives them no more. */
  readonly orphaned: readonly string[];
  /** The stale and missing files, unless `check` is set. */
  readonly written: readonly string[];
  /** The orphaned files, if `prune` is set and `check` is not. */
  readonly removed: readonly string[];
  /** Every definition and every file that one imports: what to watch. */
  readonly sources: readonly string[];
}

/**
 * Generates clients, servers and codecs from definition files; the same as the command `rpcnet-gen`.
 *
 * @throws RpcError `NOT_FOUND` when an input does not exist or stands for no definition, `ALREADY_EXISTS` when a file would be replaced that is not
 *   generated, `FAILED_PRECONDITION` when a file cannot be written
 * @example
 * const { diagnostics } = await generate({ input: 'compute.rpc.ts', output: 'src/generated' });
 * for (const diagnostic of diagnostics) console.error(formatDiagnostic(diagnostic));
 */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  const cwd = resolve(options.cwd ?? process.cwd());
  if (options.output === '') throw new RpcError('INVALID_ARGUMENT', 'the output is empty: name a folder');
  const output = resolve(cwd, options.output ?? DEFAULT_OUTPUT);
  const inputs = findInputs([options.input].flat(), cwd);
  const sources = new Set<string>();
  // The parser is a native module: loaded only when something is generated.
  const { generateFiles } = await import('../codegen/generate-files.ts');
  const {
    files: code,
    locks,
    diagnostics,
  } = generateFiles({
    inputs: inputs.map(toSlashes),
    output: toSlashes(output),
    parts: new Set(PARTS[options.only ?? 'all']),
    importExtension: options.importExtension === undefined ? importEndingFor(output) : importEndings[options.importExtension],
    runtimeModule: options.runtimeModule ?? 'rpcnet/generated',
    libraryModule: options.libraryModule ?? 'rpcnet',
    readFile: (path) => {
      const text = readSource(path);
      // A lock file is written with the output: a watch must not begin again because of it.
      if (text !== undefined && !isLock({ path })) sources.add(path);
      return text;
    },
  });
  const files = [...code, ...locks];
  const shown = (path: string): string => toSlashes(relative(cwd, path));
  const state = diagnostics.length > 0 ? NOTHING : compareOutput(files, output, sources);
  const write = options.check !== true;
  const changed = new Set([...state.stale, ...state.missing]);
  const written = write ? files.filter(({ path }) => changed.has(path)) : [];
  const removed = write && options.prune === true ? state.orphaned : [];
  // Lock files first: code whose places are not pinned could be deployed and not be found again.
  writeOutput([...written.filter(isLock), ...written.filter((file) => !isLock(file))], shown);
  removeFiles(removed, output);
  return {
    diagnostics: diagnostics.map((diagnostic) => ({ ...diagnostic, file: shown(diagnostic.file) })),
    files: files.map((file) => shown(file.path)),
    stale: state.stale.map(shown),
    missing: state.missing.map(shown),
    orphaned: state.orphaned.map(shown),
    written: written.map((file) => shown(file.path)),
    removed: removed.map(shown),
    sources: [...sources].map(shown).sort(),
  };
}

function isLock({ path }: { readonly path: string }): boolean {
  return path.endsWith('.lock.json');
}

/** The text of a definition. Line breaks and a byte order mark differ between checkouts of one file, and must not make its output differ. */
function readSource(path: string): string | undefined {
  if (!existsSync(path) || !statSync(path).isFile()) return undefined;
  return readFileSync(path, 'utf8')
    .replace(/^\ufeff/u, '')
    .replaceAll('\r\n', '\n');
}

/** Where the service folders go unless told otherwise. */
export const DEFAULT_OUTPUT = 'src/generated';

const NOTHING = { stale: [], missing: [], orphaned: [] } as const;

const PARTS: Readonly<Record<'all' | 'server' | 'client' | 'types', readonly GeneratedPart[]>> = {
  all: ['types', 'codec', 'errors', 'server', 'client'],
  server: ['types', 'codec', 'errors', 'server'],
  client: ['types', 'codec', 'errors', 'client'],
  types: ['types'],
};
