import { type Shape, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import { hasFixedSize } from './emit-write-containers.ts';
import type { FileContext } from './file-context.ts';
import type { LiteralTables } from './literal-tables.ts';
import type { LocalNames } from './local-names.ts';
import { SCALAR_CALLS } from './scalar-calls.ts';

/** Where a value that is read goes. */
export interface ReadPlace {
  /** The variable to declare. */
  readonly local: string;
  /** The field it is for: a name for constants and errors. */
  readonly hint: string;
  readonly locals: LocalNames;
  /** The shape whose function this is. */
  readonly inside: Shape | undefined;
}

/** What the parts of the read emitter share. */
export interface ReadTools {
  readonly context: FileContext;
  readonly literals: LiteralTables;
  /** Adds statements that read a value into a new local variable. */
  statements(type: TypeModel, place: ReadPlace): void;
}

/**
 * The fewest bytes a value takes, always at least one: what a count is checked against before anything is allocated.
 * A type that contains itself without a way out has no value and must not come here.
 */
export function minBytes(type: TypeModel): number {
  const bare = unwrapAlias(type);
  switch (bare.kind) {
    case 'scalar':
      return SCALAR_CALLS[bare.scalar].minBytes;
    case 'shape':
      return 1 + minBodyBytes(bare.shape);
    case 'limited':
      return minBytes(bare.inner);
    case 'tuple':
      return bare.items.slice(0, bare.required).reduce((sum, item) => sum + minBytes(item), hasFixedSize(bare) ? 0 : 1);
    default:
      return 1;
  }
}

function minBodyBytes({ body }: Shape): number {
  if (body === undefined || body.kind === 'union') return 1;
  const required = body.fields.filter((field) => !field.optional);
  return required.reduce((sum, field) => sum + (unwrapAlias(field.type).kind === 'shape' ? 1 : minBytes(field.type)), 0);
}
