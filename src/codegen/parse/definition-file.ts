import type { Comment, TSInterfaceDeclaration, TSTypeAliasDeclaration } from 'oxc-parser';
import type { SourceFile } from '../source/source-file.ts';

/** One parsed file: its declarations and where its other names come from. Nothing is resolved yet. */
export interface DefinitionFile {
  readonly source: SourceFile;
  /** Whether the text is valid TypeScript; otherwise what was read may be a part only. */
  readonly isValid: boolean;
  readonly comments: readonly Comment[];
  /** Interfaces and type aliases by name, in the order of the file. */
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** Names that come from other modules, by their local name. */
  readonly imports: ReadonlyMap<string, ImportedName>;
  /** Names that the file exports from other modules. */
  readonly reexports: ReadonlyMap<string, ImportedName>;
  /** The modules whose every export the file exports: `export type * from './more.ts'`. */
  readonly exportedModules: readonly string[];
  /** Names of enums, classes and other declarations that cannot travel. */
  readonly unsupported: ReadonlyMap<string, UnsupportedKind>;
}

/** A declaration that cannot travel. */
export type UnsupportedKind = 'enum' | 'class' | 'namespace' | 'value';

/** An interface or type alias of a file. */
export interface Declaration {
  readonly name: string;
  readonly file: DefinitionFile;
  readonly node: TSInterfaceDeclaration | TSTypeAliasDeclaration;
  /** Where the statement begins, `export` included: doc comments stand before it. */
  readonly statementStart: number;
  readonly exported: boolean;
}

/** A name that another module declares. */
export interface ImportedName {
  /** Its name over there; `undefined` for a default import or a namespace. */
  readonly name: string | undefined;
  readonly specifier: string;
  readonly start: number;
  readonly end: number;
}
