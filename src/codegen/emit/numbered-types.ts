import type { SchemaField, SchemaType, SchemaTypes } from '../../util/schema/schema.ts';
import { schemaText } from '../../util/schema/schema-text.ts';

/** Gives the objects and unions of messages numbers instead of names, in the order in which they are met: names do not count on the wire. */
export class NumberedTypes {
  readonly #types: SchemaTypes;
  /** By name, in the order of their numbers. */
  readonly #numbers = new Map<string, number>();

  constructor(types: SchemaTypes) {
    this.#types = types;
  }

  get isEmpty(): boolean {
    return this.#numbers.size === 0;
  }

  /** The type with numbered references. */
  type(type: SchemaType): SchemaType {
    switch (type.kind) {
      case 'reference':
        return { kind: 'reference', name: String(this.#number(type.name)) };
      case 'composite':
        return { ...type, parts: type.parts.map((part) => this.type(part)) };
      case 'struct':
        return { kind: 'struct', fields: this.#fields(type.fields) };
      case 'union':
        return { ...type, variants: type.variants.map(({ tag, fields }) => ({ tag, fields: this.#fields(fields) })) };
      default:
        return type;
    }
  }

  /** What each number stands for: everything that the types met so far lead to. */
  texts(): readonly string[] {
    const texts: string[] = [];
    // Each text may bring in types that were not met before, which a map goes on to visit.
    for (const name of this.#numbers.keys()) {
      const type = this.#types.get(name);
      texts.push(type === undefined ? '{}' : schemaText(this.type(type)));
    }
    return texts;
  }

  #number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  #fields(fields: readonly SchemaField[]): readonly SchemaField[] {
    return fields.map((field) => ({ ...field, type: this.type(field.type) }));
  }
}
