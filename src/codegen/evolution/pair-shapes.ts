import { resolveReference, type SchemaField, type SchemaType } from '../../util/schema/schema.ts';
import { reachableFrom } from '../model/reachable.ts';
import type { ServiceModel } from '../model/service-model.ts';
import { type FieldList, partsOf, type Shape, type TypeModel } from '../model/type-model.ts';
import { shapeNames } from './describe-service.ts';
import type { ServiceSchema } from './service-schema.ts';

/** Finds what each object type of a service was in its lock: the type of the same name, or for one that was renamed the one that stood in its place. */
export function pairShapes(service: ServiceModel, locked: ServiceSchema): ReadonlyMap<Shape, SchemaType> {
  return new ShapePairs(service, locked).find();
}

class ShapePairs {
  readonly #service: ServiceModel;
  readonly #locked: ServiceSchema;
  readonly #pairs = new Map<Shape, SchemaType>();
  readonly #names: ReadonlyMap<Shape, string>;
  /** Names that a type of today has: what they stood for belongs to it. */
  readonly #taken: ReadonlySet<string>;
  readonly #visited = new Set<Shape>();

  constructor(service: ServiceModel, locked: ServiceSchema) {
    this.#service = service;
    this.#locked = locked;
    this.#names = shapeNames(service);
    this.#taken = new Set(this.#names.values());
  }

  find(): ReadonlyMap<Shape, SchemaType> {
    for (const [shape, name] of this.#names) {
      const type = this.#locked.types.get(name);
      if (type !== undefined) this.#pairs.set(shape, type);
    }
    const { methods, error } = this.#service;
    for (const { name, request, response } of methods) {
      const method = this.#locked.methods.get(name);
      if (method === undefined) continue;
      if (request.kind === 'stream') this.#walk(request.item, method.request);
      else if (method.request.kind === 'struct') this.#walkFields({ fields: request.parameters }, method.request.fields);
      if (response !== undefined) this.#walk(response, method.response);
    }
    if (error !== undefined) this.#walk(error, this.#locked.error);
    // What no method leads to by its old name was still found by its own.
    for (const shape of reachableFrom(this.#service).shapes) this.#walkShape(shape, undefined);
    return this.#pairs;
  }

  #walk(type: TypeModel, locked: SchemaType | undefined): void {
    if (locked === undefined) return;
    if (type.kind === 'shape') return this.#walkShape(type.shape, locked);
    if (type.kind === 'alias' || type.kind === 'limited') {
      for (const part of partsOf(type)) this.#walk(part, locked);
      return;
    }
    if (locked.kind !== 'composite') return;
    partsOf(type).forEach((part, index) => {
      this.#walk(part, locked.parts[index]);
    });
  }

  #walkShape(shape: Shape, locked: SchemaType | undefined): void {
    if (locked?.kind === 'reference' && !this.#pairs.has(shape) && !this.#taken.has(locked.name)) {
      const type = resolveReference(locked, this.#locked.types);
      if (type !== undefined) this.#pairs.set(shape, type);
    }
    const paired = this.#pairs.get(shape);
    if (paired === undefined || this.#visited.has(shape)) return;
    this.#visited.add(shape);
    const { body } = shape;
    if (body?.kind === 'struct' && paired.kind === 'struct') return this.#walkFields(body, paired.fields);
    if (body?.kind !== 'union' || paired.kind !== 'union') return;
    for (const variant of body.variants) {
      const other = paired.variants.find(({ tag }) => tag === variant.tag);
      if (other !== undefined) this.#walkFields(variant, other.fields);
    }
  }

  #walkFields({ fields }: FieldList, locked: readonly SchemaField[]): void {
    for (const field of fields) this.#walk(field.type, locked.find(({ name }) => name === field.name)?.type);
  }
}
