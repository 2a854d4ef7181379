/**
 * The code generator: definition text in, generated files out. Nothing here reads or writes files; a port gives the text of definitions and of what
 * they import. Four steps, each in its own folder:
 *
 * - `parse`: text to syntax, with `oxc-parser`, and names followed across relative imports;
 * - `lower`: syntax to the model (`model`), refusing what cannot travel;
 * - `check`: what can be seen only in the whole model;
 * - `emit`: the model to TypeScript.
 *
 * Every problem of every input is reported, and nothing is emitted unless there is none.
 */
import { checkService } from './check/check-service.ts';
import { emitService, type GeneratedFile } from './emit/emit-service.ts';
import type { EmitSettings } from './emit/file-context.ts';
import type { GeneratedPart } from './emit/generated-part.ts';
import { ServiceNames } from './emit/service-names.ts';
import { lowerServices } from './lower/lower-service.ts';
import { TypeLowering } from './lower/lower-type.ts';
import type { ServiceModel } from './model/service-model.ts';
import { FileSet, type ReadFile } from './parse/file-set.ts';
import { type Diagnostic, Diagnostics } from './source/diagnostic.ts';

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
  readonly diagnostics: readonly Diagnostic[];
}

/** Generates the folders of every service in the inputs. */
export function generateFiles(options: GenerateFilesOptions): GenerateFilesResult {
  const { inputs, output, parts, libraryModule, readFile, runtimeModule, importExtension } = options;
  const diagnostics = new Diagnostics();
  const files = new FileSet(readFile, libraryModule, diagnostics);
  const lowering = new TypeLowering(files, diagnostics);
  const services = inputs.flatMap((input) => servicesOf(input, { files, lowering, diagnostics }));
  lowering.finish();
  for (const service of services) checkService(service, diagnostics);
  checkFolders(services, diagnostics);
  if (!diagnostics.isEmpty) return { files: [], diagnostics: diagnostics.sorted() };
  const emit = { output, parts, settings: { runtimeModule, importExtension } };
  return { files: services.flatMap((service) => emitService(service, emit)), diagnostics: [] };
}

interface Run {
  readonly files: FileSet;
  readonly lowering: TypeLowering;
  readonly diagnostics: Diagnostics;
}

function servicesOf(input: string, { files, lowering, diagnostics }: Run): readonly ServiceModel[] {
  const file = files.load(input, 'definition');
  if (file !== undefined) return lowerServices(lowering, file);
  diagnostics.reportFile(input, 'the file cannot be read');
  return [];
}

function checkFolders(services: readonly ServiceModel[], diagnostics: Diagnostics): void {
  const byFolder = new Map<string, ServiceModel>();
  for (const service of services) {
    const { folder } = new ServiceNames(service);
    const other = byFolder.get(folder);
    byFolder.set(folder, service);
    if (other === undefined) continue;
    diagnostics.report(
      service.at,
      `${service.name} and ${other.name} would both be generated into the folder '${folder}'`,
      'rename one of them',
    );
  }
}
