import type { TSType, TSTypeLiteral } from 'oxc-parser';
import type { Shape, TypeModel } from '../model/type-model.ts';
import type { FileSet } from '../parse/file-set.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { lowerArray, lowerRecord, lowerTuple, lowerTypeOperator } from './lower-collections.ts';
import { rangeOf, type Spanned, scalar, type TypePlace } from './lower-context.ts';
import { lowerFields } from './lower-fields.ts';
import { lowerIntersection } from './lower-intersection.ts';
import { lowerLiteral } from './lower-literal.ts';
import { lowerName, lowerReference, type NameUse } from './lower-reference.ts';
import { lowerUnion } from './lower-union.ts';
import { NamedTypes } from './named-types.ts';
import { REFUSED_SYNTAX, type Refusal } from './refusals.ts';
import { ShapeBodies } from './shape-bodies.ts';
import { TypeKeys } from './type-keys.ts';
import { typeParametersIn } from './type-parameters.ts';
import { type Named, TypeTexts, useText } from './type-texts.ts';

/**
 * Turns type expressions into the model. One lowering serves a whole run, so a type that several services use is read once, and a generic type once
 * for each list of arguments.
 *
 * Types may refer to each other in circles: shapes are made at once and their bodies are read later, at the latest by {@link finish}.
 */
export class TypeLowering {
  readonly files: FileSet;
  readonly diagnostics: Diagnostics;
  readonly bodies: ShapeBodies = new ShapeBodies();
  readonly keys: TypeKeys = new TypeKeys();
  readonly texts: TypeTexts = new TypeTexts();
  readonly named: NamedTypes;
  /** Inline object types by their syntax and the type parameters they mention. */
  readonly #inline = new Map<TSTypeLiteral, Map<string, TypeModel>>();
  /** Shapes that `Pick` and the like make, by what they are made of. */
  readonly #derived = new Map<string, TypeModel>();

  constructor(files: FileSet, diagnostics: Diagnostics) {
    this.files = files;
    this.diagnostics = diagnostics;
    this.named = new NamedTypes(this);
  }

  /** The model of a type expression, or `undefined` after reporting why there is none. */
  lower(node: TSType, place: TypePlace): TypeModel | undefined {
    const known = KEYWORDS[node.type];
    if (known !== undefined) return known;
    switch (node.type) {
      case 'TSParenthesizedType':
        return this.lower(node.typeAnnotation, place);
      case 'TSArrayType':
        return lowerArray(this, { element: node.elementType, readonly: false }, place);
      case 'TSTupleType':
        return lowerTuple(this, node, { place, readonly: false });
      case 'TSTypeOperator':
        return lowerTypeOperator(this, node, place);
      case 'TSLiteralType':
        return lowerLiteral(this, node, place);
      case 'TSUnionType':
        return lowerUnion(this, node, place);
      case 'TSIntersectionType':
        return lowerIntersection(this, node, place);
      case 'TSTypeLiteral':
        return this.#objectLiteral(node, place);
      case 'TSTypeReference':
        return lowerReference(this, node, place);
      default:
        return this.refuse(
          node,
          place,
          REFUSED_SYNTAX[node.type] ?? { message: 'this type is not supported', hint: 'see docs/generator.md, "Types"' },
        );
    }
  }

  /** The model of a name with type arguments, where it is no type expression: a base of an interface. */
  lowerName(use: NameUse, place: TypePlace): TypeModel | undefined {
    return lowerName(this, use, place);
  }

  /** Reads everything that is still open. Call it before looking into the model. */
  finish(): void {
    this.bodies.finish();
    // Texts are for code that is generated, and those of types that were refused may be very long.
    if (this.diagnostics.isEmpty) this.texts.finish();
  }

  /** Makes a shape with the name of its place: a declaration's, a use of a generic one's, or one for an inline type. Its body is still to be opened. */
  createShape(node: Spanned, place: TypePlace): Named<Shape> {
    const { naming } = place;
    if (naming === undefined) return { declaration: undefined, name: place.hint, at: rangeOf(place.file, node), body: undefined };
    const { declaration, name, typeArguments } = naming;
    const at = rangeOf(declaration.file, declaration.node.id);
    if (typeArguments.length === 0) return { declaration, name, at, body: undefined };
    const shape: Named<Shape> = { declaration: undefined, name, at, body: undefined };
    this.texts.add(shape, useText(naming));
    this.keys.setDepth(shape, 1 + this.keys.deepest(typeArguments));
    return shape;
  }

  /** The shape that `make` derives from others, made once for each key. */
  derive(key: string, make: () => TypeModel): TypeModel {
    const known = this.#derived.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#derived.set(key, made);
    return made;
  }

  /** Reports that a type cannot travel. */
  refuse(node: Spanned, place: TypePlace, refusal: Refusal): undefined {
    this.diagnostics.report(rangeOf(place.file, node), refusal.message, refusal.hint);
  }

  #objectLiteral(node: TSTypeLiteral, place: TypePlace): TypeModel | undefined {
    if (node.members.some((member) => member.type === 'TSIndexSignature')) return lowerRecord(this, node.members, place);
    const parameters = typeParametersIn(node, place.environment);
    const key = parameters.map(([name, type]) => `${name}:${type === undefined ? '' : this.keys.keyOf(type)}`).join(' ');
    const copies = this.#inline.get(node) ?? new Map<string, TypeModel>();
    this.#inline.set(node, copies);
    const known = copies.get(key);
    if (known !== undefined) return known;
    const shape = this.createShape(node, place);
    if (parameters.length > 0) {
      const depth = this.keys.deepest(parameters.flatMap(([, type]) => (type === undefined ? [] : [type])));
      this.keys.setDepth(shape, 1 + depth);
    }
    const type = this.bodies.open(shape, () => ({ kind: 'struct', fields: lowerFields(this, node, place) }));
    copies.set(key, type);
    return type;
  }
}

const KEYWORDS: Readonly<Record<string, TypeModel>> = {
  TSStringKeyword: scalar('string'),
  TSNumberKeyword: scalar('number'),
  TSBooleanKeyword: scalar('boolean'),
  TSBigIntKeyword: scalar('bigint'),
  TSNullKeyword: scalar('null'),
  TSUnknownKeyword: { kind: 'scalar', scalar: 'json', isUnknown: true },
};
