import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { compareServices, type ServiceChange } from '../codegen/evolution/compare-services.ts';
import { lockPathOf, readLock } from '../codegen/evolution/lock-file.ts';
import type { ServiceSchema } from '../codegen/evolution/service-schema.ts';
import type { Diagnostic } from '../codegen/source/diagnostic.ts';
import { RpcError } from '../errors/rpc-error.ts';
import { SchemaSyntaxError } from '../util/schema/read-schema.ts';
import { findInputs } from './find-inputs.ts';
import type { GenerateOptions } from './generate.ts';
import { openRevision } from './git-revision.ts';
import { toSlashes } from './slashes.ts';

/** Settings of {@link checkBreaking}: those of `generate` that say which definitions, and what to compare them with. */
export interface CheckBreakingOptions extends Pick<GenerateOptions, 'input' | 'cwd' | 'libraryModule'> {
  /** A branch, tag or commit of git. Default: the lock file beside each definition. */
  readonly against?: string;
}

/** What {@link checkBreaking} found. */
export interface CheckBreakingResult {
  /** What is wrong with the definitions. Unless it is empty, nothing was compared. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every change, breaking ones first in each definition. */
  readonly changes: readonly ServiceChange[];
  /** Whether one of them is breaking. */
  readonly isBreaking: boolean;
}

/**
 * Compares definitions with what they were, and says of every change whether programs of before and after understand each other. The same as
 * `rpcnet-gen --check-breaking`. Writes nothing.
 *
 * @throws RpcError `NOT_FOUND` when an input, its lock file or the revision does not exist, `FAILED_PRECONDITION` outside of a git repository
 * @example
 * const { changes, isBreaking } = await checkBreaking({ input: 'definitions', against: 'main' });
 */
export async function checkBreaking(options: CheckBreakingOptions): Promise<CheckBreakingResult> {
  const cwd = resolve(options.cwd ?? process.cwd());
  const inputs = findInputs([options.input].flat(), cwd).map(toSlashes);
  // The parser is a native module: loaded only when definitions are read.
  const { loadServices, schemasByDefinition } = await import('../codegen/load-services.ts');
  const libraryModule = options.libraryModule ?? 'rpcnet';
  const loaded = loadServices({ inputs, libraryModule, readFile: readNow });
  const shown = (path: string): string => toSlashes(relative(cwd, path));
  if (loaded.diagnostics.length > 0) {
    const diagnostics = loaded.diagnostics.map((diagnostic) => ({ ...diagnostic, file: shown(diagnostic.file) }));
    return { diagnostics, changes: [], isBreaking: false };
  }
  const readThen = options.against === undefined ? readNow : openRevision(cwd, options.against).read;
  const loader = { loadServices, schemasByDefinition };
  const before = new Before({ loader, readThen, against: options.against, libraryModule, shown });
  const schemas = schemasByDefinition(loaded.services);
  const changes = inputs.flatMap((input) => compareServices(before.schemasOf(input), schemas.get(input) ?? []));
  return { diagnostics: [], changes, isBreaking: changes.some(({ verdict }) => verdict === 'breaking') };
}

interface BeforeOptions {
  readonly loader: Pick<typeof import('../codegen/load-services.ts'), 'loadServices' | 'schemasByDefinition'>;
  readonly readThen: (path: string) => string | undefined;
  readonly against: string | undefined;
  readonly libraryModule: string;
  readonly shown: (path: string) => string;
}

/** The definitions as they were. */
class Before {
  readonly #options: BeforeOptions;

  constructor(options: BeforeOptions) {
    this.#options = options;
  }

  /** The services of one definition then; none if it did not exist. */
  schemasOf(definition: string): ReadonlyMap<string, ServiceSchema> {
    const { readThen, against, shown } = this.#options;
    const lockPath = lockPathOf(definition);
    const lock = readThen(lockPath);
    if (lock !== undefined) return this.#readLock(lock, shown(lockPath));
    if (against !== undefined) return this.#fromDefinition(definition);
    const message = `there is no lock file '${shown(lockPath)}': generate once to write it, or compare with a revision of git`;
    throw new RpcError('NOT_FOUND', message);
  }

  /** Without a lock, fields travelled as they were declared. */
  #fromDefinition(definition: string): ReadonlyMap<string, ServiceSchema> {
    const { loader, readThen, against, libraryModule, shown } = this.#options;
    if (readThen(definition) === undefined) return new Map();
    const readFile = (path: string): string | undefined => withPlainBreaks(readThen(path));
    const { services, diagnostics } = loader.loadServices({ inputs: [definition], libraryModule, readFile });
    const [first] = diagnostics;
    if (first !== undefined) {
      const where = `'${shown(first.file)}' of ${against}`;
      throw new RpcError(
        'FAILED_PRECONDITION',
        `${where} cannot be read by this generator: ${first.message}; compare with a later revision`,
      );
    }
    const schemas = loader.schemasByDefinition(services).get(definition) ?? [];
    return new Map(schemas.map((schema) => [schema.name, schema]));
  }

  #readLock(text: string, path: string): ReadonlyMap<string, ServiceSchema> {
    try {
      return readLock(text);
    } catch (cause) {
      if (!(cause instanceof SchemaSyntaxError)) throw cause;
      throw new RpcError('FAILED_PRECONDITION', `the lock file '${path}' cannot be read: ${cause.message}`, { cause });
    }
  }
}

function readNow(path: string): string | undefined {
  return existsSync(path) ? withPlainBreaks(readFileSync(path, 'utf8')) : undefined;
}

function withPlainBreaks(text: string | undefined): string | undefined {
  return text?.replace(/^\ufeff/u, '').replaceAll('\r\n', '\n');
}
