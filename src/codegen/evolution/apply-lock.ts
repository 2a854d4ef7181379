import type { SchemaField, SchemaType } from '../../util/schema/schema.ts';
import { schemaLiteralText } from '../../util/schema/schema-text.ts';
import type { MethodModel, RequestModel, ServiceModel } from '../model/service-model.ts';
import type { AliasModel, Field, FieldList, LiteralValue, Shape, ShapeBody, TypeModel, Variant } from '../model/type-model.ts';
import { pairShapes } from './pair-shapes.ts';
import { reservedField } from './reserved-field.ts';
import type { ServiceMethod, ServiceSchema } from './service-schema.ts';

/**
 * The service with the layout that its lock remembers: what was there keeps its place, optional fields that are gone leave theirs reserved, and what is
 * new comes behind. The model itself is left as it is, because services of other files may share its types.
 */
export function applyLock(service: ServiceModel, locked: ServiceSchema | undefined): ServiceModel {
  return locked === undefined ? service : new LockedModel(service, locked).service();
}

class LockedModel {
  readonly #service: ServiceModel;
  readonly #locked: ServiceSchema;
  readonly #pairs: ReadonlyMap<Shape, SchemaType>;
  readonly #shapes = new Map<Shape, Shape>();
  readonly #aliases = new Map<AliasModel, AliasModel>();

  constructor(service: ServiceModel, locked: ServiceSchema) {
    this.#service = service;
    this.#locked = locked;
    this.#pairs = pairShapes(service, locked);
  }

  service(): ServiceModel {
    const { methods, error } = this.#service;
    return {
      ...this.#service,
      methods: methods.map((method) => this.#method(method, this.#locked.methods.get(method.name))),
      error: error === undefined ? undefined : this.#type(error, this.#locked.error),
    };
  }

  #method(method: MethodModel, locked: ServiceMethod | undefined): MethodModel {
    const { response } = method;
    return {
      ...method,
      request: this.#request(method.request, locked?.request),
      response: response === undefined ? undefined : this.#type(response, locked?.response),
    };
  }

  #request(request: RequestModel, locked: SchemaType | undefined): RequestModel {
    if (request.kind === 'stream') return { ...request, item: this.#type(request.item, locked) };
    const { fields, wire } = this.#fields({ fields: request.parameters }, locked?.kind === 'struct' ? locked.fields : undefined);
    return { kind: 'parameters', parameters: fields, wire };
  }

  #type(type: TypeModel, locked: SchemaType | undefined): TypeModel {
    switch (type.kind) {
      case 'scalar':
        return type;
      case 'literals':
        return { kind: 'literals', values: this.#literals(type.values, locked) };
      case 'list':
      case 'set':
        return { ...type, item: this.#type(type.item, partOf(locked, type.kind, 0)) };
      case 'map':
        return { ...type, key: this.#type(type.key, partOf(locked, 'map', 0)), value: this.#type(type.value, partOf(locked, 'map', 1)) };
      case 'record':
        return { ...type, value: this.#type(type.value, partOf(locked, 'record', 0)) };
      case 'nullable':
      case 'undefinable':
        return { ...type, inner: this.#type(type.inner, partOf(locked, type.kind, 0)) };
      case 'limited':
        return { ...type, inner: this.#type(type.inner, locked) };
      case 'choice':
        return { ...type, members: this.#choice(type.members, locked) };
      case 'tuple': {
        const items = type.items.map((item, index) => this.#type(item, tuplePart(locked, index)));
        return { ...type, items, rest: type.rest && this.#type(type.rest, tuplePart(locked, items.length)) };
      }
      case 'shape':
        return { kind: 'shape', shape: this.#shape(type.shape) };
      case 'alias':
        return this.#alias(type, locked);
    }
  }

  /** An alias has one target wherever it is used: the first use decides. */
  #alias(alias: AliasModel, locked: SchemaType | undefined): AliasModel {
    const known = this.#aliases.get(alias);
    if (known !== undefined) return known;
    const copy: AliasModel = { ...alias, target: undefined };
    this.#aliases.set(alias, copy);
    copy.target = alias.target && this.#type(alias.target, locked);
    return copy;
  }

  #shape(shape: Shape): Shape {
    const known = this.#shapes.get(shape);
    if (known !== undefined) return known;
    const copy: Shape = { ...shape, body: undefined };
    this.#shapes.set(shape, copy);
    copy.body = shape.body && this.#body(shape.body, this.#pairs.get(shape));
    return copy;
  }

  #body(body: ShapeBody, locked: SchemaType | undefined): ShapeBody {
    if (body.kind === 'struct') return { kind: 'struct', ...this.#fields(body, locked?.kind === 'struct' ? locked.fields : undefined) };
    const lockedVariants = locked?.kind === 'union' ? locked.variants : [];
    const places = lockedVariants.map(({ tag }) => schemaLiteralText(tag));
    const variants: Variant[] = inPlaces(body.variants, places, ({ tag }) => schemaLiteralText(tag)).map((variant) => {
      const lockedVariant = lockedVariants.find(({ tag }) => tag === variant.tag);
      return { tag: variant.tag, ...this.#fields(variant, lockedVariant?.fields) };
    });
    return { ...body, variants };
  }

  #fields({ fields }: FieldList, locked: readonly SchemaField[] | undefined): FieldList {
    const typed = fields.map((field) => ({ ...field, type: this.#type(field.type, typeOfField(locked, field.name)) }));
    return { fields: typed, wire: locked === undefined ? undefined : this.#wire(typed, locked) };
  }

  #wire(fields: readonly Field[], locked: readonly SchemaField[]): readonly Field[] {
    const places = locked.filter((field) => !field.optional).map(({ name }) => name);
    const required = inPlaces(
      fields.filter((field) => !field.optional),
      places,
      ({ name }) => name,
    );
    const optional = new Map(fields.filter((field) => field.optional).map((field) => [field.name, field]));
    const kept = locked
      .filter((field) => field.optional)
      .map((field) => {
        const present = optional.get(field.name);
        optional.delete(field.name);
        return present ?? reservedField(field, this.#service.at);
      });
    return [...required, ...kept, ...optional.values()];
  }

  #literals(values: readonly LiteralValue[], locked: SchemaType | undefined): readonly LiteralValue[] {
    const places = locked?.kind === 'literals' ? locked.values.map(schemaLiteralText) : [];
    return inPlaces(values, places, schemaLiteralText);
  }

  #choice(members: readonly TypeModel[], locked: SchemaType | undefined): readonly TypeModel[] {
    const parts = locked?.kind === 'composite' && locked.name === 'choice' ? locked.parts : [];
    const places = parts.map(outerKind);
    const lockedOf = (member: TypeModel): SchemaType | undefined => parts[places.indexOf(outerKindOfModel(member))];
    return inPlaces(members, places, outerKindOfModel).map((member) => this.#type(member, lockedOf(member)));
  }
}

/** Items that have a place come first, in its order; the others behind, in theirs. */
function inPlaces<T>(items: readonly T[], places: readonly string[], keyOf: (item: T) => string): readonly T[] {
  const place = (item: T): number => {
    const index = places.indexOf(keyOf(item));
    return index === -1 ? Number.POSITIVE_INFINITY : index;
  };
  const known = items.filter((item) => place(item) !== Number.POSITIVE_INFINITY).sort((a, b) => place(a) - place(b));
  return [...known, ...items.filter((item) => place(item) === Number.POSITIVE_INFINITY)];
}

function typeOfField(locked: readonly SchemaField[] | undefined, name: string): SchemaType | undefined {
  return locked?.find((field) => field.name === name)?.type;
}

function partOf(locked: SchemaType | undefined, name: string, index: number): SchemaType | undefined {
  return locked?.kind === 'composite' && locked.name === name ? locked.parts[index] : undefined;
}

/** An item of a tuple, below the mark that says it may be missing. */
function tuplePart(locked: SchemaType | undefined, index: number): SchemaType | undefined {
  const part = partOf(locked, 'tuple', index);
  return part?.kind === 'composite' && (part.name === 'optional' || part.name === 'rest') ? part.parts[0] : part;
}

/** What tells the members of a choice apart: no two of them are of one kind. */
function outerKind(type: SchemaType): string {
  switch (type.kind) {
    case 'scalar':
    case 'composite':
      return type.name;
    default:
      return type.kind === 'reference' ? 'shape' : type.kind;
  }
}

function outerKindOfModel(type: TypeModel): string {
  if (type.kind === 'alias') return type.target === undefined ? '' : outerKindOfModel(type.target);
  if (type.kind === 'limited') return outerKindOfModel(type.inner);
  return type.kind === 'scalar' ? type.scalar : type.kind;
}
