import { compareFields } from './compare-structs.ts';
import {
  ANY_OBJECT,
  type MethodSchema,
  resolveReference,
  type SchemaField,
  type SchemaType,
  type SchemaTypes,
  type SchemaUnion,
} from './schema.ts';
import type { SchemaChange, SchemaDifference } from './schema-difference.ts';
import { schemaLiteralText, schemaText } from './schema-text.ts';

/** Every difference between two descriptions of one method; none when they mean the same bytes. */
export function compareSchemas(first: MethodSchema, second: MethodSchema): readonly SchemaDifference[] {
  return new Comparison(first.types, second.types).methods(first, second);
}

/** Where in a message the comparison stands. */
interface Place {
  readonly path: string;
  /** The name of the type around. */
  readonly type: string | undefined;
  /** How much of the path leads to that type. */
  readonly typeAt?: number;
}

class Comparison {
  readonly #firstTypes: SchemaTypes;
  readonly #secondTypes: SchemaTypes;
  readonly #differences: SchemaDifference[] = [];
  /** Pairs of references that were or are being compared: types may contain themselves. */
  readonly #visited = new Set<string>();
  #steps = 0;

  constructor(firstTypes: SchemaTypes, secondTypes: SchemaTypes) {
    this.#firstTypes = firstTypes;
    this.#secondTypes = secondTypes;
  }

  methods(first: MethodSchema, second: MethodSchema): readonly SchemaDifference[] {
    if (first.kind !== second.kind) {
      this.#report('kindChanged', { path: '', type: undefined }, { subject: 'the call kind', first: first.kind, second: second.kind });
      return this.#differences;
    }
    this.#types(first.request, second.request, { path: 'request', type: undefined });
    this.#responses(first.response, second.response);
    this.#errors(first.error, second.error);
    return this.#differences;
  }

  /** An answer without a value is as good as an object without fields: both are no bytes. */
  #responses(first: SchemaType | undefined, second: SchemaType | undefined): void {
    const place: Place = { path: 'response', type: undefined };
    if (first && second) return this.#types(first, second, place);
    if (!first && !second) return;
    const given = first ? resolveReference(first, this.#firstTypes) : second && resolveReference(second, this.#secondTypes);
    if (given?.kind === 'struct') return this.#types(first ?? EMPTY, second ?? EMPTY, place);
    const texts = { subject: 'the answer', first: first ? schemaText(first) : 'void', second: second ? schemaText(second) : 'void' };
    this.#report(first ? 'answerRemoved' : 'answerAdded', place, texts);
  }

  /** Details of an error that cannot be read are given as bytes, so one side may have no type for them. */
  #errors(first: SchemaType | undefined, second: SchemaType | undefined): void {
    const place: Place = { path: 'error', type: undefined };
    if (first && second) return this.#types(first, second, place);
    const subject = 'the error type';
    if (first) this.#report('errorRemoved', place, { subject, first: schemaText(first), second: '' });
    if (second) this.#report('errorAdded', place, { subject, first: '', second: schemaText(second) });
  }

  #types(first: SchemaType, second: SchemaType, place: Place): void {
    if (++this.#steps > MAX_STEPS) return this.#tooLarge(place);
    if (first.kind === 'reference' || second.kind === 'reference') {
      const key = `${schemaText(first)} ${schemaText(second)}`;
      if (this.#visited.has(key)) return;
      this.#visited.add(key);
      const type = second.kind === 'reference' ? second.name : first.kind === 'reference' ? first.name : undefined;
      return this.#bareTypes(first, second, { path: place.path, type, typeAt: place.path.length });
    }
    this.#bareTypes(first, second, place);
  }

  #bareTypes(first: SchemaType, second: SchemaType, place: Place): void {
    const one = resolveReference(first, this.#firstTypes);
    const other = resolveReference(second, this.#secondTypes);
    if (one?.kind === 'scalar' && other?.kind === 'scalar') return this.#scalars(one.name, other.name, place);
    if (one?.kind === 'literals' && other?.kind === 'literals') {
      return this.#prefix(one.values.map(schemaLiteralText), other.values.map(schemaLiteralText), { place, what: 'literal' });
    }
    if (one?.kind === 'struct' && other?.kind === 'struct') return this.#fields(one.fields, other.fields, place);
    if (one?.kind === 'union' && other?.kind === 'union') return this.#unions(one, other, place);
    if (one?.kind === 'composite' && other?.kind === 'composite' && one.name === other.name) {
      return this.#parts(one, other, place);
    }
    if (one && other && isSkipped(one, other)) return;
    this.#typeChanged(first, second, place);
  }

  #scalars(first: string, second: string, place: Place): void {
    if (first === second) return;
    const family = INTEGER_FAMILIES.find((names) => names.includes(first) && names.includes(second));
    const change = family === undefined ? 'typeChanged' : family.indexOf(first) < family.indexOf(second) ? 'widened' : 'narrowed';
    this.#report(change, place, { subject: place.path, first, second });
  }

  #fields(first: readonly SchemaField[], second: readonly SchemaField[], place: Place): void {
    compareFields(first, second, {
      both: (one, other) => this.#types(one.type, other.type, { ...place, path: `${place.path}.${one.name}` }),
      differs: (change, one, other) => {
        const name = one?.name ?? other?.name ?? '';
        const texts = { subject: name, first: one ? fieldText(one) : '', second: other ? fieldText(other) : '' };
        this.#report(change, { ...place, path: `${place.path}.${name}` }, texts);
      },
    });
  }

  #unions(first: SchemaUnion, second: SchemaUnion, place: Place): void {
    if (first.discriminant !== second.discriminant) {
      const texts = { subject: first.discriminant, first: first.discriminant, second: second.discriminant };
      return this.#report('discriminantChanged', place, texts);
    }
    const tags = (union: SchemaUnion): string[] => union.variants.map(({ tag }) => schemaLiteralText(tag));
    this.#prefix(tags(first), tags(second), { place, what: 'variant' });
    first.variants.forEach((variant, index) => {
      const other = second.variants[index];
      if (other?.tag !== variant.tag) return;
      this.#fields(variant.fields, other.fields, { ...place, path: `${place.path}(${String(variant.tag)})` });
    });
  }

  #parts(first: Composite, second: Composite, place: Place): void {
    if (first.name === 'choice') this.#choices(first, second, place);
    else if (first.parts.length !== second.parts.length) this.#typeChanged(first, second, place);
    else this.#partsInPlace(first, second, place);
  }

  #choices(first: Composite, second: Composite, place: Place): void {
    const added = second.parts.slice(first.parts.length);
    const removed = first.parts.slice(second.parts.length);
    for (const part of added) this.#report('variantAdded', place, { subject: schemaText(part), first: '', second: schemaText(part) });
    for (const part of removed) this.#report('variantRemoved', place, { subject: schemaText(part), first: schemaText(part), second: '' });
    this.#partsInPlace(first, second, place);
  }

  #partsInPlace(first: Composite, second: Composite, place: Place): void {
    const step = STEPS[first.name];
    first.parts.forEach((part, index) => {
      const other = second.parts[index];
      if (other) this.#types(part, other, { ...place, path: `${place.path}${step?.[index] ?? `[${index}]`}` });
    });
  }

  /** Values that travel by their place in a list: one side may have more of them at the end. */
  #prefix(
    first: readonly string[],
    second: readonly string[],
    about: { readonly place: Place; readonly what: 'literal' | 'variant' },
  ): void {
    const { place, what } = about;
    const common = Math.min(first.length, second.length);
    const moved = first.slice(0, common).findIndex((value, index) => value !== second[index]);
    if (moved !== -1) {
      const [one = '', other = ''] = [first[moved], second[moved]];
      return this.#report(`${what}Moved`, place, { subject: one, first: one, second: other });
    }
    for (const value of second.slice(common)) this.#report(`${what}Added`, place, { subject: value, first: '', second: value });
    for (const value of first.slice(common)) this.#report(`${what}Removed`, place, { subject: value, first: value, second: '' });
  }

  #typeChanged(first: SchemaType, second: SchemaType, place: Place): void {
    const one = this.#shown(first, this.#firstTypes);
    const other = this.#shown(second, this.#secondTypes);
    this.#report('typeChanged', place, { subject: place.path, first: one, second: other });
  }

  /** Objects and unions are told by what they are: their fields would fill pages, and their names may be numbers. */
  #shown(type: SchemaType, types: SchemaTypes): string {
    const bare = resolveReference(type, types);
    if (bare === undefined) return 'unknown';
    if (bare.kind === 'struct') return 'an object';
    if (bare.kind === 'union') return 'a union of objects';
    if (bare.kind !== 'composite') return schemaText(bare);
    return `${bare.name}(${bare.parts.map((part) => this.#shown(part, types)).join(', ')})`;
  }

  #tooLarge(place: Place): void {
    if (this.#steps === MAX_STEPS + 1) this.#report('tooLarge', place, { subject: 'the definition', first: '', second: '' });
  }

  #report(change: SchemaChange, place: Place, texts: { readonly subject: string; readonly first: string; readonly second: string }): void {
    const { path, type, typeAt = 0 } = place;
    const within = path.slice(typeAt).replace(/^\./u, '');
    this.#differences.push({ change, path, type, within, ...texts });
  }
}

/** Of an object in a removed field only the length matters. */
function isSkipped(first: SchemaType, second: SchemaType): boolean {
  const isObject = (type: SchemaType): boolean => type.kind === 'struct' || type.kind === 'union';
  const isAnyObject = (type: SchemaType): boolean => type.kind === 'scalar' && type.name === ANY_OBJECT;
  return (isAnyObject(first) && isObject(second)) || (isAnyObject(second) && isObject(first));
}

type Composite = Extract<SchemaType, { readonly kind: 'composite' }>;

function fieldText(field: SchemaField): string {
  return `${field.name}${field.optional ? '?' : ''}`;
}

const EMPTY: SchemaType = { kind: 'struct', fields: [] };

/** Integers that are written alike, from the narrowest to the widest. */
const INTEGER_FAMILIES: readonly (readonly string[])[] = [
  ['int8', 'int16', 'int32'],
  ['uint8', 'uint16', 'uint32'],
];

/** How the parts of a type show in a path. */
const STEPS: Readonly<Record<string, readonly string[]>> = {
  list: ['[]'],
  set: ['[]'],
  record: ['[]'],
  map: ['[key]', '[]'],
  nullable: [''],
  undefinable: [''],
  optional: [''],
  rest: ['[]'],
};

/** More than any definition needs; a peer's description must not keep this process busy. */
const MAX_STEPS = 20_000;
