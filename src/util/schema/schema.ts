/**
 * What a message looks like on the wire, as a value: what two programs compare when their definitions differ, and what a lock file remembers.
 *
 * The folder holds the description itself, its text form both ways, and the comparison. It knows no bytes and no TypeScript.
 */
export type SchemaType =
  | { readonly kind: 'scalar'; readonly name: string }
  /** One of a few values, by its place among them. */
  | { readonly kind: 'literals'; readonly values: readonly SchemaLiteral[] }
  /** `list`, `set`, `map`, `record`, `tuple`, `nullable`, `undefinable`, `choice`, and within a tuple `optional` and `rest`. */
  | { readonly kind: 'composite'; readonly name: string; readonly parts: readonly SchemaType[] }
  | SchemaStruct
  | SchemaUnion
  /** A type that is described elsewhere, by name: see {@link SchemaTypes}. */
  | { readonly kind: 'reference'; readonly name: string };

/** An object: its required fields, then its optional ones, each in the order of the wire. */
export interface SchemaStruct {
  readonly kind: 'struct';
  readonly fields: readonly SchemaField[];
}

/** Objects that a field with a literal of its own tells apart, by their place. */
export interface SchemaUnion {
  readonly kind: 'union';
  readonly discriminant: string;
  readonly variants: readonly SchemaVariant[];
}

export interface SchemaField {
  readonly name: string;
  readonly type: SchemaType;
  readonly optional: boolean;
  /** An optional field that was removed: its place stays taken, and what old programs send there is skipped. */
  readonly isReserved: boolean;
}

export interface SchemaVariant {
  readonly tag: SchemaLiteral;
  readonly fields: readonly SchemaField[];
}

/** The scalar that stands for whatever object was in a field that was removed: it is skipped by its length. */
export const ANY_OBJECT = 'object';

/** A value that is a type of its own. */
export type SchemaLiteral = string | number | boolean | bigint;

/** The types that references name. */
export type SchemaTypes = ReadonlyMap<string, SchemaType>;

/** Everything two programs must agree on for one method, except its name. */
export interface MethodSchema {
  /** One of the four call kinds. */
  readonly kind: string;
  /** The parameters as one object, or an item of the client's stream. */
  readonly request: SchemaType;
  /** `undefined` for an answer without a value. */
  readonly response: SchemaType | undefined;
  /** The service's own error type, if it has one. */
  readonly error: SchemaType | undefined;
  readonly types: SchemaTypes;
}

/** Follows references to what they stand for; `undefined` for one that leads nowhere. */
export function resolveReference(type: SchemaType, types: SchemaTypes): Exclude<SchemaType, { kind: 'reference' }> | undefined {
  let current: SchemaType | undefined = type;
  for (let steps = 0; current?.kind === 'reference'; steps++) current = steps < MAX_STEPS ? types.get(current.name) : undefined;
  return current;
}

/** References name objects and unions, so that one step is the rule; a circle of references stands for nothing. */
const MAX_STEPS = 8;
