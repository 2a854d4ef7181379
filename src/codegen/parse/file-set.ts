import type { Diagnostics } from '../source/diagnostic.ts';
import { folderOf, joinPath } from '../source/paths.ts';
import { SourceFile } from '../source/source-file.ts';
import type { Declaration, DefinitionFile, ImportedName, UnsupportedKind } from './definition-file.ts';
import { type FileRole, parseFile } from './parse-file.ts';

/** Gives the text of a file, or `undefined` when there is none. Paths are absolute, with forward slashes. */
export type ReadFile = (path: string) => string | undefined;

/** What a name in a file stands for. */
export type Resolution =
  | { readonly kind: 'declaration'; readonly declaration: Declaration }
  /** A type of the library itself, such as `Stream` or `int32`. */
  | { readonly kind: 'library'; readonly name: string }
  /** An enum, class or the like of this file, which has been reported where it stands. */
  | { readonly kind: 'refused' }
  /** Neither declared nor imported: perhaps a global such as `Date`. */
  | { readonly kind: 'global' }
  | { readonly kind: 'unresolved'; readonly reason: string; readonly hint?: string };

/** Loads files through the port, each once, and follows names across relative imports. */
export class FileSet {
  readonly #readFile: ReadFile;
  readonly #diagnostics: Diagnostics;
  readonly #libraryModule: string;
  readonly #files = new Map<string, DefinitionFile | undefined>();
  /** The files that were read as definitions. */
  readonly #definitions = new Set<DefinitionFile>();

  constructor(readFile: ReadFile, libraryModule: string, diagnostics: Diagnostics) {
    this.#readFile = readFile;
    this.#libraryModule = libraryModule;
    this.#diagnostics = diagnostics;
  }

  load(path: string, role: FileRole): DefinitionFile | undefined {
    const loaded = this.#files.get(path);
    if (loaded !== undefined && role === 'definition' && !this.#definitions.has(loaded)) {
      // Another definition imported it first: what it may not hold as a definition is still to be reported.
      this.#definitions.add(loaded);
      parseFile(loaded.source, role, this.#diagnostics);
    }
    if (this.#files.has(path)) return loaded;
    const text = this.#readFile(path);
    const file = text === undefined ? undefined : parseFile(new SourceFile(path, text), role, this.#diagnostics);
    this.#files.set(path, file);
    if (file !== undefined && role === 'definition') this.#definitions.add(file);
    return file;
  }

  /** Finds what `name` stands for in `file`: its own declarations first, then imports, then globals. */
  resolve(file: DefinitionFile, name: string): Resolution {
    const declaration = file.declarations.get(name);
    if (declaration !== undefined) return { kind: 'declaration', declaration };
    const imported = file.imports.get(name);
    if (imported !== undefined) return this.#follow(file, imported, MAX_HOPS);
    const unsupported = file.unsupported.get(name);
    if (unsupported === undefined) return { kind: 'global' };
    return this.#definitions.has(file) ? { kind: 'refused' } : unsupportedName(name, unsupported);
  }

  #follow(file: DefinitionFile, imported: ImportedName, hops: number): Resolution {
    const { name, specifier } = imported;
    if (hops === 0) return { kind: 'unresolved', reason: `the imports of '${name}' go in a circle` };
    if (name === undefined) {
      return {
        kind: 'unresolved',
        reason: 'default and namespace imports are not supported',
        hint: "import the type by name: 'import type { Name }'",
      };
    }
    if (specifier === this.#libraryModule) return { kind: 'library', name };
    if (specifier === '') return this.#exportedLocal(file, name, hops);
    if (!specifier.startsWith('.')) {
      const reason = `'${name}' comes from the package '${specifier}', which the generator does not read`;
      return { kind: 'unresolved', reason, hint: 'declare the type here or in a file imported with a relative path' };
    }
    const target = this.#loadRelative(file, specifier);
    if (target === undefined) return { kind: 'unresolved', reason: `cannot find the file '${specifier}'` };
    return this.#exportOf(target, { ...imported, name }, hops);
  }

  #exportOf(target: DefinitionFile, imported: Named, hops: number): Resolution {
    const { name, specifier } = imported;
    const found = this.#findExport(target, imported, hops);
    if (found !== undefined) return found;
    const unsupported = target.unsupported.get(name);
    if (unsupported !== undefined) return unsupportedName(name, unsupported);
    const declaration = target.declarations.get(name);
    const hint = declaration === undefined ? 'check the import' : `write 'export' before it in ${specifier}`;
    return { kind: 'unresolved', reason: `'${specifier}' exports no interface or type alias named '${name}'`, hint };
  }

  /** What a file exports under a name: of its own, from elsewhere by name, or with everything of another file. */
  #findExport(target: DefinitionFile, imported: Named, hops: number): Resolution | undefined {
    const declaration = target.declarations.get(imported.name);
    if (declaration?.exported === true) return { kind: 'declaration', declaration };
    const reexported = target.reexports.get(imported.name);
    if (reexported !== undefined) return this.#follow(target, reexported, hops - 1);
    if (hops === 0) return undefined;
    for (const specifier of target.exportedModules) {
      const module = specifier.startsWith('.') ? this.#loadRelative(target, specifier) : undefined;
      const found = module === undefined ? undefined : this.#findExport(module, imported, hops - 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #exportedLocal(file: DefinitionFile, name: string, hops: number): Resolution {
    const declaration = file.declarations.get(name);
    if (declaration !== undefined) return { kind: 'declaration', declaration };
    const imported = file.imports.get(name);
    return imported === undefined ? { kind: 'global' } : this.#follow(file, imported, hops - 1);
  }

  #loadRelative(from: DefinitionFile, specifier: string): DefinitionFile | undefined {
    const base = joinPath(folderOf(from.source.path), specifier);
    for (const path of [base.replace(/\.js$/u, '.ts'), `${base}.ts`, `${base}/index.ts`]) {
      if (!path.endsWith('.ts')) continue;
      const file = this.load(path, 'imported');
      if (file !== undefined) return file;
    }
    return undefined;
  }
}

/** An import by name. */
type Named = ImportedName & { readonly name: string };

function unsupportedName(name: string, kind: UnsupportedKind): Resolution {
  const [what, hint] = UNSUPPORTED[kind];
  return { kind: 'unresolved', reason: `'${name}' is ${what}`, hint };
}

const UNSUPPORTED: Readonly<Record<UnsupportedKind, readonly [what: string, hint: string]>> = {
  enum: ['an enum, and enums are not supported', "use a union of string literals: type Level = 'low' | 'high'"],
  class: ['a class, and classes are not supported', 'use an interface with the fields that travel'],
  namespace: ['a namespace, and namespaces are not supported', 'export the type from a file of its own'],
  value: ['no type', 'name an interface or a type alias'],
};

const MAX_HOPS = 32;
