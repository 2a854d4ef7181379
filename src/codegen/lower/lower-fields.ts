import type { TSInterfaceDeclaration, TSPropertySignature, TSType, TSTypeLiteral } from 'oxc-parser';
import { type Field, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import { docCommentBefore } from '../parse/doc-comment.ts';
import { withoutUndefined } from './bare-type.ts';
import { checkTags, FIELD_TAGS } from './known-tags.ts';
import { limited, readLimits } from './limits.ts';
import { placeInside, rangeOf, type TypePlace, toPascalCase } from './lower-context.ts';
import type { TypeLowering } from './lower-type.ts';
import { INHERITED_NAMES, type Refusal } from './refusals.ts';

/** The fields of an object type: those of its bases first, each in the order of its declaration. A field of its own replaces that of a base. */
export function lowerFields(lowering: TypeLowering, node: TSInterfaceDeclaration | TSTypeLiteral, place: TypePlace): readonly Field[] {
  const fields = new Map<string, Field>();
  if (node.type === 'TSInterfaceDeclaration') {
    for (const heritage of node.extends) {
      for (const field of baseFields(lowering, heritage, place)) fields.set(field.name, field);
    }
  }
  const own = new Set<string>();
  for (const member of node.type === 'TSTypeLiteral' ? node.members : node.body.body) {
    if (member.type !== 'TSPropertySignature') {
      lowering.refuse(member, place, METHOD);
      continue;
    }
    const name = propertyName(member);
    if (name !== undefined && own.has(name)) lowering.refuse(member.key, place, declaredTwice(name));
    else if (name !== undefined) own.add(name);
    const field = lowerProperty(lowering, member, place);
    if (field !== undefined) fields.set(field.name, field);
  }
  return [...fields.values()];
}

function baseFields(lowering: TypeLowering, heritage: TSInterfaceDeclaration['extends'][number], place: TypePlace): readonly Field[] {
  const { expression, typeArguments } = heritage;
  if (expression.type !== 'Identifier') {
    lowering.refuse(heritage, place, BAD_BASE);
    return [];
  }
  const inner = placeInside(place, `${place.hint}Base`);
  const base = lowering.lowerName({ node: heritage, name: expression.name, args: typeArguments?.params ?? [], isBase: true }, inner);
  if (base === undefined) return [];
  const bare = unwrapAlias(base);
  const body = bare.kind === 'shape' ? lowering.bodies.bodyOf(bare.shape) : undefined;
  if (body?.kind === 'struct') return body.fields;
  lowering.refuse(heritage, place, BAD_BASE);
  return [];
}

function lowerProperty(lowering: TypeLowering, node: TSPropertySignature, place: TypePlace): Field | undefined {
  const name = propertyName(node);
  if (name === undefined) return lowering.refuse(node.key, place, COMPUTED);
  if (INHERITED_NAMES.has(name)) {
    const message = `a field cannot be named '${name}'`;
    return lowering.refuse(node.key, place, { message, hint: 'every object already has this name; choose another' });
  }
  const annotation = node.typeAnnotation?.typeAnnotation;
  if (annotation === undefined)
    return lowering.refuse(node, place, { message: `the field '${name}' has no type`, hint: 'write its type after a colon' });
  const { file } = place;
  const doc = docCommentBefore(file, node.start);
  checkTags(lowering, { file, doc, allowed: FIELD_TAGS });
  const limits = readLimits(lowering, file, doc?.tags ?? []);
  if (node.optional && isNothing(annotation)) return undefined;
  const lowered = lowering.lower(annotation, placeInside(place, `${place.hint}${toPascalCase(name)}`));
  const type = lowered === undefined || limits === undefined ? lowered : limited(lowering, lowered, limits);
  return type === undefined ? undefined : { name, ...optionality(type, node.optional), at: rangeOf(file, node.key) };
}

/** An optional field or parameter may be `undefined` in two ways: it is one on the wire. */
export function optionality(type: TypeModel, optional: boolean): Pick<Field, 'type' | 'optional' | 'allowsUndefined'> {
  if (!optional) return { type, optional, allowsUndefined: false };
  const { inner, allowsUndefined } = withoutUndefined(type);
  return { type: inner, optional, allowsUndefined };
}

/** `name?: never` says that a field is never there: then nothing travels. */
function isNothing(node: TSType): boolean {
  return node.type === 'TSNeverKeyword' || node.type === 'TSUndefinedKeyword';
}

function propertyName(node: TSPropertySignature): string | undefined {
  if (node.computed) return undefined;
  if (node.key.type === 'Identifier') return node.key.name;
  return node.key.type === 'Literal' && typeof node.key.value === 'string' ? node.key.value : undefined;
}

function declaredTwice(name: string): Refusal {
  return { message: `the field '${name}' is declared twice`, hint: 'give each field a name of its own' };
}

const METHOD: Refusal = {
  message: 'a message has fields only, no methods',
  hint: 'let the value travel and call the function on either side',
};
const COMPUTED: Refusal = { message: 'a field needs a plain name', hint: "write the name out: 'name: T'" };
const BAD_BASE: Refusal = {
  message: 'an interface of a message can extend only object types of these files',
  hint: 'copy the fields, or declare the base with relative imports and without a circle',
};
