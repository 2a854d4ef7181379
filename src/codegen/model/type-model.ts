import type { SchemaType } from '../../util/schema/schema.ts';
import type { Declaration } from '../parse/definition-file.ts';
import type { SourceRange } from '../source/source-file.ts';

/**
 * The types of a definition, free of syntax: what codecs are emitted from.
 *
 * Objects and unions of objects are shapes: each gets its own pair of functions and may refer to itself. Everything else is written in place.
 */
export type TypeModel =
  /** `isUnknown`: a `json` that the definition calls `unknown`. */
  | { readonly kind: 'scalar'; readonly scalar: Scalar; readonly isUnknown?: boolean }
  /** One of a few values; its index travels. */
  | { readonly kind: 'literals'; readonly values: readonly LiteralValue[] }
  | { readonly kind: 'list'; readonly item: TypeModel; readonly readonly: boolean }
  | { readonly kind: 'set'; readonly item: TypeModel; readonly readonly?: boolean }
  /** `Map<K, V>`. */
  | { readonly kind: 'map'; readonly key: TypeModel; readonly value: TypeModel; readonly readonly?: boolean }
  /** `Record<string, V>` and `{ [key: string]: V }`. */
  | { readonly kind: 'record'; readonly value: TypeModel }
  | TupleModel
  /** `T | null`. */
  | { readonly kind: 'nullable'; readonly inner: TypeModel }
  /** `T | undefined` where it is no property: items of a list, values of a map, answers. */
  | { readonly kind: 'undefinable'; readonly inner: TypeModel }
  /** A union whose members `typeof`, `Array.isArray` and `instanceof` tell apart, each another one. */
  | { readonly kind: 'choice'; readonly members: readonly TypeModel[] }
  /** A type and the limits that a doc comment sets its values. */
  | { readonly kind: 'limited'; readonly inner: TypeModel; readonly limits: Limits }
  | { readonly kind: 'shape'; readonly shape: Shape }
  | AliasModel;

/** `[A, B?, ...C[]]`. Items from `required` on may be missing; after the last one any number of `rest` follows. */
export interface TupleModel {
  readonly kind: 'tuple';
  readonly items: readonly TypeModel[];
  readonly rest: TypeModel | undefined;
  /** How many items every value has. */
  readonly required: number;
  readonly readonly?: boolean;
}

/** Types that one pair of runtime functions writes and reads. */
export type Scalar =
  | 'string'
  | 'number'
  | 'boolean'
  | 'bytes'
  | 'date'
  | 'bigint'
  | 'null'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'float32'
  | 'int64'
  | 'uint64'
  | 'json';

/** A value that is a type of its own. */
export type LiteralValue = string | number | boolean | bigint;

/**
 * What a doc comment demands of values. `min` and `max` are for numbers and bigints; lengths count UTF-16 units of text, bytes, and the items of lists,
 * sets, maps and records; `pattern` is a regular expression for text.
 */
export interface Limits {
  readonly min?: number;
  readonly max?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

/** A named alias of something that is not a shape of its own; `target` is set once the alias has been read. */
export interface AliasModel {
  readonly kind: 'alias';
  readonly declaration: Declaration;
  /** How generated code names a use of a generic alias, for example `Maybe<User>`; otherwise it is the declaration's name. */
  readonly typeText?: string;
  /** The declarations that `typeText` names. */
  readonly mentions?: readonly Declaration[];
  /** `typeText` names the library's `Json`. */
  readonly mentionsJson?: boolean;
  target: TypeModel | undefined;
}

/** An object type or a union of object types. The body is set once everything it is made of has been read. */
export interface Shape {
  /** The declaration that names it; an inline object type, a use of a generic type and the like have none. */
  readonly declaration: Declaration | undefined;
  /** How generated code names a type without a declaration, for example `Page<User>` or `Pick<User, 'id'>`; without it the fields are written out. */
  readonly typeText?: string;
  /** The declarations that `typeText` names. */
  readonly mentions?: readonly Declaration[];
  /** `typeText` names the library's `Json`. */
  readonly mentionsJson?: boolean;
  /** A PascalCase name: the declaration's, or one made from where the type stands, such as `PageOfUser`. */
  readonly name: string;
  readonly at: SourceRange;
  body: ShapeBody | undefined;
}

export type ShapeBody =
  | ({ readonly kind: 'struct' } & FieldList)
  | { readonly kind: 'union'; readonly discriminant: string; readonly variants: readonly Variant[] };

/** The fields of an object type as they were declared, and as they travel. */
export interface FieldList {
  readonly fields: readonly Field[];
  /** In the order of the lock file, with those that were removed; without it they travel as they were declared. */
  readonly wire?: readonly Field[] | undefined;
}

/** A property of an object type, or a parameter of a method. */
export interface Field {
  readonly name: string;
  readonly type: TypeModel;
  readonly optional: boolean;
  /** Declared as `name?: T | undefined`: writing `undefined` is the same as leaving it out. */
  readonly allowsUndefined: boolean;
  readonly at: SourceRange;
  /** Set for an optional field that was removed, only in `wire`: its place stays taken, and what old programs send there is skipped. */
  readonly reserved?: SchemaType;
}

/** One object type of a union; its fields are without the discriminant. */
export interface Variant extends FieldList {
  /** The value of the discriminant. */
  readonly tag: LiteralValue;
}

/** The fields of an object in the order in which they travel, those that were removed included. */
export function wireFields({ fields, wire }: FieldList): readonly Field[] {
  return wire ?? fields;
}

/** The fields that codecs must know: nothing stands behind a removed field at the end, so it is skipped with whatever else is unknown. */
export function codecFields(list: FieldList): readonly Field[] {
  const fields = wireFields(list);
  return fields.slice(0, fields.findLastIndex((field) => field.reserved === undefined) + 1);
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

/** The types a type is directly made of, without those of a shape's fields. */
export function partsOf(type: TypeModel): readonly TypeModel[] {
  switch (type.kind) {
    case 'scalar':
    case 'literals':
    case 'shape':
      return [];
    case 'list':
    case 'set':
      return [type.item];
    case 'map':
      return [type.key, type.value];
    case 'record':
      return [type.value];
    case 'tuple':
      return type.rest === undefined ? type.items : [...type.items, type.rest];
    case 'nullable':
    case 'undefinable':
    case 'limited':
      return [type.inner];
    case 'choice':
      return type.members;
    case 'alias':
      return type.target === undefined ? [] : [type.target];
  }
}

/** The shapes that stand in a type before any field is looked into. */
export function shapesIn(type: TypeModel): readonly Shape[] {
  return type.kind === 'shape' ? [type.shape] : partsOf(type).flatMap(shapesIn);
}
