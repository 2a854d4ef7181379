import type { TSInterfaceDeclaration, TSPropertySignature, TSSignature, TSType, TSTypeAliasDeclaration, TSTypeLiteral } from 'oxc-parser';
import type { Field, TypeModel } from '../model/type-model.ts';
import type { DefinitionFile } from '../parse/definition-file.ts';
import { rangeOf, type TypePlace, toPascalCase } from './lower-context.ts';
import type { TypeLowering } from './lower-type.ts';
import { INHERITED_NAMES, type Refusal } from './refusals.ts';

/** A member of an object type and the file it stands in: a base interface may come from another one. */
interface Member {
  readonly node: TSSignature;
  readonly file: DefinitionFile;
}

/** Syntax that has fields. */
type ObjectSyntax = TSInterfaceDeclaration | TSTypeAliasDeclaration | TSTypeLiteral;

/** The fields of an object type: those of its bases first, each in the order of its declaration. */
export function lowerFields(lowering: TypeLowering, node: ObjectSyntax, place: TypePlace): readonly Field[] {
  const fields = new Map<string, Field>();
  for (const member of new MemberCollector(lowering).collect(node, place)) {
    const field = lowerMember(lowering, member, place);
    if (field !== undefined) fields.set(field.name, field);
  }
  return [...fields.values()];
}

/** Lowers the type of an optional field or parameter, where `undefined` may stand beside the type itself. */
export function lowerOptional(lowering: TypeLowering, node: TSType, place: TypePlace): TypeModel | undefined {
  if (node.type !== 'TSUnionType') return lowering.lower(node, place);
  const types = node.types.filter((member) => member.type !== 'TSUndefinedKeyword');
  const [only] = types;
  return types.length === 1 && only !== undefined ? lowering.lower(only, place) : lowering.lower({ ...node, types }, place);
}

/** Gathers the members of an object type and of the interfaces it extends. */
class MemberCollector {
  readonly #lowering: TypeLowering;
  readonly #visited = new Set<ObjectSyntax>();

  constructor(lowering: TypeLowering) {
    this.#lowering = lowering;
  }

  collect(node: ObjectSyntax, place: TypePlace): Member[] {
    const { file } = place;
    this.#visited.add(node);
    if (node.type === 'TSTypeLiteral') return node.members.map((member) => ({ node: member, file }));
    if (node.type === 'TSTypeAliasDeclaration')
      return node.typeAnnotation.type === 'TSTypeLiteral' ? this.collect(node.typeAnnotation, place) : [];
    const inherited = node.extends.flatMap((heritage) => this.#base(heritage, place));
    return [...inherited, ...node.body.body.map((member) => ({ node: member, file }))];
  }

  #base(heritage: TSInterfaceDeclaration['extends'][number], place: TypePlace): Member[] {
    const { expression, typeArguments } = heritage;
    const resolution = expression.type === 'Identifier' ? this.#lowering.files.resolve(place.file, expression.name) : undefined;
    const isGeneric = typeArguments !== null && typeArguments !== undefined;
    if (resolution?.kind === 'declaration' && !isGeneric) {
      const { node, file } = resolution.declaration;
      const isObject = node.type === 'TSInterfaceDeclaration' || node.typeAnnotation.type === 'TSTypeLiteral';
      const hasParameters = node.typeParameters !== null && node.typeParameters !== undefined;
      if (isObject && !hasParameters && !this.#visited.has(node)) return this.collect(node, { file, hint: place.hint });
    }
    this.#lowering.refuse(heritage, place, BAD_BASE);
    return [];
  }
}

function lowerMember(lowering: TypeLowering, member: Member, place: TypePlace): Field | undefined {
  const { node, file } = member;
  const here: TypePlace = { file, hint: place.hint };
  if (node.type !== 'TSPropertySignature') return lowering.refuse(node, here, node.type === 'TSIndexSignature' ? INDEX_SIGNATURE : METHOD);
  const name = propertyName(node);
  if (name === undefined) return lowering.refuse(node.key, here, COMPUTED);
  if (INHERITED_NAMES.has(name)) {
    return lowering.refuse(node.key, here, {
      message: `a field cannot be named '${name}'`,
      hint: 'every object already has this name; choose another',
    });
  }
  const annotation = node.typeAnnotation?.typeAnnotation;
  if (annotation === undefined)
    return lowering.refuse(node, here, { message: `the field '${name}' has no type`, hint: 'write its type after a colon' });
  const inner: TypePlace = { file, hint: `${place.hint}${toPascalCase(name)}` };
  const type = node.optional ? lowerOptional(lowering, annotation, inner) : lowering.lower(annotation, inner);
  if (type === undefined) return undefined;
  const allowsUndefined = annotation.type === 'TSUnionType' && annotation.types.some((part) => part.type === 'TSUndefinedKeyword');
  return { name, type, optional: node.optional, allowsUndefined, at: rangeOf(file, node.key) };
}

function propertyName(node: TSPropertySignature): string | undefined {
  if (node.computed) return undefined;
  if (node.key.type === 'Identifier') return node.key.name;
  return node.key.type === 'Literal' && typeof node.key.value === 'string' ? node.key.value : undefined;
}

const METHOD: Refusal = {
  message: 'a message has fields only, no methods',
  hint: 'let the value travel and call the function on either side',
};
const INDEX_SIGNATURE: Refusal = { message: 'index signatures are not supported', hint: 'use an array of { key, value } objects' };
const COMPUTED: Refusal = { message: 'a field needs a plain name', hint: "write the name out: 'name: T'" };
const BAD_BASE: Refusal = {
  message: 'an interface of a message can extend only plain interfaces of these files',
  hint: 'copy the fields, or declare the base with relative imports, without type parameters and without a circle',
};
