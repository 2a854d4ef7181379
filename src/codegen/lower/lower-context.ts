import type { TypeModel } from '../model/type-model.ts';
import type { Declaration, DefinitionFile } from '../parse/definition-file.ts';
import type { SourceRange } from '../source/source-file.ts';

/** Where a type expression stands: its file, and a PascalCase name for an inline object type found there. */
export interface TypePlace {
  readonly file: DefinitionFile;
  readonly hint: string;
  /** Set when the expression is the whole right side of an alias: a union of objects takes its name. */
  readonly naming?: Declaration;
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

/** `dataItems` or `data-items` as `DataItems`. */
export function toPascalCase(text: string): string {
  const joined = text.replace(/[^A-Za-z0-9]+(.)?/gu, (_, next: string | undefined) => next?.toUpperCase() ?? '');
  return joined.slice(0, 1).toUpperCase() + joined.slice(1);
}

/** A scalar type model. */
export function scalar(name: Extract<TypeModel, { kind: 'scalar' }>['scalar']): TypeModel {
  return { kind: 'scalar', scalar: name };
}
