import type { TSType } from 'oxc-parser';
import { type Field, type LiteralValue, type Shape, type ShapeBody, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import { withoutUndefined } from './bare-type.ts';
import { placeInside, rangeOf, sourceOfLiteral, type TypePlace, toPascalCase } from './lower-context.ts';
import type { NameUse } from './lower-reference.ts';
import type { TypeLowering } from './lower-type.ts';
import { nameOfType } from './names-of-uses.ts';
import { INHERITED_NAMES, type Refusal } from './refusals.ts';
import type { Named } from './type-texts.ts';

/** TypeScript's structural helpers that are carried. */
export const UTILITY_TYPES: ReadonlySet<string> = new Set(['Partial', 'Required', 'Readonly', 'Pick', 'Omit', 'NonNullable', 'Record']);

/** Lowers `Partial<T>`, `Pick<T, K>` and the like to the object type that comes out. */
export function lowerUtility(lowering: TypeLowering, use: NameUse, place: TypePlace): TypeModel | undefined {
  const { name, node, args } = use;
  const [first, second] = args;
  const needed = KEYED.has(name) ? 2 : 1;
  if (first === undefined || args.length !== needed || (needed === 2 && second === undefined)) {
    const hint = `write it as ${name}<${name === 'Record' ? 'string, T' : needed === 2 ? "T, 'a' | 'b'" : 'T'}>`;
    return lowering.refuse(node, place, { message: `'${name}' needs ${needed === 1 ? 'one type argument' : 'two type arguments'}`, hint });
  }
  const subject = lowerSubject(lowering, first, { use, place });
  const argument = second === undefined ? undefined : lowering.lower(second, placeInside(place, `${place.hint}Value`));
  if (subject === undefined || (second !== undefined && argument === undefined)) return undefined;
  switch (name) {
    case 'NonNullable':
      return withoutNull(lowering, subject, { use, place });
    case 'Record':
      return lowerRecordUse(lowering, { key: subject, value: argument as TypeModel }, { use, place });
    case 'Readonly':
      return toReadonly(subject);
    default:
      return new ShapeDeriver(lowering, use, place).derive(subject, argument);
  }
}

/** The fields of a base are copied, also when a helper stands around it: nobody imports it. */
function lowerSubject(lowering: TypeLowering, node: TSType, { use, place }: UsePlace): TypeModel | undefined {
  const inner = placeInside(place, use.name === 'Record' ? `${place.hint}Key` : place.hint);
  if (use.isBase !== true || node.type !== 'TSTypeReference' || node.typeName.type !== 'Identifier') return lowering.lower(node, inner);
  return lowering.lowerName({ node, name: node.typeName.name, args: node.typeArguments?.params ?? [], isBase: true }, inner);
}

interface UsePlace {
  readonly use: NameUse;
  readonly place: TypePlace;
}

function withoutNull(lowering: TypeLowering, type: TypeModel, { use, place }: UsePlace): TypeModel | undefined {
  const bare = unwrapAlias(type);
  if (bare.kind === 'nullable' || bare.kind === 'undefinable') return withoutNull(lowering, bare.inner, { use, place });
  if (bare.kind !== 'scalar' || bare.scalar !== 'null') return type;
  return lowering.refuse(use.node, place, { message: 'nothing is left of this type without null', hint: 'remove this field' });
}

function lowerRecordUse(
  lowering: TypeLowering,
  { key, value }: { readonly key: TypeModel; readonly value: TypeModel },
  { use, place }: UsePlace,
): TypeModel | undefined {
  const bare = unwrapAlias(key);
  if (bare.kind === 'scalar' && bare.scalar === 'string') return { kind: 'record', value };
  const names = bare.kind === 'literals' ? stringsOf(bare.values) : undefined;
  if (names === undefined) return lowering.refuse(use.node, place, RECORD_KEY);
  const inherited = names.find((name) => INHERITED_NAMES.has(name));
  if (inherited !== undefined) {
    const message = `a field cannot be named '${inherited}'`;
    return lowering.refuse(use.node, place, { message, hint: 'every object already has this name; choose another' });
  }
  const at = rangeOf(place.file, use.node);
  return lowering.derive(`Record ${JSON.stringify(names)} ${lowering.keys.keyOf(value)}`, () => {
    const shape: Named<Shape> = { declaration: undefined, name: place.hint, at, body: undefined };
    lowering.texts.add(shape, { mentions: [], write: (part) => `Record<${part(key)}, ${part(value)}>` });
    lowering.keys.setDepth(shape, 1 + lowering.keys.depthOf(value));
    const fields = names.map((name): Field => ({ name, type: value, optional: false, allowsUndefined: false, at }));
    return lowering.bodies.open(shape, () => ({ kind: 'struct', fields }));
  });
}

/** Fields are not read-only on the wire; only lists and tuples say so in their type. */
function toReadonly(type: TypeModel): TypeModel {
  const bare = unwrapAlias(type);
  return bare.kind === 'list' || bare.kind === 'tuple' ? { ...bare, readonly: true } : type;
}

/** Makes the shape of a `Partial`, `Required`, `Pick` or `Omit`. */
class ShapeDeriver {
  readonly #lowering: TypeLowering;
  readonly #use: NameUse;
  readonly #place: TypePlace;

  constructor(lowering: TypeLowering, use: NameUse, place: TypePlace) {
    this.#lowering = lowering;
    this.#use = use;
    this.#place = place;
  }

  derive(subject: TypeModel, argument: TypeModel | undefined): TypeModel | undefined {
    const bare = unwrapAlias(subject);
    // As in TypeScript: null stays beside what comes out.
    if (argument === undefined && (bare.kind === 'nullable' || bare.kind === 'undefinable')) {
      const inner = this.derive(bare.inner, undefined);
      return inner === undefined ? undefined : { kind: bare.kind, inner };
    }
    if (bare.kind === 'record' && argument === undefined) {
      const { inner } = withoutUndefined(bare.value);
      return { kind: 'record', value: this.#use.name === 'Partial' ? { kind: 'undefinable', inner } : inner };
    }
    const keys = argument === undefined ? [] : this.#keys(argument);
    const { name } = this.#use;
    if (bare.kind !== 'shape') return this.#refuse({ message: `'${name}' needs an object type`, hint: `use the type without ${name}` });
    if (keys === undefined) return undefined;
    const { keys: typeKeys } = this.#lowering;
    return this.#lowering.derive(`${name} ${typeKeys.keyOf(bare)} ${JSON.stringify([...keys].sort())}`, () =>
      this.#open(subject, bare.shape, keys),
    );
  }

  #open(subject: TypeModel, source: Shape, keys: readonly string[]): TypeModel {
    const { name, node } = this.#use;
    const shape: Named<Shape> = {
      declaration: undefined,
      name: `${toPascalCase(name)}Of${nameOfType(subject)}`,
      at: rangeOf(this.#place.file, node),
      body: undefined,
    };
    const selected = keys.length === 0 ? '' : `, ${keys.map(sourceOfLiteral).join(' | ')}`;
    this.#lowering.texts.add(shape, { mentions: [], write: (part) => `${name}<${part(subject)}${selected}>` });
    this.#lowering.keys.setDepth(shape, 1 + this.#lowering.keys.depthOf(subject));
    return this.#lowering.bodies.open(shape, () => this.#body(source, keys) ?? NOTHING);
  }

  #body(source: Shape, keys: readonly string[]): ShapeBody | undefined {
    const { name } = this.#use;
    const body = this.#lowering.bodies.bodyOf(source);
    if (body === undefined) return this.#refuse({ message: `'${source.name}' is made from itself`, hint: 'write the fields out' });
    if (body.kind === 'struct') return { kind: 'struct', fields: this.#fields(body.fields, source, keys) };
    if (name === 'Required')
      return { ...body, variants: body.variants.map(({ tag, fields }) => ({ tag, fields: fields.map(toRequired) })) };
    return this.#refuse({
      message: `'${name}' of a union leaves objects that cannot be told apart`,
      hint: `use ${name} on each member of the union that needs it`,
    });
  }

  #fields(fields: readonly Field[], source: Shape, keys: readonly string[]): readonly Field[] {
    switch (this.#use.name) {
      case 'Partial':
        return fields.map(toOptional);
      case 'Required':
        return fields.map(toRequired);
      case 'Omit':
        return fields.filter((field) => !keys.includes(field.name));
      default: {
        const unknown = keys.find((key) => fields.every((field) => field.name !== key));
        if (unknown !== undefined)
          this.#refuse({
            message: `'${source.name}' has no field '${unknown}' to pick`,
            hint: 'check the name; fields are spelled as declared',
          });
        return fields.filter((field) => keys.includes(field.name));
      }
    }
  }

  #keys(argument: TypeModel): readonly string[] | undefined {
    const bare = unwrapAlias(argument);
    const names = bare.kind === 'literals' ? stringsOf(bare.values) : undefined;
    return names ?? this.#refuse({ message: `'${this.#use.name}' needs the names of fields`, hint: "write them as 'a' | 'b'" });
  }

  #refuse(refusal: Refusal): undefined {
    return this.#lowering.refuse(this.#use.node, this.#place, refusal);
  }
}

function toOptional(field: Field): Field {
  const { inner, allowsUndefined } = withoutUndefined(field.type);
  return { ...field, type: inner, optional: true, allowsUndefined: field.allowsUndefined || allowsUndefined };
}

function toRequired(field: Field): Field {
  return { ...field, optional: false, allowsUndefined: false };
}

function stringsOf(values: readonly LiteralValue[]): readonly string[] | undefined {
  const strings = values.filter((value) => typeof value === 'string');
  return strings.length === values.length ? strings : undefined;
}

const KEYED: ReadonlySet<string> = new Set(['Pick', 'Omit', 'Record']);

const NOTHING: ShapeBody = { kind: 'struct', fields: [] };

const RECORD_KEY: Refusal = {
  message: "the keys of a 'Record' must be string or string literals",
  hint: 'use Map<K, T> for other keys',
};
