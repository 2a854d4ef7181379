import {
  type ExportAllDeclaration,
  type ExportNamedDeclaration,
  type ImportDeclaration,
  type ParseResult,
  parseSync,
  type Statement,
  type TSInterfaceDeclaration,
  type TSTypeAliasDeclaration,
} from 'oxc-parser';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { SourceFile } from '../source/source-file.ts';
import type { Declaration, DefinitionFile, ImportedName, UnsupportedKind } from './definition-file.ts';

/** How strictly a file is read: a definition holds only types, a file it imports types from may hold anything. */
export type FileRole = 'definition' | 'imported';

/** Parses one file and sorts its statements. Syntax errors and statements that do not belong are reported. */
export function parseFile(source: SourceFile, role: FileRole, diagnostics: Diagnostics): DefinitionFile {
  const result = parseSync(source.path, source.text, { lang: 'ts', sourceType: 'module' });
  for (const error of result.errors) {
    const label = error.labels[0] ?? { start: 0, end: 1 };
    const message = firstToLower(error.message.replace(/\.$/u, ''));
    diagnostics.report(
      { file: source, start: label.start, end: label.end },
      message,
      error.helpMessage ?? 'the file must be valid TypeScript',
    );
  }
  const sorter = new StatementSorter(source, result, { role, diagnostics });
  for (const statement of result.program.body) sorter.add(statement as Statement);
  return sorter.file;
}

class StatementSorter {
  readonly file: DefinitionFile;
  readonly #role: FileRole;
  readonly #diagnostics: Diagnostics;
  readonly #declarations = new Map<string, Declaration>();
  readonly #imports = new Map<string, ImportedName>();
  readonly #reexports = new Map<string, ImportedName>();
  readonly #exportedModules: string[] = [];
  readonly #unsupported = new Map<string, UnsupportedKind>();

  constructor(
    source: SourceFile,
    { comments, errors }: ParseResult,
    { role, diagnostics }: { readonly role: FileRole; readonly diagnostics: Diagnostics },
  ) {
    this.#role = role;
    this.#diagnostics = diagnostics;
    this.file = {
      source,
      isValid: errors.length === 0,
      comments,
      declarations: this.#declarations,
      imports: this.#imports,
      reexports: this.#reexports,
      exportedModules: this.#exportedModules,
      unsupported: this.#unsupported,
    };
  }

  add(statement: Statement): void {
    switch (statement.type) {
      case 'ImportDeclaration':
        return this.#addImport(statement);
      case 'ExportNamedDeclaration':
        return this.#addExport(statement);
      case 'ExportAllDeclaration':
        return this.#addExportAll(statement);
      case 'TSInterfaceDeclaration':
      case 'TSTypeAliasDeclaration':
        return this.#declare(statement, statement.start, false);
      case 'EmptyStatement':
        return;
      default:
        return this.#refuse(statement);
    }
  }

  #addImport(statement: ImportDeclaration): void {
    const typeOnly = statement.importKind === 'type';
    for (const specifier of statement.specifiers) {
      const isType = typeOnly || (specifier.type === 'ImportSpecifier' && specifier.importKind === 'type');
      if (!isType && this.#role === 'definition') {
        this.#report(specifier, 'a definition imports types only', "write 'import type { … }': the file is never executed");
      }
      const name = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : undefined;
      const { start, end } = specifier;
      this.#imports.set(specifier.local.name, { name, specifier: statement.source.value, start, end });
    }
    if (statement.specifiers.length === 0 && this.#role === 'definition') {
      this.#report(statement, 'a definition imports types only', 'remove this import: the file is never executed');
    }
  }

  #addExport(statement: ExportNamedDeclaration): void {
    const { declaration, source } = statement;
    if (declaration !== null) {
      if (isTypeDeclaration(declaration)) this.#declare(declaration, statement.start, true);
      else this.#refuse(declaration);
      return;
    }
    for (const specifier of statement.specifiers) {
      const exported = nameOf(specifier.exported);
      const local = nameOf(specifier.local);
      const { start, end } = specifier;
      if (source !== null) this.#reexports.set(exported, { name: local, specifier: source.value, start, end });
      else this.#exportLocal(local, exported);
    }
  }

  #addExportAll(statement: ExportAllDeclaration): void {
    if (statement.exported === null) this.#exportedModules.push(statement.source.value);
    else if (this.#role === 'definition')
      this.#report(statement, "'export * as' is not supported", "export the types by name: 'export type { Name } from …'");
  }

  /** `export type { Name }` of something this file declares or imports. Statements are in file order, so the name may come later: see {@link FileSet}. */
  #exportLocal(local: string, exported: string): void {
    this.#reexports.set(exported, { name: local, specifier: '', start: 0, end: 0 });
  }

  #declare(node: TSInterfaceDeclaration | TSTypeAliasDeclaration, statementStart: number, exported: boolean): void {
    const { name } = node.id;
    if (this.#declarations.has(name)) {
      this.#report(node.id, `'${name}' is declared twice`, 'merge the two declarations into one');
      return;
    }
    this.#declarations.set(name, { name, file: this.file, node, statementStart, exported });
  }

  #refuse(statement: Unsupported): void {
    for (const name of namesIn(statement)) this.#unsupported.set(name, UNSUPPORTED_KINDS[statement.type] ?? 'value');
    if (this.#role === 'imported') return;
    if (statement.type === 'TSEnumDeclaration') {
      this.#report(statement, 'enums are not supported', "use a union of string literals: type Level = 'low' | 'high'");
    } else if (statement.type === 'ClassDeclaration') {
      this.#report(statement, 'classes are not supported', 'use an interface with the fields that travel');
    } else {
      this.#report(statement, 'a definition holds only interfaces, type aliases and type imports', 'move this to another file');
    }
  }

  #report(node: { readonly start: number; readonly end: number }, message: string, hint: string): void {
    this.#diagnostics.report({ file: this.file.source, start: node.start, end: node.end }, message, hint);
  }
}

function isTypeDeclaration(node: { readonly type: string }): node is TSInterfaceDeclaration | TSTypeAliasDeclaration {
  return node.type === 'TSInterfaceDeclaration' || node.type === 'TSTypeAliasDeclaration';
}

/** A statement that a definition may not hold. */
interface Unsupported {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly id?: unknown;
  readonly declarations?: readonly { readonly id: unknown }[];
}

/** The plain names that a statement declares. */
function namesIn(statement: Unsupported): readonly string[] {
  const ids = [statement.id, ...(statement.declarations ?? []).map(({ id }) => id)];
  return ids.flatMap((id) => (typeof id === 'object' && id !== null && 'name' in id && typeof id.name === 'string' ? [id.name] : []));
}

function nameOf(node: { readonly type: string; readonly name?: string; readonly value?: unknown }): string {
  return node.name ?? String(node.value);
}

function firstToLower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

const UNSUPPORTED_KINDS: Readonly<Record<string, UnsupportedKind>> = {
  TSEnumDeclaration: 'enum',
  ClassDeclaration: 'class',
  TSModuleDeclaration: 'namespace',
};
