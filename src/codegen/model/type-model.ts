import type { Declaration } from '../parse/definition-file.ts';
import type { SourceRange } from '../source/source-file.ts';

/**
 * The types of a definition, free of syntax: what codecs are emitted from.
 *
 * Objects and unions of objects are shapes: each gets its own pair of functions and may refer to itself. Everything else is written in place.
 */
export type TypeModel =
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'literals'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly item: TypeModel; readonly readonly: boolean }
  | { readonly kind: 'nullable'; readonly inner: TypeModel }
  | { readonly kind: 'shape'; readonly shape: Shape }
  | AliasModel;

/** Types that one pair of runtime functions writes and reads. */
export type Scalar = 'string' | 'number' | 'boolean' | 'bytes' | 'date' | 'bigint';

/** A named alias of something that is not a shape of its own; `target` is set once the alias has been read. */
export interface AliasModel {
  readonly kind: 'alias';
  readonly declaration: Declaration;
  target: TypeModel | undefined;
}

/** An object type or a union of object types. The body is set once everything it is made of has been read. */
export interface Shape {
  /** The declaration that names it; an inline object type has none. */
  readonly declaration: Declaration | undefined;
  /** A PascalCase name: the declaration's, or one made from where the inline type stands. */
  readonly name: string;
  readonly at: SourceRange;
  body: ShapeBody | undefined;
}

export type ShapeBody =
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }
  | { readonly kind: 'union'; readonly discriminant: string; readonly variants: readonly Variant[] };

/** A property of an object type, or a parameter of a method. */
export interface Field {
  readonly name: string;
  readonly type: TypeModel;
  readonly optional: boolean;
  /** Declared as `name?: T | undefined`: writing `undefined` is the same as leaving it out. */
  readonly allowsUndefined: boolean;
  readonly at: SourceRange;
}

/** One object type of a union. */
export interface Variant {
  /** The value of the discriminant. */
  readonly tag: string;
  /** Its fields without the discriminant. */
  readonly fields: readonly Field[];
}

/** What an alias stands for in the end. */
export function unwrapAlias(type: TypeModel): Exclude<TypeModel, AliasModel> {
  let current = type;
  while (current.kind === 'alias') {
    if (current.target === undefined) throw new Error(`The alias ${current.declaration.name} was never read`);
    current = current.target;
  }
  return current;
}

/** The types that stand directly in a shape, in order. */
export function fieldsOf(shape: Shape): readonly Field[] {
  if (shape.body === undefined) return [];
  return shape.body.kind === 'struct' ? shape.body.fields : shape.body.variants.flatMap((variant) => variant.fields);
}

/** The shape at the core of a type, below lists, null and aliases. */
export function coreShape(type: TypeModel): Shape | undefined {
  const bare = unwrapAlias(type);
  switch (bare.kind) {
    case 'list':
      return coreShape(bare.item);
    case 'nullable':
      return coreShape(bare.inner);
    case 'shape':
      return bare.shape;
    default:
      return undefined;
  }
}
