/**
 * The code generator: definition text in, generated files out. Nothing here reads or writes files; a port gives the text of definitions and of what
 * they import. Five steps, each in its own folder:
 *
 * - `parse`: text to syntax, with `oxc-parser`, and names followed across relative imports;
 * - `lower`: syntax to the model (`model`), refusing what cannot travel;
 * - `check`: what can be seen only in the whole model;
 * - `evolution`: the order of fields as the lock file remembers it;
 * - `emit`: the model to TypeScript.
 *
 * Every problem of every input is reported, and nothing is emitted unless there is none.
 */
import { emitService, type GeneratedFile } from './emit/emit-service.ts';
import type { EmitSettings } from './emit/file-context.ts';
import type { GeneratedPart } from './emit/generated-part.ts';
import { loadServices, lockFiles } from './load-services.ts';
import type { ReadFile } from './parse/file-set.ts';
import type { Diagnostic } from './source/diagnostic.ts';

/** What to generate. Paths are absolute, with forward slashes. */
export interface GenerateFilesOptions extends EmitSettings {
  readonly inputs: readonly string[];
  readonly output: string;
  readonly parts: ReadonlySet<GeneratedPart>;
  /** The module that `Service` and `Stream` are imported from, by default `rpcnet`. */
  readonly libraryModule: string;
  readonly readFile: ReadFile;
}

/** The files to write, or what is wrong with the definitions. */
export interface GenerateFilesResult {
  readonly files: readonly GeneratedFile[];
  /** The lock file of each definition, to be written beside it: it remembers where each field stands on the wire. */
  readonly locks: readonly GeneratedFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Generates the folders of every service in the inputs. */
export function generateFiles(options: GenerateFilesOptions): GenerateFilesResult {
  const { inputs, output, parts, libraryModule, readFile, runtimeModule, importExtension } = options;
  const { services, diagnostics } = loadServices({ inputs, libraryModule, readFile });
  if (diagnostics.length > 0) return { files: [], locks: [], diagnostics };
  const emit = { output, parts, settings: { runtimeModule, importExtension } };
  return { files: services.flatMap((service) => emitService(service, emit)), locks: lockFiles(services), diagnostics: [] };
}
