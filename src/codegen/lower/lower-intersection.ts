import type { TSIntersectionType, TSType } from 'oxc-parser';
import { type Field, type Shape, type ShapeBody, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import { placeInside, type TypePlace } from './lower-context.ts';
import type { TypeLowering } from './lower-type.ts';
import { FIELDS_BESIDE_INDEX, type Refusal } from './refusals.ts';
import { alternativesOf, unionBody } from './union-body.ts';

/** Lowers `A & B` of object types: an object with the fields of all. A union among them gives a union. */
export function lowerIntersection(lowering: TypeLowering, node: TSIntersectionType, place: TypePlace): TypeModel | undefined {
  const nodes = flatten(node.types);
  const members = nodes.map((member, index) => lowering.lower(member, placeInside(place, `${place.hint}${index + 1}`)));
  if (members.some((member) => member === undefined)) return undefined;
  const types = members as TypeModel[];
  const other = types.findIndex((member) => unwrapAlias(member).kind !== 'shape');
  if (other !== -1) {
    const isRecord = unwrapAlias(types[other] as TypeModel).kind === 'record';
    return lowering.refuse(nodes[other] as TSType, place, isRecord ? FIELDS_BESIDE_INDEX : NO_OBJECT);
  }
  const shapes = types.map((member) => (unwrapAlias(member) as { readonly shape: Shape }).shape);
  const shape = lowering.createShape(node, place);
  if (place.naming === undefined) {
    lowering.texts.add(shape, { mentions: [], write: (part) => types.map((member) => inIntersection(part(member))).join(' & ') });
    lowering.keys.setDepth(shape, lowering.keys.deepest(types));
  }
  return lowering.bodies.open(shape, () => intersectionBody(lowering, { node, place, shapes, shape }));
}

interface IntersectionParts {
  readonly node: TSIntersectionType;
  readonly place: TypePlace;
  readonly shapes: readonly Shape[];
  readonly shape: Shape;
}

function intersectionBody(lowering: TypeLowering, { node, place, shapes, shape }: IntersectionParts): ShapeBody {
  let combined: readonly (readonly Field[])[] = [[]];
  let isUnion = false;
  for (const member of shapes) {
    const body = lowering.bodies.bodyOf(member);
    const alternatives = alternativesOf(body, member.at);
    if (alternatives === undefined) {
      lowering.refuse(node, place, { message: `'${shape.name}' is made from itself`, hint: 'refer to it in a field instead' });
      return { kind: 'struct', fields: [] };
    }
    isUnion ||= body?.kind === 'union';
    combined = combined.flatMap((fields) => alternatives.map((more) => mergeFields(lowering, [fields, more], { node, place })));
  }
  if (isUnion) return unionBody(lowering.diagnostics, combined, shape.at);
  return { kind: 'struct', fields: combined[0] ?? [] };
}

/** The fields of both sides; one that both have must have the same type in both. */
function mergeFields(
  lowering: TypeLowering,
  [left, right]: readonly [readonly Field[], readonly Field[]],
  { node, place }: { readonly node: TSIntersectionType; readonly place: TypePlace },
): readonly Field[] {
  const fields = new Map(left.map((field) => [field.name, field]));
  for (const field of right) {
    const other = fields.get(field.name);
    if (other !== undefined && lowering.keys.keyOf(other.type) !== lowering.keys.keyOf(field.type)) {
      const message = `the field '${field.name}' has different types in this intersection`;
      lowering.refuse(node, place, { message, hint: 'give it one type, or leave it out of one side with Omit' });
    }
    const isOptional = field.optional && (other?.optional ?? true);
    fields.set(field.name, { ...(other ?? field), optional: isOptional, allowsUndefined: isOptional && field.allowsUndefined });
  }
  return [...fields.values()];
}

function flatten(types: readonly TSType[]): TSType[] {
  return types.flatMap((type) => {
    const bare = type.type === 'TSParenthesizedType' ? type.typeAnnotation : type;
    return bare.type === 'TSIntersectionType' ? flatten(bare.types) : [bare];
  });
}

function inIntersection(text: string): string {
  return text.includes(' | ') ? `(${text})` : text;
}

const NO_OBJECT: Refusal = {
  message: 'only object types can be joined with &',
  hint: 'use the type alone; brands and other marks on primitives do not travel',
};
