import type { MethodModel } from '../model/service-model.ts';
import { type Field, type Shape, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import { hash64 } from '../source/hash64.ts';

/**
 * 16 hex digits over everything that shapes a method's bytes: its kind, the order, names, types and optionality of fields, literals and variants.
 * Names of types and methods do not count, nor does which file a type stands in. Changing {@link ENCODING_VERSION} changes every fingerprint.
 */
export function methodFingerprint(method: MethodModel, error: TypeModel | undefined): string {
  const describer = new TypeDescriber();
  const request = method.request.kind === 'stream' ? describer.type(method.request.item) : describer.fields(method.request.parameters);
  const response = method.response === undefined ? 'void' : describer.type(method.response);
  const failure = error === undefined ? 'never' : describer.type(error);
  return hash64([ENCODING_VERSION, method.kind, request, response, failure].join('\n'));
}

/** Raised when the same types are written as other bytes. */
const ENCODING_VERSION = 'rpcnet-values/1';

/** Describes types as text. A shape inside itself is named by how many levels up it is, so that equal types have equal descriptions. */
class TypeDescriber {
  /** The shapes being described, from the outside in. */
  readonly #open: Shape[] = [];
  /** The lowest level that the description under way refers back to. */
  #lowest = Number.POSITIVE_INFINITY;
  /** Descriptions that refer to nothing outside themselves, as hashes, so that shared types do not multiply. */
  readonly #closed = new Map<Shape, string>();

  type(type: TypeModel): string {
    const bare = unwrapAlias(type);
    switch (bare.kind) {
      case 'scalar':
        return bare.scalar;
      case 'literals':
        return `literals${JSON.stringify(bare.values)}`;
      case 'list':
        return `list(${this.type(bare.item)})`;
      case 'nullable':
        return `nullable(${this.type(bare.inner)})`;
      case 'shape':
        return this.#shape(bare.shape);
    }
  }

  fields(fields: readonly Field[]): string {
    return `{${fields.map((field) => `${JSON.stringify(field.name)}${field.optional ? '?' : ''}:${this.type(field.type)}`).join(',')}}`;
  }

  #shape(shape: Shape): string {
    const known = this.#closed.get(shape);
    if (known !== undefined) return known;
    const level = this.#open.indexOf(shape);
    if (level !== -1) {
      this.#lowest = Math.min(this.#lowest, level);
      return `up${this.#open.length - level}`;
    }
    const outer = this.#lowest;
    this.#lowest = Number.POSITIVE_INFINITY;
    const own = this.#open.push(shape) - 1;
    const description = `#${hash64(this.#body(shape))}`;
    this.#open.pop();
    if (this.#lowest >= own) this.#closed.set(shape, description);
    this.#lowest = Math.min(outer, this.#lowest >= own ? Number.POSITIVE_INFINITY : this.#lowest);
    return description;
  }

  #body({ body }: Shape): string {
    if (body === undefined) return '';
    if (body.kind === 'struct') return this.fields(body.fields);
    const variants = body.variants.map((variant) => `${JSON.stringify(variant.tag)}${this.fields(variant.fields)}`);
    return `union ${JSON.stringify(body.discriminant)}(${variants.join('|')})`;
  }
}
