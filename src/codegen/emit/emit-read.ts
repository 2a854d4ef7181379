import { type Field, type Shape, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import { chunk, FIELDS_PER_WORD, isEmpty } from './emit-write.ts';
import type { FileContext } from './file-context.ts';
import type { LiteralTables } from './literal-tables.ts';
import { LocalNames } from './local-names.ts';
import { SCALAR_CALLS } from './scalar-calls.ts';
import { propertyAccess, propertyKey, quote } from './source-printer.ts';

/** Emits the functions that read values: the mirror of the write emitter, in the same order. */
export class ReadEmitter {
  readonly #context: FileContext;
  readonly #literals: LiteralTables;

  constructor(context: FileContext, literals: LiteralTables) {
    this.#context = context;
    this.#literals = literals;
  }

  /** `function readX(reader)`: the body of a struct or union, up to the reader's end. */
  shapeFunction(shape: Shape): void {
    const { printer, names } = this.#context;
    const isRecursive = names.recursive.has(shape);
    const parameters = `${isEmpty(shape) ? '_reader' : 'reader'}: ${this.#context.runtimeType('ByteReader')}${isRecursive ? ', depth: number' : ''}`;
    const type = this.#context.shapeText(shape);
    printer.block(`function read${names.shape(shape)}(${parameters}): ${type} {`, () => {
      if (isRecursive) printer.line(`${this.#context.runtime('checkReadDepth')}(depth);`);
      if (shape.body?.kind === 'union') this.#unionBody(shape, shape.body);
      else this.struct(shape.body?.fields ?? [], { inside: shape });
    });
  }

  /** Statements that read fields and return the object. */
  struct(fields: readonly Field[], options: StructOptions): void {
    const { printer } = this.#context;
    const locals = new LocalNames();
    const required = fields.filter((field) => !field.optional);
    const entries = required.map((field) => {
      const local = locals.claim(field.name);
      this.statements(field.type, { local, hint: field.name, locals, inside: options.inside });
      return propertyKey(field.name) === local ? local : `${propertyKey(field.name)}: ${local}`;
    });
    if (options.tag !== undefined) entries.unshift(`${propertyKey(options.tag.name)}: ${quote(options.tag.value)}`);
    const literal = entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
    const optional = fields.filter((field) => field.optional);
    if (optional.length === 0) return printer.line(`return ${literal};`);
    this.#optionalFields(optional, { literal, fields, locals, ...options });
  }

  /** Statements that read a value into a new local variable. */
  statements(type: TypeModel, place: ReadPlace): void {
    const { printer } = this.#context;
    const { local } = place;
    const bare = unwrapAlias(type);
    switch (bare.kind) {
      case 'scalar':
        return printer.line(`const ${local} = ${this.#context.runtime(SCALAR_CALLS[bare.scalar].read)}(reader);`);
      case 'literals':
        return printer.line(
          `const ${local} = ${this.#context.runtime('readLiteral')}(reader, ${this.#literals.nameOf(bare.values, place.hint)});`,
        );
      case 'nullable':
        return this.#nullable(type, bare.inner, place);
      case 'list':
        return this.#list(bare.item, place);
      case 'shape': {
        const end = place.locals.claim('end');
        printer.line(`const ${end} = ${this.#context.runtime('enterStruct')}(reader);`);
        printer.line(`const ${local} = ${this.shapeCall(bare.shape, place.inside)};`);
        printer.line(`${this.#context.runtime('leaveStruct')}(reader, ${end});`);
      }
    }
  }

  /** The call that reads a shape's body. */
  shapeCall(shape: Shape, inside?: Shape): string {
    const { names } = this.#context;
    const depth = inside !== undefined && names.recursive.has(inside) ? 'depth + 1' : '0';
    return `read${names.shape(shape)}(reader${names.recursive.has(shape) ? `, ${depth}` : ''})`;
  }

  #unionBody(shape: Shape, body: Extract<NonNullable<Shape['body']>, { kind: 'union' }>): void {
    const { printer } = this.#context;
    printer.line('const tag = reader.readUint8();');
    printer.block('switch (tag) {', () => {
      body.variants.forEach((variant, index) => {
        printer.block(`case ${index}: {`, () => {
          this.struct(variant.fields, { inside: shape, tag: { name: body.discriminant, value: variant.tag } });
        });
      });
      printer.line('default:');
      printer.line(`  throw ${this.#context.runtime('unknownVariant')}(${quote(this.#context.names.shape(shape))}, tag);`);
    });
  }

  #optionalFields(optional: readonly Field[], struct: OptionalOptions): void {
    const { printer } = this.#context;
    const { locals, literal, inside } = struct;
    const words = chunk(optional, FIELDS_PER_WORD).map((fields) => ({ fields, word: locals.claim('present') }));
    words.forEach(({ word }, index) => {
      const previous = words[index - 1]?.word;
      const call =
        previous === undefined
          ? `${this.#context.runtime('readPresence')}(reader)`
          : `${this.#context.runtime('readNextPresence')}(reader, ${previous})`;
      printer.line(`const ${word} = ${call};`);
    });
    const last = words.at(-1)?.word ?? '';
    printer.line(`if (${words[0]?.word} === 0) return ${literal};`);
    printer.line(`if (${last} >= ${this.#context.runtime('MORE')}) ${this.#context.runtime('skipPresence')}(reader, ${last});`);
    const result = locals.claim('result');
    printer.line(`const ${result}: ${this.#mutableType(struct)} = ${literal};`);
    for (const { fields, word } of words) {
      fields.forEach((field, bit) => {
        printer.block(`if ((${word} & ${2 ** bit}) !== 0) {`, () => {
          const local = locals.claim(field.name);
          this.statements(field.type, { local, hint: field.name, locals, inside });
          printer.line(`${propertyAccess(result, field.name)} = ${local};`);
        });
      });
    }
    printer.line(`return ${result};`);
  }

  #mutableType(struct: OptionalOptions): string {
    const mutable = this.#context.runtimeType('Mutable');
    if (struct.typeName !== undefined) return `${mutable}<${struct.typeName}>`;
    if (struct.tag === undefined && struct.inside?.declaration !== undefined)
      return `${mutable}<${this.#context.shapeText(struct.inside)}>`;
    const first = struct.tag === undefined ? undefined : `${propertyKey(struct.tag.name)}: ${quote(struct.tag.value)}`;
    return this.#context.structText(struct.fields, first);
  }

  #nullable(type: TypeModel, inner: TypeModel, place: ReadPlace): void {
    const { printer } = this.#context;
    printer.line(`let ${place.local}: ${this.#context.typeText(type)} = null;`);
    printer.block(`if (${this.#context.runtime('readBoolean')}(reader)) {`, () => {
      const local = place.locals.claim(`${place.local}Value`);
      this.statements(inner, { ...place, local });
      printer.line(`${place.local} = ${local};`);
    });
  }

  #list(item: TypeModel, place: ReadPlace): void {
    const { printer } = this.#context;
    const { locals, local } = place;
    const bare = unwrapAlias(item);
    // Numbers have a fixed size, so a list of them is read in one go.
    if (bare.kind === 'scalar' && bare.scalar === 'number')
      return printer.line(`const ${local} = ${this.#context.runtime('readNumbers')}(reader);`);
    const count = locals.claim('count');
    const index = locals.claim('i');
    const text = this.#context.typeText(item);
    printer.line(`const ${count} = reader.readCount(${minBytes(item)});`);
    printer.line(`const ${local} = new Array<${text}>(${count});`);
    printer.block(`for (let ${index} = 0; ${index} < ${count}; ${index}++) {`, () => {
      const element = locals.claim('item');
      this.statements(item, { ...place, local: element });
      printer.line(`${local}[${index}] = ${element};`);
    });
  }
}

/** What a struct is part of. */
interface StructOptions {
  /** The shape whose function this is. */
  readonly inside?: Shape | undefined;
  /** The discriminant of a variant. */
  readonly tag?: { readonly name: string; readonly value: string };
  /** The name of the object's type, where it is not the shape's own. */
  readonly typeName?: string;
}

interface OptionalOptions extends StructOptions {
  readonly literal: string;
  readonly fields: readonly Field[];
  readonly locals: LocalNames;
}

/** Where a value goes. */
export interface ReadPlace {
  readonly local: string;
  /** A name for the table of literals, if one is needed. */
  readonly hint: string;
  readonly locals: LocalNames;
  readonly inside: Shape | undefined;
}

/** The fewest bytes a value takes: what a list's count is checked against before anything is allocated. */
function minBytes(type: TypeModel): number {
  const bare = unwrapAlias(type);
  switch (bare.kind) {
    case 'scalar':
      return SCALAR_CALLS[bare.scalar].minBytes;
    case 'shape':
      return 1 + minBodyBytes(bare.shape);
    default:
      return 1;
  }
}

function minBodyBytes({ body }: Shape): number {
  if (body === undefined || body.kind === 'union') return 1;
  const required = body.fields.filter((field) => !field.optional);
  return required.reduce((sum, field) => sum + (unwrapAlias(field.type).kind === 'shape' ? 1 : minBytes(field.type)), 0);
}
