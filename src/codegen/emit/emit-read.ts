import { codecFields, type Field, type LiteralValue, type Shape, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import { readChoice, readList, readMap, readRecord, readSet, readTuple } from './emit-read-containers.ts';
import { chunk, FIELDS_PER_WORD, isEmpty } from './emit-write.ts';
import type { FileContext } from './file-context.ts';
import { limitChecks, placeLimits } from './limit-checks.ts';
import type { LiteralTables } from './literal-tables.ts';
import { LocalNames } from './local-names.ts';
import type { ReadPlace, ReadTools } from './read-place.ts';
import { SCALAR_CALLS } from './scalar-calls.ts';
import { literalText, propertyAccess, propertyKey, quote } from './source-printer.ts';

/** Emits the functions that read values: the mirror of the write emitter, in the same order. */
export class ReadEmitter implements ReadTools {
  readonly context: FileContext;
  readonly literals: LiteralTables;

  constructor(context: FileContext, literals: LiteralTables) {
    this.context = context;
    this.literals = literals;
  }

  /** `function readX(reader)`: the body of a struct or union, up to the reader's end. */
  shapeFunction(shape: Shape): void {
    const { printer, names } = this.context;
    const isRecursive = names.recursive.has(shape);
    const parameters = `${isEmpty(shape) ? '_reader' : 'reader'}: ${this.context.runtimeType('ByteReader')}${isRecursive ? ', depth: number' : ''}`;
    const type = this.context.shapeText(shape);
    printer.block(`function read${names.shape(shape)}(${parameters}): ${type} {`, () => {
      if (isRecursive) printer.line(`${this.context.runtime('checkReadDepth')}(depth);`);
      if (shape.body?.kind === 'union') this.#unionBody(shape, shape.body);
      else this.struct(shape.body === undefined ? [] : codecFields(shape.body), { inside: shape });
    });
  }

  /** Statements that read fields and return the object. */
  struct(fields: readonly Field[], options: StructOptions): void {
    const { printer } = this.context;
    const locals = new LocalNames();
    const required = fields.filter((field) => !field.optional);
    const entries = required.map((field) => {
      const local = locals.claim(field.name);
      this.statements(field.type, { local, hint: field.name, locals, inside: options.inside });
      return propertyKey(field.name) === local ? local : `${propertyKey(field.name)}: ${local}`;
    });
    if (options.tag !== undefined) entries.unshift(`${propertyKey(options.tag.name)}: ${literalText(options.tag.value)}`);
    const literal = entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
    const optional = fields.filter((field) => field.optional);
    if (optional.length === 0) return printer.line(`return ${literal};`);
    this.#optionalFields(optional, { literal, fields, locals, ...options });
  }

  /** Statements that read a value into a new local variable. */
  statements(type: TypeModel, place: ReadPlace): void {
    const { printer } = this.context;
    const { local } = place;
    const bare = unwrapAlias(type);
    switch (bare.kind) {
      case 'scalar': {
        const { read, max } = SCALAR_CALLS[bare.scalar];
        return printer.line(`const ${local} = ${this.context.runtime(read)}(reader${max === undefined ? '' : `, ${max}`});`);
      }
      case 'literals': {
        const table = this.literals.nameOf(bare.values, place.hint);
        return printer.line(`const ${local} = ${this.context.runtime('readLiteral')}(reader, ${table});`);
      }
      case 'nullable':
        return this.#absent(type, { inner: bare.inner, absent: 'null' }, place);
      case 'undefinable':
        return this.#absent(type, { inner: bare.inner, absent: 'undefined' }, place);
      case 'limited':
        return this.#limited(placeLimits(bare.inner, bare.limits), place);
      case 'list':
        return readList(this, bare.item, place);
      case 'set':
        return readSet(this, bare.item, place);
      case 'map':
        return readMap(this, bare, place);
      case 'record':
        return readRecord(this, bare.value, place);
      case 'tuple':
        return readTuple(this, bare, place);
      case 'choice':
        return readChoice(this, bare, place);
      case 'shape': {
        const end = place.locals.claim('end');
        printer.line(`const ${end} = ${this.context.runtime('enterStruct')}(reader);`);
        printer.line(`const ${local} = ${this.shapeCall(bare.shape, place.inside)};`);
        printer.line(`${this.context.runtime('leaveStruct')}(reader, ${end});`);
      }
    }
  }

  /** The call that reads a shape's body. */
  shapeCall(shape: Shape, inside?: Shape): string {
    const { names } = this.context;
    const depth = inside !== undefined && names.recursive.has(inside) ? 'depth + 1' : '0';
    return `read${names.shape(shape)}(reader${names.recursive.has(shape) ? `, ${depth}` : ''})`;
  }

  #unionBody(shape: Shape, body: Extract<NonNullable<Shape['body']>, { kind: 'union' }>): void {
    const { printer } = this.context;
    printer.line('const tag = reader.readVarint();');
    printer.block('switch (tag) {', () => {
      body.variants.forEach((variant, index) => {
        printer.block(`case ${index}: {`, () => {
          this.struct(codecFields(variant), { inside: shape, tag: { name: body.discriminant, value: variant.tag } });
        });
      });
      printer.line('default:');
      printer.line(`  throw ${this.context.runtime('unknownVariant')}(${quote(this.context.names.shape(shape))}, tag);`);
    });
  }

  #optionalFields(optional: readonly Field[], struct: OptionalOptions): void {
    const { printer } = this.context;
    const { locals, literal, inside } = struct;
    const words = chunk(optional, FIELDS_PER_WORD).map((fields) => ({ fields, word: locals.claim('present') }));
    words.forEach(({ word }, index) => {
      const previous = words[index - 1]?.word;
      const call =
        previous === undefined
          ? `${this.context.runtime('readPresence')}(reader)`
          : `${this.context.runtime('readNextPresence')}(reader, ${previous})`;
      printer.line(`const ${word} = ${call};`);
    });
    const last = words.at(-1)?.word ?? '';
    printer.line(`if (${words[0]?.word} === 0) return ${literal};`);
    printer.line(`if (${last} >= ${this.context.runtime('MORE')}) ${this.context.runtime('skipPresence')}(reader, ${last});`);
    const result = locals.claim('result');
    printer.line(`const ${result}: ${this.#mutableType(struct)} = ${literal};`);
    for (const { fields, word } of words) {
      fields.forEach((field, bit) => {
        printer.block(`if ((${word} & ${2 ** bit}) !== 0) {`, () => {
          const local = locals.claim(field.name);
          this.statements(field.type, { local, hint: field.name, locals, inside });
          // Old programs still send a removed field: it is read to get behind it.
          if (field.reserved !== undefined) return printer.line(`void ${local};`);
          printer.line(`${propertyAccess(result, field.name)} = ${local};`);
        });
      });
    }
    printer.line(`return ${result};`);
  }

  #mutableType(struct: OptionalOptions): string {
    if (struct.typeName !== undefined) return `${this.context.runtimeType('Mutable')}<${struct.typeName}>`;
    if (struct.tag === undefined && (struct.inside?.declaration ?? struct.inside?.typeText) !== undefined)
      return `${this.context.runtimeType('Mutable')}<${this.context.shapeText(struct.inside as Shape)}>`;
    const first = struct.tag === undefined ? undefined : `${propertyKey(struct.tag.name)}: ${literalText(struct.tag.value)}`;
    const living = struct.fields.filter((field) => field.reserved === undefined);
    return this.context.structText(living, first);
  }

  #absent(type: TypeModel, { inner, absent }: { readonly inner: TypeModel; readonly absent: string }, place: ReadPlace): void {
    const { printer } = this.context;
    printer.line(`let ${place.local}: ${this.context.typeText(type)} = ${absent};`);
    printer.block(`if (${this.context.runtime('readBoolean')}(reader)) {`, () => {
      const local = place.locals.claim(`${place.local}Value`);
      this.statements(inner, { ...place, local });
      printer.line(`${place.local} = ${local};`);
    });
  }

  #limited(type: TypeModel, place: ReadPlace): void {
    this.statements(type.kind === 'limited' ? type.inner : type, place);
    if (type.kind !== 'limited') return;
    const { local, hint } = place;
    for (const { isOutside, expected } of limitChecks(type.inner, type.limits, { local, hint, tables: this.literals })) {
      const error = `${this.context.runtime('receivedOutOfLimits')}(${local}, ${quote(expected)}, ${quote(hint)})`;
      this.context.printer.line(`if (${isOutside}) throw ${error};`);
    }
  }
}

/** What a struct is part of. */
interface StructOptions {
  /** The shape whose function this is. */
  readonly inside?: Shape | undefined;
  /** The discriminant of a variant. */
  readonly tag?: { readonly name: string; readonly value: LiteralValue };
  /** The name of the object's type, where it is not the shape's own. */
  readonly typeName?: string;
}

interface OptionalOptions extends StructOptions {
  readonly literal: string;
  readonly fields: readonly Field[];
  readonly locals: LocalNames;
}
