import type { SchemaField, SchemaType, SchemaVariant } from '../../util/schema/schema.ts';
import { reachableFrom } from '../model/reachable.ts';
import type { MethodModel, ServiceModel } from '../model/service-model.ts';
import { type Field, type Shape, type TypeModel, unwrapAlias, wireFields } from '../model/type-model.ts';
import type { ServiceMethod, ServiceSchema } from './service-schema.ts';

/** Describes what a service's messages look like on the wire. */
export function describeService(service: ServiceModel): ServiceSchema {
  return new ServiceDescriber(service).describe();
}

/** The names of a service's objects and unions: those of declarations as they are, others with a number where they clash. */
export function shapeNames(service: ServiceModel): ReadonlyMap<Shape, string> {
  const { shapes } = reachableFrom(service);
  const names = new Map<Shape, string>();
  const taken = new Set<string>();
  const claim = (shape: Shape, base: string): void => {
    let name = base;
    for (let i = 2; taken.has(name); i++) name = `${base}${i}`;
    taken.add(name);
    names.set(shape, name);
  };
  for (const shape of shapes) if (shape.declaration !== undefined) claim(shape, shape.declaration.name);
  for (const shape of shapes) if (shape.declaration === undefined) claim(shape, shape.name);
  return names;
}

class ServiceDescriber {
  readonly #service: ServiceModel;
  readonly #names: ReadonlyMap<Shape, string>;

  constructor(service: ServiceModel) {
    this.#service = service;
    this.#names = shapeNames(service);
  }

  describe(): ServiceSchema {
    const { name, error, methods } = this.#service;
    return {
      name,
      error: error === undefined ? undefined : this.#type(error),
      methods: new Map(methods.map((method) => [method.name, this.#method(method)])),
      types: new Map([...this.#names].map(([shape, shapeName]) => [shapeName, this.#shape(shape)])),
    };
  }

  #method({ kind, request, response }: MethodModel): ServiceMethod {
    return {
      kind,
      request:
        request.kind === 'stream'
          ? this.#type(request.item)
          : { kind: 'struct', fields: this.#fields(wireFields({ fields: request.parameters, wire: request.wire })) },
      response: response === undefined ? undefined : this.#type(response),
    };
  }

  #type(type: TypeModel): SchemaType {
    const bare = unwrapAlias(type);
    switch (bare.kind) {
      case 'scalar':
        return { kind: 'scalar', name: bare.scalar };
      case 'literals':
        return { kind: 'literals', values: bare.values };
      case 'list':
      case 'set':
        return this.#composite(bare.kind, [bare.item]);
      case 'map':
        return this.#composite('map', [bare.key, bare.value]);
      case 'record':
        return this.#composite('record', [bare.value]);
      case 'nullable':
      case 'undefinable':
        return this.#composite(bare.kind, [bare.inner]);
      case 'choice':
        return this.#composite('choice', bare.members);
      case 'tuple':
        return this.#tuple(bare);
      case 'limited':
        return this.#type(bare.inner);
      case 'shape':
        return { kind: 'reference', name: this.#names.get(bare.shape) ?? bare.shape.name };
    }
  }

  #composite(name: string, parts: readonly TypeModel[]): SchemaType {
    return { kind: 'composite', name, parts: parts.map((part) => this.#type(part)) };
  }

  #tuple({ items, rest, required }: Extract<TypeModel, { kind: 'tuple' }>): SchemaType {
    const parts = items.map((item, index) => (index < required ? this.#type(item) : this.#composite('optional', [item])));
    if (rest !== undefined) parts.push(this.#composite('rest', [rest]));
    return { kind: 'composite', name: 'tuple', parts };
  }

  #shape({ body }: Shape): SchemaType {
    if (body?.kind !== 'union') return { kind: 'struct', fields: body === undefined ? [] : this.#fields(wireFields(body)) };
    const variants: SchemaVariant[] = body.variants.map((variant) => ({ tag: variant.tag, fields: this.#fields(wireFields(variant)) }));
    return { kind: 'union', discriminant: body.discriminant, variants };
  }

  /** Required fields first: that is how they travel. */
  #fields(fields: readonly Field[]): SchemaField[] {
    const ordered = [...fields.filter((field) => !field.optional), ...fields.filter((field) => field.optional)];
    return ordered.map((field) => ({
      name: field.name,
      type: field.reserved ?? this.#type(field.type),
      optional: field.optional,
      isReserved: field.reserved !== undefined,
    }));
  }
}
