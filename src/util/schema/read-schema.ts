import type { SchemaField, SchemaLiteral, SchemaType, SchemaVariant } from './schema.ts';

/** Text that describes no type: from a peer, or from a file that was edited by hand. */
export class SchemaSyntaxError extends Error {
  override readonly name = 'SchemaSyntaxError';
}

/** Reads a type's text; spaces do not count. @throws SchemaSyntaxError */
export function readSchemaType(text: string): SchemaType {
  const reader = new SchemaReader(text);
  const type = reader.type(0);
  reader.end();
  return type;
}

/** Reads a field's text. @throws SchemaSyntaxError */
export function readSchemaField(text: string): SchemaField {
  const reader = new SchemaReader(text);
  const field = reader.field(0);
  reader.end();
  return field;
}

class SchemaReader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  type(depth: number): SchemaType {
    if (depth > MAX_SCHEMA_DEPTH) this.#fail(`no more than ${MAX_SCHEMA_DEPTH} levels`);
    if (this.#takes('#')) return { kind: 'reference', name: this.#nameOrNumber() };
    if (this.#takes('{')) return { kind: 'struct', fields: this.#fields(depth) };
    if (this.#takes('<')) return this.#union(depth);
    const literal = this.#literal();
    if (literal !== undefined) {
      const values = [literal];
      while (this.#takes('|')) values.push(this.#literal() ?? this.#fail('a literal'));
      return { kind: 'literals', values };
    }
    const name = this.#match(NAME)?.[0] ?? this.#fail('a type');
    if (!this.#takes('(')) return { kind: 'scalar', name };
    const parts: SchemaType[] = [];
    if (!this.#takes(')')) {
      do parts.push(this.type(depth + 1));
      while (this.#takes(','));
      this.#expect(')');
    }
    return { kind: 'composite', name, parts };
  }

  field(depth: number): SchemaField {
    const isReserved = this.#takes('-');
    const name = this.#name();
    const optional = this.#takes('?');
    this.#expect(':');
    return { name, type: this.type(depth + 1), optional, isReserved };
  }

  end(): void {
    this.#skipSpaces();
    if (this.#position < this.#text.length) this.#fail('the end');
  }

  #fields(depth: number): SchemaField[] {
    const fields: SchemaField[] = [];
    if (this.#takes('}')) return fields;
    do fields.push(this.field(depth));
    while (this.#takes(','));
    this.#expect('}');
    return fields;
  }

  #union(depth: number): SchemaType {
    const discriminant = this.#name();
    this.#expect(':');
    const variants: SchemaVariant[] = [];
    do {
      const tag = this.#literal() ?? this.#fail('a literal');
      this.#expect('{');
      variants.push({ tag, fields: this.#fields(depth) });
    } while (this.#takes('|'));
    this.#expect('>');
    return { kind: 'union', discriminant, variants };
  }

  #literal(): SchemaLiteral | undefined {
    const text = this.#match(STRING)?.[0];
    if (text !== undefined) return this.#unquote(text);
    const number = this.#match(NUMBER);
    if (number) return number[1] === 'n' ? BigInt(number[0].slice(0, -1)) : Number(number[0]);
    const boolean = this.#match(BOOLEAN)?.[0];
    return boolean === undefined ? undefined : boolean === 'true';
  }

  #name(): string {
    const quoted = this.#match(STRING)?.[0];
    return quoted === undefined ? (this.#match(NAME)?.[0] ?? this.#fail('a name')) : this.#unquote(quoted);
  }

  #nameOrNumber(): string {
    return this.#match(/\d+/uy)?.[0] ?? this.#name();
  }

  #unquote(text: string): string {
    if (text.startsWith("'")) return text.slice(1, -1);
    try {
      return JSON.parse(text) as string;
    } catch {
      // A bad escape: the text is no string of JSON.
      return this.#fail('a text in quotes');
    }
  }

  #takes(character: string): boolean {
    this.#skipSpaces();
    if (this.#text[this.#position] !== character) return false;
    this.#position++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#takes(character)) this.#fail(`'${character}'`);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    this.#skipSpaces();
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text) ?? undefined;
    if (match) this.#position += match[0].length;
    return match;
  }

  #skipSpaces(): void {
    while (this.#text[this.#position] === ' ') this.#position++;
  }

  #fail(expected: string): never {
    const found = this.#text.slice(this.#position, this.#position + 20);
    throw new SchemaSyntaxError(`expected ${expected} at character ${this.#position + 1}, found ${JSON.stringify(found)}`);
  }
}

/** How deep a description may be nested: far above what a definition has, far below what the stack holds. */
export const MAX_SCHEMA_DEPTH = 200;

const NAME = /[A-Za-z_$][\w$]*/uy;
/** Of JSON, or plain text within single quotes. */
const STRING = /"(?:[^"\\]|\\.)*"|'[^'"\\\p{C}]*'/uy;
const NUMBER = /-?\d+(?:(n)\b|(?:\.\d+)?(?:e[+-]?\d+)?)/uy;
const BOOLEAN = /(?:true|false)\b/uy;
