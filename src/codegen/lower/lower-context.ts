import type { LiteralValue, TypeModel } from '../model/type-model.ts';
import type { Declaration, DefinitionFile } from '../parse/definition-file.ts';
import type { SourceRange } from '../source/source-file.ts';

/** What the type parameters in scope stand for; `undefined` for an argument that was refused. */
export type TypeEnvironment = ReadonlyMap<string, TypeModel | undefined>;

/** Where a type expression stands: its file, and a PascalCase name for an inline object type found there. */
export interface TypePlace {
  readonly file: DefinitionFile;
  readonly hint: string;
  /** The type parameters in scope. */
  readonly environment?: TypeEnvironment | undefined;
  /** Set when the expression is the whole right side of an alias: a union or intersection of objects takes its name. */
  readonly naming?: Naming | undefined;
}

/** The declaration that gives a type its name, and the arguments of this use if it is generic. */
export interface Naming {
  readonly declaration: Declaration;
  /** PascalCase: the declaration's name, or for a generic one a name such as `PageOfUser`. */
  readonly name: string;
  readonly typeArguments: readonly TypeModel[];
}

/** Anything with a place in the source. */
export interface Spanned {
  readonly start: number;
  readonly end: number;
}

/** The range of a syntax node. */
export function rangeOf(file: DefinitionFile, node: Spanned): SourceRange {
  return { file: file.source, start: node.start, end: node.end };
}

/** The place of a part: it has the file and the type parameters of the whole, but not its name. */
export function placeInside(place: TypePlace, hint: string): TypePlace {
  return { file: place.file, hint, environment: place.environment };
}

/** `dataItems` or `data-items` as `DataItems`. */
export function toPascalCase(text: string): string {
  const joined = text.replace(/[^A-Za-z0-9]+(.)?/gu, (_, next: string | undefined) => next?.toUpperCase() ?? '');
  return joined.slice(0, 1).toUpperCase() + joined.slice(1);
}

/** A scalar type model. */
export function scalar(name: Extract<TypeModel, { kind: 'scalar' }>['scalar']): TypeModel {
  return { kind: 'scalar', scalar: name };
}

/** A literal as it stands in the source. */
export function sourceOfLiteral(value: LiteralValue): string {
  if (typeof value === 'string') {
    // JSON escapes what a line of text cannot hold, but for double quotes.
    const escaped = JSON.stringify(value).slice(1, -1);
    return `'${escaped.replace(/\\.|'/gu, (part) => (part === '\\"' ? '"' : part === "'" ? "\\'" : part)).replace(/[\u2028\u2029]/gu, escapeUnit)}'`;
  }
  return typeof value === 'bigint' ? `${value}n` : String(value);
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}
