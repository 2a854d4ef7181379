import { SchemaSyntaxError } from '../util/schema/read-schema.ts';
import { checkService } from './check/check-service.ts';
import { ServiceNames } from './emit/service-names.ts';
import { applyLock } from './evolution/apply-lock.ts';
import { describeService } from './evolution/describe-service.ts';
import { type Lock, lockPathOf, lockText, readLock } from './evolution/lock-file.ts';
import type { ServiceSchema } from './evolution/service-schema.ts';
import { lowerServices } from './lower/lower-service.ts';
import { TypeLowering } from './lower/lower-type.ts';
import type { ServiceModel } from './model/service-model.ts';
import { FileSet, type ReadFile } from './parse/file-set.ts';
import { type Diagnostic, Diagnostics } from './source/diagnostic.ts';

/** Which definitions to read. Paths are absolute, with forward slashes. */
export interface LoadServicesOptions {
  readonly inputs: readonly string[];
  /** The module that `Service` and `Stream` are imported from, by default `rpcnet`. */
  readonly libraryModule: string;
  /** Also asked for the lock file beside each definition. */
  readonly readFile: ReadFile;
}

/** The services of definitions, laid out as their lock files say; or what is wrong. */
export interface LoadedServices {
  readonly services: readonly ServiceModel[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the definitions with their lock files. There are no services when there are diagnostics. */
export function loadServices({ inputs, libraryModule, readFile }: LoadServicesOptions): LoadedServices {
  const diagnostics = new Diagnostics();
  const files = new FileSet(readFile, libraryModule, diagnostics);
  const lowering = new TypeLowering(files, diagnostics);
  const services = inputs.flatMap((input) => servicesOf(input, { files, lowering, diagnostics }));
  lowering.finish();
  for (const service of services) checkService(service, diagnostics);
  checkFolders(services, diagnostics);
  const locks = new Map(inputs.map((input) => [input, lockOf(input, readFile, diagnostics)]));
  if (!diagnostics.isEmpty) return { services: [], diagnostics: diagnostics.sorted() };
  return { services: services.map((service) => applyLock(service, locks.get(pathOf(service))?.get(service.name))), diagnostics: [] };
}

/** The layouts of the services of each definition, by its path. */
export function schemasByDefinition(services: readonly ServiceModel[]): ReadonlyMap<string, readonly ServiceSchema[]> {
  const schemas = new Map<string, ServiceSchema[]>();
  for (const service of services) {
    const path = pathOf(service);
    schemas.set(path, [...(schemas.get(path) ?? []), describeService(service)]);
  }
  return schemas;
}

/** The lock file of each definition. */
export function lockFiles(services: readonly ServiceModel[]): readonly { readonly path: string; readonly text: string }[] {
  return [...schemasByDefinition(services)].map(([definition, schemas]) => ({ path: lockPathOf(definition), text: lockText(schemas) }));
}

interface Run {
  readonly files: FileSet;
  readonly lowering: TypeLowering;
  readonly diagnostics: Diagnostics;
}

function pathOf({ file }: ServiceModel): string {
  return file.source.path;
}

function servicesOf(input: string, { files, lowering, diagnostics }: Run): readonly ServiceModel[] {
  const file = files.load(input, 'definition');
  if (file !== undefined) return lowerServices(lowering, file);
  diagnostics.reportFile(input, 'the file cannot be read');
  return [];
}

function lockOf(definition: string, readFile: ReadFile, diagnostics: Diagnostics): Lock | undefined {
  const path = lockPathOf(definition);
  const text = readFile(path);
  if (text === undefined) return undefined;
  try {
    return readLock(text);
  } catch (error) {
    if (!(error instanceof SchemaSyntaxError)) throw error;
    diagnostics.reportFile(path, `the lock file cannot be read: ${error.message}`, LOCK_HINT);
    return undefined;
  }
}

function checkFolders(services: readonly ServiceModel[], diagnostics: Diagnostics): void {
  const byFolder = new Map<string, ServiceModel>();
  for (const service of services) {
    const { folder } = new ServiceNames(service);
    const other = byFolder.get(folder);
    byFolder.set(folder, service);
    if (other === undefined) continue;
    const otherName = other.at.file === service.at.file ? other.name : `${other.name} of ${other.at.file.path}`;
    diagnostics.report(
      service.at,
      `${service.name} and ${otherName} would both be generated into the folder '${folder}'`,
      'rename one of them',
    );
  }
}

const LOCK_HINT = 'take it from version control, where it should be kept; without it, programs generated before may not be understood';
