import type { TSLiteralType, TSType, TSTypeOperator, TSTypeReference } from 'oxc-parser';
import type { AliasModel, Shape, TypeModel } from '../model/type-model.ts';
import type { Declaration } from '../parse/definition-file.ts';
import type { FileSet } from '../parse/file-set.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { rangeOf, type Spanned, scalar, type TypePlace } from './lower-context.ts';
import { lowerFields } from './lower-fields.ts';
import { finishUnion, lowerUnion } from './lower-union.ts';
import { REFUSED_NAMES, REFUSED_SYNTAX, type Refusal, refuseUtility, UTILITY_TYPES } from './refusals.ts';

/**
 * Turns type expressions into the model. One lowering serves a whole run, so a type that several services use is read once.
 *
 * Types may refer to each other in circles: a declaration is entered in the table before its parts are read, and unions, which need the finished
 * fields of their members, are completed by {@link finish}.
 */
export class TypeLowering {
  readonly files: FileSet;
  readonly diagnostics: Diagnostics;
  readonly #declared = new Map<Declaration, TypeModel | undefined>();
  readonly #openUnions = new Map<Shape, readonly Shape[]>();

  constructor(files: FileSet, diagnostics: Diagnostics) {
    this.files = files;
    this.diagnostics = diagnostics;
  }

  /** The model of a type expression, or `undefined` after reporting why there is none. */
  lower(node: TSType, place: TypePlace): TypeModel | undefined {
    const known = KEYWORDS[node.type];
    if (known !== undefined) return known;
    switch (node.type) {
      case 'TSParenthesizedType':
        return this.lower(node.typeAnnotation, place);
      case 'TSArrayType':
        return this.#list(node.elementType, place, false);
      case 'TSTypeOperator':
        return this.#readonlyList(node, place);
      case 'TSLiteralType':
        return this.#literal(node, place);
      case 'TSUnionType':
        return lowerUnion(this, node, place);
      case 'TSNullKeyword':
        return this.refuse(node, place, { message: "'null' alone carries nothing", hint: "use a union: 'T | null'" });
      case 'TSTypeLiteral':
        return this.#inlineObject(node, place);
      case 'TSTypeReference':
        return this.#reference(node, place);
      default:
        return this.refuse(
          node,
          place,
          REFUSED_SYNTAX[node.type] ?? { message: 'this type is not supported', hint: 'see docs/generator.md, "Types"' },
        );
    }
  }

  /** The model of a declared type; every declaration is read once. */
  lowerDeclaration(declaration: Declaration): TypeModel | undefined {
    if (this.#declared.has(declaration)) return this.#declared.get(declaration);
    const { node, file, name } = declaration;
    if (node.typeParameters !== null && node.typeParameters !== undefined) {
      this.#declared.set(declaration, undefined);
      return this.refuse(node.typeParameters, { file, hint: name }, GENERIC);
    }
    if (node.type === 'TSTypeAliasDeclaration' && node.typeAnnotation.type !== 'TSTypeLiteral')
      return this.#alias(declaration, node.typeAnnotation);
    const shape: Shape = { declaration, name, at: rangeOf(file, node.id), body: undefined };
    const type: TypeModel = { kind: 'shape', shape };
    this.#declared.set(declaration, type);
    shape.body = { kind: 'struct', fields: lowerFields(this, node, { file, hint: name }) };
    return type;
  }

  /** Makes a shape for a union; its variants are read by {@link finish}. */
  openUnion(shape: Shape, members: readonly Shape[]): TypeModel {
    this.#openUnions.set(shape, members);
    return { kind: 'shape', shape };
  }

  /** Completes the unions met so far. Call it before looking into the model. */
  finish(): void {
    for (const shape of this.#openUnions.keys()) this.finishUnion(shape);
  }

  /** Completes one union, and the unions it is made of first. */
  finishUnion(shape: Shape): void {
    const members = this.#openUnions.get(shape);
    if (members === undefined) return;
    this.#openUnions.delete(shape);
    for (const member of members) this.finishUnion(member);
    finishUnion(this.diagnostics, shape, members);
  }

  /** Reports that a type cannot travel. */
  refuse(node: Spanned, place: TypePlace, refusal: Refusal): undefined {
    this.diagnostics.report(rangeOf(place.file, node), refusal.message, refusal.hint);
  }

  #alias(declaration: Declaration, node: TSType): TypeModel | undefined {
    const alias: AliasModel = { kind: 'alias', declaration, target: undefined };
    this.#declared.set(declaration, alias);
    let target = this.lower(node, { file: declaration.file, hint: declaration.name, naming: declaration });
    if (target !== undefined && reachesWithoutShape(target, alias)) {
      const { name, file } = declaration;
      target = this.refuse(
        declaration.node.id,
        { file, hint: name },
        { message: `'${name}' refers to itself without an object between`, hint: 'use an interface' },
      );
    }
    alias.target = target ?? STAND_IN;
    // A union of objects takes the alias's own name, so the alias itself would only stand in the way.
    const isOwnShape = target?.kind === 'shape' && target.shape.declaration === declaration;
    this.#declared.set(declaration, isOwnShape || target === undefined ? target : alias);
    return this.#declared.get(declaration);
  }

  #list(element: TSType, place: TypePlace, readonly: boolean): TypeModel | undefined {
    const item = this.lower(element, { file: place.file, hint: `${place.hint}Item` });
    return item === undefined ? undefined : { kind: 'list', item, readonly };
  }

  #readonlyList(node: TSTypeOperator, place: TypePlace): TypeModel | undefined {
    const inner = node.typeAnnotation;
    if (node.operator === 'readonly' && inner.type === 'TSArrayType') return this.#list(inner.elementType, place, true);
    return this.refuse(node, place, REFUSED_SYNTAX[inner.type] ?? (REFUSED_SYNTAX.TSTypeOperator as Refusal));
  }

  #literal(node: TSLiteralType, place: TypePlace): TypeModel | undefined {
    const { literal } = node;
    if (literal.type === 'Literal' && typeof literal.value === 'string') return { kind: 'literals', values: [literal.value] };
    return this.refuse(node, place, {
      message: 'only string literals are supported as literal types',
      hint: 'use a string literal, or the type of the literal: number, boolean, bigint',
    });
  }

  #inlineObject(node: Extract<TSType, { type: 'TSTypeLiteral' }>, place: TypePlace): TypeModel {
    const shape: Shape = { declaration: undefined, name: place.hint, at: rangeOf(place.file, node), body: undefined };
    shape.body = { kind: 'struct', fields: lowerFields(this, node, place) };
    return { kind: 'shape', shape };
  }

  #reference(node: TSTypeReference, place: TypePlace): TypeModel | undefined {
    if (node.typeName.type !== 'Identifier') {
      return this.refuse(node, place, {
        message: 'qualified names are not supported',
        hint: "import the type by name: 'import type { Name }'",
      });
    }
    const { name } = node.typeName;
    const resolution = this.files.resolve(place.file, name);
    switch (resolution.kind) {
      case 'global':
        return this.#global(node, name, place);
      case 'library':
        return this.refuse(
          node,
          place,
          REFUSED_NAMES[name] ?? { message: `'${name}' of the library is not a value`, hint: 'declare the type here' },
        );
      case 'unresolved':
        return this.refuse(node, place, { message: resolution.reason, hint: resolution.hint ?? 'check the import' });
      case 'declaration':
        if (node.typeArguments !== null && node.typeArguments !== undefined) return this.refuse(node, place, GENERIC);
        return this.#referTo(resolution.declaration);
    }
  }

  #referTo(declaration: Declaration): TypeModel | undefined {
    if (!isExported(declaration)) {
      this.diagnostics.report(
        rangeOf(declaration.file, declaration.node.id),
        `'${declaration.name}' is used by a service but not exported`,
        `write 'export ${declaration.node.type === 'TSInterfaceDeclaration' ? 'interface' : 'type'} ${declaration.name}': generated code imports it`,
      );
    }
    return this.lowerDeclaration(declaration);
  }

  #global(node: TSTypeReference, name: string, place: TypePlace): TypeModel | undefined {
    const argument = node.typeArguments?.params[0];
    if ((name === 'Array' || name === 'ReadonlyArray') && argument !== undefined)
      return this.#list(argument, place, name === 'ReadonlyArray');
    const known = GLOBALS[name];
    if (known !== undefined && (argument === undefined || name === 'Uint8Array')) return known;
    const refusal = UTILITY_TYPES.has(name) ? refuseUtility(name) : REFUSED_NAMES[name];
    return this.refuse(
      node,
      place,
      refusal ?? { message: `cannot find the type '${name}'`, hint: 'declare it in this file or import it with a relative path' },
    );
  }
}

/** Whether other modules can import the declaration under its own name. */
export function isExported(declaration: Declaration): boolean {
  if (declaration.exported) return true;
  const clause = declaration.file.reexports.get(declaration.name);
  return clause !== undefined && clause.specifier === '' && clause.name === declaration.name;
}

function reachesWithoutShape(type: TypeModel, alias: AliasModel): boolean {
  switch (type.kind) {
    case 'alias':
      return type === alias || (type.target !== undefined && reachesWithoutShape(type.target, alias));
    case 'list':
      return reachesWithoutShape(type.item, alias);
    case 'nullable':
      return reachesWithoutShape(type.inner, alias);
    default:
      return false;
  }
}

/** Stands for a type that was refused, so that reading goes on and finds what else is wrong. */
const STAND_IN: TypeModel = scalar('string');

const GENERIC: Refusal = { message: 'generic types are not supported', hint: 'declare an interface for each use' };

const KEYWORDS: Readonly<Record<string, TypeModel>> = {
  TSStringKeyword: scalar('string'),
  TSNumberKeyword: scalar('number'),
  TSBooleanKeyword: scalar('boolean'),
  TSBigIntKeyword: scalar('bigint'),
};

const GLOBALS: Readonly<Record<string, TypeModel>> = { Uint8Array: scalar('bytes'), Date: scalar('date') };
