import type { TSSignature, TSTupleType, TSType, TSTypeOperator } from 'oxc-parser';
import type { TypeModel } from '../model/type-model.ts';
import { placeInside, type TypePlace } from './lower-context.ts';
import type { TypeLowering } from './lower-type.ts';
import { FIELDS_BESIDE_INDEX, REFUSED_SYNTAX, type Refusal } from './refusals.ts';

/** Lowers `T[]`. */
export function lowerArray(
  lowering: TypeLowering,
  { element, readonly }: { readonly element: TSType; readonly readonly: boolean },
  place: TypePlace,
): TypeModel | undefined {
  const item = lowering.lower(element, placeInside(place, `${place.hint}Item`));
  return item === undefined ? undefined : { kind: 'list', item, readonly };
}

/** Lowers `readonly T[]` and `readonly [A, B]`; other operators are refused. */
export function lowerTypeOperator(lowering: TypeLowering, node: TSTypeOperator, place: TypePlace): TypeModel | undefined {
  const inner = node.typeAnnotation;
  if (node.operator === 'readonly' && inner.type === 'TSArrayType')
    return lowerArray(lowering, { element: inner.elementType, readonly: true }, place);
  if (node.operator === 'readonly' && inner.type === 'TSTupleType') return lowerTuple(lowering, inner, { place, readonly: true });
  return lowering.refuse(node, place, node.operator === 'unique' ? (REFUSED_SYNTAX.TSSymbolKeyword as Refusal) : KEYOF);
}

/** Lowers `[A, B?, ...C[]]`. */
export function lowerTuple(
  lowering: TypeLowering,
  node: TSTupleType,
  { place, readonly }: { readonly place: TypePlace; readonly readonly: boolean },
): TypeModel | undefined {
  const elements = node.elementTypes.map(readElement);
  const misplaced = elements.slice(0, -1).find(({ kind }) => kind === 'rest');
  if (misplaced !== undefined) return lowering.refuse(misplaced.node, place, REST_NOT_LAST);
  const types = elements.map(({ type, kind }, index) => {
    const inner = placeInside(place, `${place.hint}${index + 1}`);
    return kind === 'rest' ? lowerRest(lowering, type, inner) : lowering.lower(type, inner);
  });
  if (types.some((type) => type === undefined)) return undefined;
  const lowered = types as TypeModel[];
  const rest = elements.at(-1)?.kind === 'rest' ? lowered.pop() : undefined;
  const firstOptional = elements.findIndex(({ kind }) => kind === 'optional');
  const required = firstOptional === -1 ? lowered.length : firstOptional;
  return { kind: 'tuple', items: lowered, rest, required, readonly };
}

/** Lowers an object type with an index signature, which is a record if nothing else is in it. */
export function lowerRecord(lowering: TypeLowering, members: readonly TSSignature[], place: TypePlace): TypeModel | undefined {
  const other = members.find((member) => member.type !== 'TSIndexSignature');
  if (other !== undefined) return lowering.refuse(other, place, FIELDS_BESIDE_INDEX);
  const [member, second] = members;
  if (member?.type !== 'TSIndexSignature') return undefined;
  if (second !== undefined) return lowering.refuse(second, place, INDEX_KEY);
  const key = member.parameters[0]?.typeAnnotation.typeAnnotation;
  if (key?.type !== 'TSStringKeyword') return lowering.refuse(member, place, INDEX_KEY);
  const value = lowering.lower(member.typeAnnotation.typeAnnotation, placeInside(place, `${place.hint}Value`));
  return value === undefined ? undefined : { kind: 'record', value };
}

interface Element {
  readonly node: TSTupleType['elementTypes'][number];
  readonly kind: 'required' | 'optional' | 'rest';
  readonly type: TSType;
}

function readElement(node: TSTupleType['elementTypes'][number]): Element {
  switch (node.type) {
    case 'TSNamedTupleMember': {
      const inner = readElement(node.elementType);
      return { node, kind: node.optional ? 'optional' : inner.kind, type: inner.type };
    }
    case 'TSOptionalType':
      return { node, kind: 'optional', type: node.typeAnnotation };
    case 'TSRestType': {
      const { typeAnnotation } = node;
      return {
        node,
        kind: 'rest',
        type: typeAnnotation.type === 'TSNamedTupleMember' ? readElement(typeAnnotation.elementType).type : typeAnnotation,
      };
    }
    default:
      return { node, kind: 'required', type: node };
  }
}

/** The item type of `...T[]`. */
function lowerRest(lowering: TypeLowering, node: TSType, place: TypePlace): TypeModel | undefined {
  const type = lowering.lower(node, place);
  if (type === undefined) return undefined;
  let bare: TypeModel | undefined = type;
  while (bare?.kind === 'alias') bare = bare.target;
  return bare?.kind === 'list' ? bare.item : lowering.refuse(node, place, REST_NO_ARRAY);
}

const REST_NOT_LAST: Refusal = {
  message: 'only the last element of a tuple can be a rest element',
  hint: 'move it to the end, or use an array of its own',
};
const REST_NO_ARRAY: Refusal = { message: 'a rest element needs an array type', hint: 'write it as ...T[]' };
const INDEX_KEY: Refusal = {
  message: 'an index signature needs the key type string, once',
  hint: 'use Record<string, T>, or Map<K, T> for other keys',
};
const KEYOF: Refusal = { message: "'keyof' is not supported", hint: "write the names out: 'a' | 'b'" };
