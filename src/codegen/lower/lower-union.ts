import type { TSType, TSUnionType } from 'oxc-parser';
import { type LiteralValue, type Shape, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import { type BareType, withoutLimits } from './bare-type.ts';
import { placeInside, rangeOf, scalar, type TypePlace } from './lower-context.ts';
import type { TypeLowering } from './lower-type.ts';
import { REFUSED_SYNTAX, type Refusal } from './refusals.ts';
import { alternativesOf, unionBody } from './union-body.ts';

/**
 * Lowers `A | B`. Literals become one set, object types one tagged union; what is left must be told apart by `typeof` and the like. `null` and
 * `undefined` stand around the rest.
 */
export function lowerUnion(lowering: TypeLowering, node: TSUnionType, place: TypePlace): TypeModel | undefined {
  const members = flatten(node.types);
  const given = members.filter((member) => member.type !== 'TSUndefinedKeyword');
  const values = given.filter((member) => member.type !== 'TSNullKeyword');
  const models = values.map((member, index) =>
    lowering.lower(member, placeInside(place, values.length === 1 ? place.hint : `${place.hint}${index + 1}`)),
  );
  if (models.some((model) => model === undefined)) return undefined;
  const parts = new UnionParts();
  for (const model of models as TypeModel[]) parts.add(model);
  parts.hasNull ||= given.length > values.length;
  parts.hasUndefined ||= members.length > given.length;
  const merger = new UnionMerger(lowering, node, parts.hasNull || parts.hasUndefined ? placeInside(place, place.hint) : place);
  const merged =
    parts.members.length === 0 ? (parts.hasNull ? scalar('null') : lowering.refuse(node, place, NOTHING)) : merger.merge(parts);
  if (merged === undefined) return undefined;
  const nullable: TypeModel =
    parts.hasNull && parts.members.length > 0 && !holdsNull(merged) ? { kind: 'nullable', inner: merged } : merged;
  return parts.hasUndefined ? { kind: 'undefinable', inner: nullable } : nullable;
}

/** A type that two sides of a union agree on is told apart by this. */
type Manner = 'string' | 'number' | 'bigint' | 'boolean' | 'Uint8Array' | 'Date' | 'array' | 'Set' | 'Map' | 'object' | 'anything';

/** The members of a union with those of unions inside it, without null and undefined. */
class UnionParts {
  readonly members: TypeModel[] = [];
  hasNull = false;
  hasUndefined = false;

  add(type: TypeModel): void {
    const bare = unwrapAlias(type);
    if (bare.kind === 'nullable' || bare.kind === 'undefinable') {
      if (bare.kind === 'nullable') this.hasNull = true;
      else this.hasUndefined = true;
      this.add(bare.inner);
    } else if (bare.kind === 'choice') {
      for (const member of bare.members) this.add(member);
    } else if (bare.kind === 'scalar' && bare.scalar === 'null') {
      this.hasNull = true;
    } else {
      this.members.push(type);
    }
  }
}

class UnionMerger {
  readonly #lowering: TypeLowering;
  readonly #node: TSUnionType;
  readonly #place: TypePlace;

  constructor(lowering: TypeLowering, node: TSUnionType, place: TypePlace) {
    this.#lowering = lowering;
    this.#node = node;
    this.#place = place;
  }

  merge({ members }: UnionParts): TypeModel | undefined {
    const distinct = this.#distinct(members);
    const [only] = distinct;
    if (only !== undefined && distinct.length === 1) return only;
    const shapes = distinct.filter((member) => unwrapAlias(member).kind === 'shape');
    const literals = this.#literals(distinct);
    const isObjectsOnly = shapes.length === distinct.length;
    const firstLiterals = distinct.find((member) => unwrapAlias(member).kind === 'literals');
    const merged: TypeModel[] = [];
    for (const member of distinct) {
      const { kind } = unwrapAlias(member);
      if (kind === 'shape' && shapes.length > 1) {
        if (member === shapes[0]) merged.push(this.#objects(shapes, isObjectsOnly));
      } else if (kind === 'literals') {
        if (literals.length > 0 && member === firstLiterals) merged.push(this.#literalType(member, literals));
      } else {
        merged.push(member);
      }
    }
    if (literals.length > MAX_LITERALS) return this.#refuse(tooManyLiterals(literals.length));
    return this.#choice(merged);
  }

  #choice(members: readonly TypeModel[]): TypeModel | undefined {
    const [only] = members;
    if (only !== undefined && members.length === 1) return only;
    const byManner = new Map<Manner, TypeModel>();
    for (const member of members) {
      for (const manner of mannersOf(withoutLimits(member))) {
        if (manner === 'anything') return this.#refuse(ANYTHING);
        if (byManner.has(manner)) return this.#refuse(notToldApart(manner));
        byManner.set(manner, member);
      }
    }
    return { kind: 'choice', members };
  }

  #distinct(members: readonly TypeModel[]): readonly TypeModel[] {
    const { keys } = this.#lowering;
    const byKey = new Map<string, TypeModel>();
    for (const member of members) {
      const key = keys.keyOf(member);
      if (!byKey.has(key)) byKey.set(key, member);
    }
    return [...byKey.values()];
  }

  /** The values of all literal members; those that a plain type beside them holds anyway are left out, as TypeScript does. */
  #literals(members: readonly TypeModel[]): readonly LiteralValue[] {
    const bare = members.map(unwrapAlias);
    const plain = new Set(bare.flatMap((member) => (member.kind === 'scalar' ? [member.scalar as string] : [])));
    const values = new Set(bare.flatMap((member) => (member.kind === 'literals' ? member.values : [])));
    return [...values].filter((value) => !plain.has(typeof value));
  }

  #literalType(first: TypeModel, values: readonly LiteralValue[]): TypeModel {
    const bare = unwrapAlias(first);
    if (bare.kind === 'literals' && bare.values.length === values.length && values.every((value) => bare.values.includes(value)))
      return first;
    const isBoolean = values.length === 2 && values.includes(true) && values.includes(false);
    return isBoolean ? scalar('boolean') : { kind: 'literals', values };
  }

  #objects(members: readonly TypeModel[], takesName: boolean): TypeModel {
    const lowering = this.#lowering;
    const place = takesName ? this.#place : placeInside(this.#place, `${this.#place.hint}Object`);
    const shapes = members.map((member) => (unwrapAlias(member) as { readonly shape: Shape }).shape);
    const shape = lowering.createShape(this.#node, place);
    if (place.naming === undefined) {
      lowering.texts.add(shape, { mentions: [], write: (part) => members.map(part).join(' | ') });
      lowering.keys.setDepth(shape, lowering.keys.deepest(members));
    }
    return lowering.bodies.open(shape, () => {
      const alternatives = shapes.map((member) => alternativesOf(lowering.bodies.bodyOf(member), member.at));
      if (alternatives.includes(undefined)) this.#refuse({ message: `'${shape.name}' is made from itself`, hint: 'write the fields out' });
      return unionBody(
        lowering.diagnostics,
        alternatives.flatMap((fields) => fields ?? []),
        shape.at,
      );
    });
  }

  #refuse(refusal: Refusal): undefined {
    const { naming } = this.#place;
    if (naming === undefined) return this.#lowering.refuse(this.#node, this.#place, refusal);
    this.#lowering.diagnostics.report(rangeOf(naming.declaration.file, naming.declaration.node.id), refusal.message, refusal.hint);
  }
}

function mannersOf(type: BareType): readonly Manner[] {
  switch (type.kind) {
    case 'scalar':
      return [SCALAR_MANNERS[type.scalar] ?? 'number'];
    case 'literals':
      return [...new Set(type.values.map((value) => typeof value as Manner))];
    case 'list':
    case 'tuple':
      return ['array'];
    case 'set':
      return ['Set'];
    case 'map':
      return ['Map'];
    case 'record':
    case 'shape':
      return ['object'];
    case 'choice':
      return type.members.flatMap((member) => mannersOf(withoutLimits(member)));
    case 'nullable':
    case 'undefinable':
    case 'limited':
      return mannersOf(withoutLimits(type.inner));
  }
}

/** JSON values have a null of their own. */
function holdsNull(type: TypeModel): boolean {
  const bare = unwrapAlias(type);
  return bare.kind === 'scalar' && bare.scalar === 'json';
}

function flatten(types: readonly TSType[]): TSType[] {
  return types.flatMap((type) => {
    const bare = type.type === 'TSParenthesizedType' ? type.typeAnnotation : type;
    return bare.type === 'TSUnionType' ? flatten(bare.types) : [bare];
  });
}

function notToldApart(manner: Manner): Refusal {
  return {
    message: `the members of this union cannot be told apart: two of them are ${TWO_OF[manner]}`,
    hint: "put each into an object with a literal field of its own, such as kind: 'a'",
  };
}

function tooManyLiterals(count: number): Refusal {
  return { message: `a union can have at most ${MAX_LITERALS} literals, this one has ${count}`, hint: 'use string' };
}

/** The index of a literal is one byte. */
const MAX_LITERALS = 256;

/** All other scalars are numbers. */
const SCALAR_MANNERS: Readonly<Record<string, Manner>> = {
  string: 'string',
  boolean: 'boolean',
  bigint: 'bigint',
  int64: 'bigint',
  uint64: 'bigint',
  bytes: 'Uint8Array',
  date: 'Date',
  json: 'anything',
};

const TWO_OF: Readonly<Record<Manner, string>> = {
  string: 'strings',
  number: 'numbers',
  bigint: 'bigints',
  boolean: 'booleans',
  Uint8Array: 'bytes',
  Date: 'dates',
  array: 'arrays',
  Set: 'sets',
  Map: 'maps',
  object: 'objects',
  anything: 'any value',
};

const NOTHING = REFUSED_SYNTAX.TSUndefinedKeyword as Refusal;
const ANYTHING: Refusal = {
  message: 'the members of this union cannot be told apart: one of them holds any value',
  hint: 'use Json or unknown alone, or put each into an object with a literal field of its own',
};
