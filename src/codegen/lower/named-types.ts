import type { TSInterfaceDeclaration, TSTypeAliasDeclaration } from 'oxc-parser';
import type { AliasModel, TypeModel } from '../model/type-model.ts';
import type { Declaration } from '../parse/definition-file.ts';
import { docCommentBefore } from '../parse/doc-comment.ts';
import { ALIAS_TAGS, checkTags, DECLARATION_TAGS } from './known-tags.ts';
import { limited, readLimits } from './limits.ts';
import { lowerRecord } from './lower-collections.ts';
import { type Naming, rangeOf, type Spanned, type TypeEnvironment, type TypePlace } from './lower-context.ts';
import { lowerFields } from './lower-fields.ts';
import type { TypeLowering } from './lower-type.ts';
import { nameOfUse } from './names-of-uses.ts';
import { type Named, useText } from './type-texts.ts';

/** The declared types of a run: each is read once, a generic one once for each list of arguments. */
export class NamedTypes {
  readonly #lowering: TypeLowering;
  /** By declaration and arguments; `'reading'` marks an alias whose right side is being read. */
  readonly #uses = new Map<Declaration, Map<string, TypeModel | 'reading' | undefined>>();
  readonly #tagsChecked = new Set<Declaration>();

  constructor(lowering: TypeLowering) {
    this.#lowering = lowering;
  }

  /** The type that a declaration stands for with these arguments; `node` is where it is used. */
  use(declaration: Declaration, typeArguments: readonly TypeModel[], { node, place }: UsePlace): TypeModel | undefined {
    const { keys } = this.#lowering;
    const uses = this.#uses.get(declaration) ?? new Map<string, TypeModel | 'reading' | undefined>();
    this.#uses.set(declaration, uses);
    const key = typeArguments.map((type) => keys.keyOf(type)).join(' ');
    const known = uses.get(key);
    if (known === 'reading') return this.#refuseCircle(declaration);
    if (known !== undefined || uses.has(key)) return known;
    if (keys.deepest(typeArguments) >= MAX_DEPTH || uses.size >= MAX_USES) {
      const message = `'${declaration.name}' grows without end: every use needs another one`;
      return this.#lowering.refuse(node, place, { message, hint: 'let it refer to itself with the same type arguments' });
    }
    uses.set(key, 'reading');
    const type = this.#read({ declaration, name: nameOfUse(declaration, typeArguments), typeArguments }, (shape) => uses.set(key, shape));
    uses.set(key, type);
    return type;
  }

  #read(naming: Naming, entered: (type: TypeModel) => void): TypeModel | undefined {
    const { declaration, name, typeArguments } = naming;
    const { node, file } = declaration;
    const environment: TypeEnvironment = new Map(parametersOf(node).map((parameter, index) => [parameter.name.name, typeArguments[index]]));
    const place: TypePlace = { file, hint: name, environment, naming };
    this.#checkTags(declaration);
    if (node.type === 'TSTypeAliasDeclaration') return this.#alias(node, place, naming);
    if (node.body.body.some((member) => member.type === 'TSIndexSignature')) return this.#openInterface(node, place, naming);
    const { bodies } = this.#lowering;
    const type = bodies.open(this.#lowering.createShape(node, place), () => ({
      kind: 'struct',
      fields: lowerFields(this.#lowering, node, place),
    }));
    entered(type);
    return type;
  }

  #alias(node: TSTypeAliasDeclaration, place: TypePlace, naming: Naming): TypeModel | undefined {
    const { file, statementStart } = naming.declaration;
    const doc = docCommentBefore(file, statementStart);
    const limits = readLimits(this.#lowering, file, doc?.tags ?? []);
    const lowered = this.#lowering.lower(node.typeAnnotation, place);
    if (lowered === undefined) return undefined;
    const target = limits === undefined ? lowered : limited(this.#lowering, lowered, limits);
    if (target === undefined || isNamedBy(target, naming, place)) return target;
    return this.#named(naming, target);
  }

  /** An interface with an index signature is a name for a record. */
  #openInterface(node: TSInterfaceDeclaration, place: TypePlace, naming: Naming): TypeModel | undefined {
    if (node.extends.length > 0) {
      const message = 'an interface with an index signature cannot extend another one';
      return this.#lowering.refuse(node.id, place, { message, hint: 'put the open part into a field of its own: more: Record<string, T>' });
    }
    const target = lowerRecord(this.#lowering, node.body.body, place);
    return target === undefined ? undefined : this.#named(naming, target);
  }

  #named(naming: Naming, target: TypeModel): TypeModel {
    const alias: Named<AliasModel> = { kind: 'alias', declaration: naming.declaration, target };
    if (naming.typeArguments.length > 0) this.#lowering.texts.add(alias, useText(naming));
    return alias;
  }

  #refuseCircle({ name, node, file }: Declaration): undefined {
    const range = rangeOf(file, node.id);
    this.#lowering.diagnostics.report(
      range,
      `'${name}' refers to itself without an object between`,
      'put an interface between, or use Json for any JSON value',
    );
  }

  #checkTags(declaration: Declaration): void {
    if (this.#tagsChecked.has(declaration)) return;
    this.#tagsChecked.add(declaration);
    const { file, node, statementStart } = declaration;
    const allowed = node.type === 'TSTypeAliasDeclaration' ? ALIAS_TAGS : DECLARATION_TAGS;
    checkTags(this.#lowering, { file, doc: docCommentBefore(file, statementStart), allowed });
  }
}

/** Where a declared type is used. */
export interface UsePlace {
  readonly node: Spanned;
  readonly place: TypePlace;
}

/** The type parameters of a declaration. */
export function parametersOf(
  node: TSInterfaceDeclaration | TSTypeAliasDeclaration,
): NonNullable<TSInterfaceDeclaration['typeParameters']>['params'] {
  return node.typeParameters?.params ?? [];
}

/** Whether a type already has the name of the alias it is the right side of: an object type, or a union or intersection of some. */
function isNamedBy(type: TypeModel, { declaration, name, typeArguments }: Naming, { file }: TypePlace): boolean {
  if (type.kind !== 'shape') return false;
  if (typeArguments.length === 0) return type.shape.declaration === declaration;
  const { at } = type.shape;
  return type.shape.name === name && at.file === file.source && at.start === declaration.node.id.start;
}

/** Type arguments nested deeper than this grow with every use. */
const MAX_DEPTH = 16;

/** More uses of one generic type than this are as many as without end. */
const MAX_USES = 10_000;
