import { type Field, type Shape, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import type { FileContext } from './file-context.ts';
import type { LiteralTables } from './literal-tables.ts';
import { LocalNames } from './local-names.ts';
import { SCALAR_CALLS } from './scalar-calls.ts';
import { propertyAccess, propertyKey, quote } from './source-printer.ts';

/** Emits the functions that write values: one for each shape, and statements in place for everything else. */
export class WriteEmitter {
  readonly #context: FileContext;
  readonly #literals: LiteralTables;

  constructor(context: FileContext, literals: LiteralTables) {
    this.#context = context;
    this.#literals = literals;
  }

  /** `function writeX(value, writer)`: the body of a struct or union, without the length before it. */
  shapeFunction(shape: Shape): void {
    const { printer, names } = this.#context;
    const isRecursive = names.recursive.has(shape);
    const writer = this.#context.runtimeType('ByteWriter');
    const parameters = `value: ${this.#context.shapeText(shape)}, ${isEmpty(shape) ? '_writer' : 'writer'}: ${writer}${isRecursive ? ', depth: number' : ''}`;
    printer.block(`function write${names.shape(shape)}(${parameters}): void {`, () => {
      if (isRecursive) printer.line(`${this.#context.runtime('checkWriteDepth')}(depth);`);
      printer.line(`if (!${this.#context.runtime('isObject')}(value)) throw ${this.#mismatch('value', "'an object'", [])};`);
      if (shape.body?.kind === 'union') this.#unionBody(shape, shape.body);
      else this.fields(shape.body?.fields ?? [], shape);
    });
  }

  /** Statements that write the fields of `value`: required ones, then the optional ones that are there. */
  fields(fields: readonly Field[], inside?: Shape): void {
    const { printer } = this.#context;
    const locals = new LocalNames();
    const named = fields.map((field) => ({ field, local: locals.claim(field.name) }));
    for (const { field, local } of named) {
      if (field.optional) continue;
      printer.line(`const ${local} = ${propertyAccess('value', field.name)};`);
      this.statements(field.type, { local, path: [quote(field.name)], locals, inside });
    }
    const optional = named.filter(({ field }) => field.optional);
    if (optional.length > 0) this.#optionalFields(optional, locals, inside);
  }

  /** Statements that check and write the value in a local variable. */
  statements(type: TypeModel, place: WritePlace): void {
    const { printer } = this.#context;
    const { local, path } = place;
    const bare = unwrapAlias(type);
    switch (bare.kind) {
      case 'scalar': {
        const { write, expected } = SCALAR_CALLS[bare.scalar];
        printer.line(`if (!${this.#context.runtime(write)}(writer, ${local})) throw ${this.#mismatch(local, quote(expected), path)};`);
        return;
      }
      case 'literals': {
        const table = this.#literals.nameOf(bare.values, hintOf(place));
        printer.line(
          `if (!${this.#context.runtime('writeLiteral')}(writer, ${table}, ${local})) throw ${this.#mismatch(local, table, path)};`,
        );
        return;
      }
      case 'nullable':
        return this.#nullable(bare.inner, place);
      case 'list':
        return this.#list(bare.item, place);
      case 'shape':
        return this.#nested(bare.shape, place);
    }
  }

  /** The call that writes a shape's body. */
  shapeCall(shape: Shape, local: string, inside?: Shape): string {
    const { names } = this.#context;
    const depth = inside !== undefined && names.recursive.has(inside) ? 'depth + 1' : '0';
    return `write${names.shape(shape)}(${local}, writer${names.recursive.has(shape) ? `, ${depth}` : ''});`;
  }

  #unionBody(shape: Shape, body: Extract<NonNullable<Shape['body']>, { kind: 'union' }>): void {
    const { printer } = this.#context;
    const discriminant = propertyAccess('value', body.discriminant);
    printer.block(`switch (${discriminant}) {`, () => {
      body.variants.forEach((variant, index) => {
        printer.block(`case ${quote(variant.tag)}: {`, () => {
          printer.line(`writer.writeUint8(${index});`);
          this.fields(variant.fields, shape);
          printer.line('return;');
        });
      });
      printer.line('default:');
      const tags = this.#literals.nameOf(
        body.variants.map((variant) => variant.tag),
        `${this.#context.names.shape(shape)}Tags`,
      );
      const found = propertyAccess(`(value as { ${propertyKey(body.discriminant)}: unknown })`, body.discriminant);
      printer.line(`  throw ${this.#mismatch(found, tags, [quote(body.discriminant)])};`);
    });
  }

  #optionalFields(optional: readonly NamedField[], locals: LocalNames, inside: Shape | undefined): void {
    const { printer } = this.#context;
    for (const { field, local } of optional) printer.line(`const ${local} = ${propertyAccess('value', field.name)};`);
    const words = chunk(optional, FIELDS_PER_WORD).map((fields) => ({ fields, word: locals.claim('present') }));
    for (const { fields, word } of words) {
      printer.line(`let ${word} = 0;`);
      fields.forEach(({ local }, bit) => {
        printer.line(`if (${local} !== undefined) ${word} |= ${2 ** bit};`);
      });
    }
    // A word is needed when a bit of its own or of a later word is set.
    words.forEach((_, index) => {
      if (index === 0) return;
      const rest = words.slice(index).map((later) => `${later.word} !== 0`);
      printer.line(`if (${rest.join(' || ')}) ${words[index - 1]?.word} += ${this.#context.runtime('MORE')};`);
    });
    const first = words[0]?.word;
    printer.line(`if (${first} === 0) return;`);
    words.forEach(({ word }, index) => {
      printer.line(
        index === 0
          ? `writer.writeVarint(${word});`
          : `if (${words[index - 1]?.word} >= ${this.#context.runtime('MORE')}) writer.writeVarint(${word});`,
      );
    });
    for (const { field, local } of optional) {
      printer.block(`if (${local} !== undefined) {`, () =>
        this.statements(field.type, { local, path: [quote(field.name)], locals, inside }),
      );
    }
  }

  #nullable(inner: TypeModel, place: WritePlace): void {
    const { printer } = this.#context;
    printer.branches([
      [`if (${place.local} === null) {`, () => printer.line('writer.writeUint8(0);')],
      [
        'else {',
        () => {
          printer.line('writer.writeUint8(1);');
          this.statements(inner, place);
        },
      ],
    ]);
  }

  #list(item: TypeModel, place: WritePlace): void {
    const { printer } = this.#context;
    const { local, locals } = place;
    const index = locals.claim('i');
    const element = locals.claim('item');
    printer.line(`if (!${this.#context.runtime('isList')}(${local})) throw ${this.#mismatch(local, "'an array'", place.path)};`);
    printer.line(`writer.writeVarint(${local}.length);`);
    printer.block(`for (let ${index} = 0; ${index} < ${local}.length; ${index}++) {`, () => {
      printer.line(`const ${element} = ${local}[${index}] as ${this.#context.typeText(item)};`);
      this.statements(item, { ...place, local: element, path: [...place.path, index] });
    });
  }

  #nested(shape: Shape, place: WritePlace): void {
    const { printer } = this.#context;
    const start = place.locals.claim('start');
    const open = this.#context.runtime('openStruct');
    const close = this.#context.runtime('closeStruct');
    printer.branches([
      [
        'try {',
        () => {
          printer.line(`const ${start} = ${open}(writer);`);
          printer.line(this.shapeCall(shape, place.local, place.inside));
          printer.line(`${close}(writer, ${start});`);
        },
      ],
      ['catch (error) {', () => printer.line(`throw ${this.#context.runtime('within')}(${['error', ...place.path].join(', ')});`)],
    ]);
  }

  #mismatch(local: string, expected: string, path: readonly string[]): string {
    return `${this.#context.runtime('mismatch')}(${[local, expected, ...path].join(', ')})`;
  }
}

/** A value in a local variable, and how an error names the way to it inside the current function. */
export interface WritePlace {
  readonly local: string;
  /** Code for each step: quoted field names and index variables. */
  readonly path: readonly string[];
  readonly locals: LocalNames;
  /** The shape whose function this is. */
  readonly inside: Shape | undefined;
}

/** How many optional fields one presence word tells of. */
export const FIELDS_PER_WORD = 28;

/** Cuts a list into pieces of at most `size`. */
export function chunk<T>(items: readonly T[], size: number): T[][] {
  const pieces: T[][] = [];
  for (let i = 0; i < items.length; i += size) pieces.push(items.slice(i, i + size));
  return pieces;
}

/** Whether a shape has nothing to write: its functions do not use the writer and the reader. */
export function isEmpty({ body }: Shape): boolean {
  return body?.kind === 'struct' && body.fields.length === 0;
}

interface NamedField {
  readonly field: Field;
  readonly local: string;
}

function hintOf(place: WritePlace): string {
  return place.path.find((part) => part.startsWith("'"))?.slice(1, -1) ?? 'values';
}
