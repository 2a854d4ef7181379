import type { TSType, TSUnionType } from 'oxc-parser';
import { type Field, type Shape, type TypeModel, unwrapAlias, type Variant } from '../model/type-model.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { rangeOf, type TypePlace } from './lower-context.ts';
import type { TypeLowering } from './lower-type.ts';
import type { Refusal } from './refusals.ts';

/** Lowers `A | B`: string literals, object types that a shared literal tells apart, and `null` beside one type. */
export function lowerUnion(lowering: TypeLowering, node: TSUnionType, place: TypePlace): TypeModel | undefined {
  const members = flatten(node.types);
  const hasUndefined = members.some((member) => member.type === 'TSUndefinedKeyword');
  if (hasUndefined) lowering.refuse(node, place, UNDEFINED);
  const hasNull = members.some((member) => member.type === 'TSNullKeyword');
  const rest = members.filter((member) => member.type !== 'TSUndefinedKeyword' && member.type !== 'TSNullKeyword');
  const naming = hasNull || place.naming === undefined ? {} : { naming: place.naming };
  const models = rest.map((member, index) => {
    const hint = rest.length === 1 ? place.hint : `${place.hint}${index + 1}`;
    return lowering.lower(member, { file: place.file, hint });
  });
  if (models.some((model) => model === undefined) || hasUndefined) return undefined;
  const merged = mergeMembers(lowering, { node, place: { file: place.file, hint: place.hint, ...naming }, models: models as TypeModel[] });
  if (merged === undefined || !hasNull) return merged;
  return unwrapReady(merged)?.kind === 'nullable' ? merged : { kind: 'nullable', inner: merged };
}

/** Gives a union shape its variants, once the fields of its members are known. */
export function finishUnion(diagnostics: Diagnostics, shape: Shape, members: readonly Shape[]): void {
  const structs = members.flatMap((member) => candidatesOf(member));
  const discriminant = findDiscriminant(structs);
  if (discriminant === undefined) {
    diagnostics.report(shape.at, NO_DISCRIMINANT.message, NO_DISCRIMINANT.hint);
    shape.body = { kind: 'union', discriminant: '', variants: [] };
    return;
  }
  const variants: Variant[] = [];
  const seen = new Set<string>();
  for (const fields of structs) {
    const tag = literalOf(fields.find((field) => field.name === discriminant)) as string;
    if (seen.has(tag)) {
      diagnostics.report(shape.at, `two members of this union have ${discriminant}: '${tag}'`, 'give each member a value of its own');
    }
    seen.add(tag);
    variants.push({ tag, fields: fields.filter((field) => field.name !== discriminant) });
  }
  if (variants.length > MAX_VARIANTS) {
    diagnostics.report(
      shape.at,
      `a union can have at most ${MAX_VARIANTS} members, this one has ${variants.length}`,
      'group members into unions of their own',
    );
  }
  shape.body = { kind: 'union', discriminant, variants };
}

/** What {@link mergeMembers} works on. */
interface UnionParts {
  readonly node: TSUnionType;
  readonly place: TypePlace;
  readonly models: readonly TypeModel[];
}

function mergeMembers(lowering: TypeLowering, parts: UnionParts): TypeModel | undefined {
  const { node, place, models } = parts;
  const [first] = models;
  if (first === undefined) return lowering.refuse(node, place, UNTAGGED);
  if (models.length === 1) return first;
  const ready = models.map(unwrapReady);
  if (ready.some((model) => model === undefined)) return lowering.refuse(node, place, CIRCULAR);
  const values = ready.flatMap((model) => (model?.kind === 'literals' ? model.values : []));
  if (ready.every((model) => model?.kind === 'literals')) return literals(lowering, parts, values);
  const shapes = ready.flatMap((model) => (model?.kind === 'shape' ? [model.shape] : []));
  if (shapes.length !== ready.length) return lowering.refuse(node, place, UNTAGGED);
  const at = place.naming === undefined ? rangeOf(place.file, node) : rangeOf(place.file, place.naming.node.id);
  return lowering.openUnion({ declaration: place.naming, name: place.hint, at, body: undefined }, shapes);
}

function literals(lowering: TypeLowering, parts: UnionParts, values: readonly string[]): TypeModel | undefined {
  const unique = [...new Set(values)];
  if (unique.length <= MAX_VARIANTS) return { kind: 'literals', values: unique };
  return lowering.refuse(parts.node, parts.place, {
    message: `a union can have at most ${MAX_VARIANTS} literals, this one has ${unique.length}`,
    hint: 'use string',
  });
}

/** What an alias stands for, or `undefined` while that is still being read: then the union contains itself without an object between. */
function unwrapReady(type: TypeModel): Exclude<TypeModel, { kind: 'alias' }> | undefined {
  let current: TypeModel | undefined = type;
  while (current?.kind === 'alias') current = current.target;
  return current;
}

function flatten(types: readonly TSType[]): TSType[] {
  return types.flatMap((type) => {
    const bare = type.type === 'TSParenthesizedType' ? type.typeAnnotation : type;
    return bare.type === 'TSUnionType' ? flatten(bare.types) : [bare];
  });
}

/** The field lists of a member: one for an object type, several for a union inside a union. */
function candidatesOf(member: Shape): (readonly Field[])[] {
  const { body, at } = member;
  if (body === undefined) return [];
  if (body.kind === 'struct') return [body.fields];
  return body.variants.map((variant) => [
    { name: body.discriminant, type: { kind: 'literals', values: [variant.tag] }, optional: false, allowsUndefined: false, at },
    ...variant.fields,
  ]);
}

function findDiscriminant(structs: readonly (readonly Field[])[]): string | undefined {
  const [first = []] = structs;
  return first
    .map((field) => field.name)
    .find((name) => structs.every((fields) => literalOf(fields.find((field) => field.name === name)) !== undefined));
}

function literalOf(field: Field | undefined): string | undefined {
  if (field === undefined || field.optional) return undefined;
  const type = unwrapAlias(field.type);
  return type.kind === 'literals' && type.values.length === 1 ? type.values[0] : undefined;
}

/** The index of a member or literal is one byte. */
const MAX_VARIANTS = 256;

const UNDEFINED: Refusal = {
  message: "'undefined' cannot be a member of a union here",
  hint: "make the field optional: 'name?: T', or use null",
};
const CIRCULAR: Refusal = { message: 'this union contains itself', hint: 'put an interface between' };
const UNTAGGED: Refusal = {
  message: 'the members of this union cannot be told apart',
  hint: "use string literals only, or object types that share a literal field such as kind: 'a', or one type and null",
};
const NO_DISCRIMINANT: Refusal = {
  message: 'the object types of this union share no literal field that tells them apart',
  hint: "add one to each, for example kind: 'created' and kind: 'deleted'",
};
