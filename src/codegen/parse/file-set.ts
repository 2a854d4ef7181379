import type { Diagnostics } from '../source/diagnostic.ts';
import { folderOf, joinPath } from '../source/paths.ts';
import { SourceFile } from '../source/source-file.ts';
import type { Declaration, DefinitionFile, ImportedName } from './definition-file.ts';
import { type FileRole, parseFile } from './parse-file.ts';

/** Gives the text of a file, or `undefined` when there is none. Paths are absolute, with forward slashes. */
export type ReadFile = (path: string) => string | undefined;

/** What a name in a file stands for. */
export type Resolution =
  | { readonly kind: 'declaration'; readonly declaration: Declaration }
  /** `Service` or `Stream` of the library itself. */
  | { readonly kind: 'library'; readonly name: string }
  /** Neither declared nor imported: perhaps a global such as `Date`. */
  | { readonly kind: 'global' }
  | { readonly kind: 'unresolved'; readonly reason: string; readonly hint?: string };

/** Loads files through the port, each once, and follows names across relative imports. */
export class FileSet {
  readonly #readFile: ReadFile;
  readonly #diagnostics: Diagnostics;
  readonly #libraryModule: string;
  readonly #files = new Map<string, DefinitionFile | undefined>();

  constructor(readFile: ReadFile, libraryModule: string, diagnostics: Diagnostics) {
    this.#readFile = readFile;
    this.#libraryModule = libraryModule;
    this.#diagnostics = diagnostics;
  }

  load(path: string, role: FileRole): DefinitionFile | undefined {
    if (this.#files.has(path)) return this.#files.get(path);
    const text = this.#readFile(path);
    const file = text === undefined ? undefined : parseFile(new SourceFile(path, text), role, this.#diagnostics);
    this.#files.set(path, file);
    return file;
  }

  /** Finds what `name` stands for in `file`: its own declarations first, then imports, then globals. */
  resolve(file: DefinitionFile, name: string): Resolution {
    const declaration = file.declarations.get(name);
    if (declaration !== undefined) return { kind: 'declaration', declaration };
    const imported = file.imports.get(name);
    return imported === undefined ? { kind: 'global' } : this.#follow(file, imported, MAX_HOPS);
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

  #exportOf(target: DefinitionFile, { name, specifier }: ImportedName & { readonly name: string }, hops: number): Resolution {
    const declaration = target.declarations.get(name);
    if (declaration?.exported === true) return { kind: 'declaration', declaration };
    const reexported = target.reexports.get(name);
    if (reexported !== undefined) return this.#follow(target, reexported, hops - 1);
    return { kind: 'unresolved', reason: `'${specifier}' exports no interface or type alias named '${name}'` };
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

const MAX_HOPS = 32;
