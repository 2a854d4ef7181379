import type { Shape, TypeModel } from '../model/type-model.ts';
import type { FileContext } from './file-context.ts';
import type { LiteralTables } from './literal-tables.ts';
import type { LocalNames } from './local-names.ts';

/** A value in a local variable, and how an error names the way to it inside the current function. */
export interface WritePlace {
  readonly local: string;
  /** Code for each step: quoted field names, and variables with an index or key. */
  readonly path: readonly string[];
  readonly locals: LocalNames;
  /** The shape whose function this is. */
  readonly inside: Shape | undefined;
}

/** What the parts of the write emitter share. */
export interface WriteTools {
  readonly context: FileContext;
  readonly literals: LiteralTables;
  /** Adds statements that check and write the value in a local variable. */
  statements(type: TypeModel, place: WritePlace): void;
}

/** Code that makes the error for a value that does not fit. */
export function mismatchCode(context: FileContext, expected: string, place: Pick<WritePlace, 'local' | 'path'>): string {
  return `${context.runtime('mismatch')}(${[place.local, expected, ...place.path].join(', ')})`;
}

/** The field a value stands in: a name for a constant. */
export function hintOf(place: WritePlace): string {
  return place.path.find((part) => part.startsWith("'"))?.slice(1, -1) ?? 'values';
}
