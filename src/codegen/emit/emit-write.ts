import { codecFields, type Field, type Scalar, type Shape, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import { writeChoice } from './emit-choice.ts';
import { writeList, writeMap, writeRecord, writeSet, writeTuple } from './emit-write-containers.ts';
import type { FileContext } from './file-context.ts';
import { limitChecks, placeLimits } from './limit-checks.ts';
import type { LiteralTables } from './literal-tables.ts';
import { LocalNames } from './local-names.ts';
import { SCALAR_CALLS } from './scalar-calls.ts';
import { literalText, propertyAccess, propertyKey, quote } from './source-printer.ts';
import { hintOf, mismatchCode, type WritePlace, type WriteTools } from './write-place.ts';

/** Emits the functions that write values: one for each shape, and statements in place for everything else. */
export class WriteEmitter implements WriteTools {
  readonly context: FileContext;
  readonly literals: LiteralTables;

  constructor(context: FileContext, literals: LiteralTables) {
    this.context = context;
    this.literals = literals;
  }

  /** `function writeX(value, writer)`: the body of a struct or union, without the length before it. */
  shapeFunction(shape: Shape): void {
    const { printer, names } = this.context;
    const isRecursive = names.recursive.has(shape);
    const writer = this.context.runtimeType('ByteWriter');
    const parameters = `value: ${this.context.shapeText(shape)}, ${isEmpty(shape) ? '_writer' : 'writer'}: ${writer}${isRecursive ? ', depth: number' : ''}`;
    printer.block(`function write${names.shape(shape)}(${parameters}): void {`, () => {
      if (isRecursive) printer.line(`${this.context.runtime('checkWriteDepth')}(depth);`);
      printer.line(
        `if (!${this.context.runtime('isObject')}(value)) throw ${this.#mismatch("'an object'", { local: 'value', path: [] })};`,
      );
      if (shape.body?.kind === 'union') this.#unionBody(shape, shape.body);
      else if (shape.body !== undefined) this.fields(codecFields(shape.body), shape);
    });
  }

  /** Statements that write the fields of `value`: required ones, then the optional ones that are there. */
  fields(fields: readonly Field[], inside?: Shape): void {
    const { printer } = this.context;
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
    const { printer } = this.context;
    const { local } = place;
    const bare = unwrapAlias(type);
    switch (bare.kind) {
      case 'scalar':
        return this.#scalar(bare.scalar, place);
      case 'literals': {
        const table = this.literals.nameOf(bare.values, hintOf(place));
        return printer.line(
          `if (!${this.context.runtime('writeLiteral')}(writer, ${table}, ${local})) throw ${this.#mismatch(table, place)};`,
        );
      }
      case 'nullable':
        return this.#absent(bare.inner, 'null', place);
      case 'undefinable':
        return this.#absent(bare.inner, 'undefined', place);
      case 'limited':
        return this.#limited(placeLimits(bare.inner, bare.limits), place);
      case 'list':
        return writeList(this, bare.item, place);
      case 'set':
        return writeSet(this, bare.item, place);
      case 'map':
        return writeMap(this, bare, place);
      case 'record':
        return writeRecord(this, bare.value, place);
      case 'tuple':
        return writeTuple(this, bare, place);
      case 'choice':
        return writeChoice(this, bare.members, place);
      case 'shape':
        return this.#nested(bare.shape, place);
    }
  }

  /** The call that writes a shape's body. */
  shapeCall(shape: Shape, local: string, inside?: Shape): string {
    const { names } = this.context;
    const depth = inside !== undefined && names.recursive.has(inside) ? 'depth + 1' : '0';
    return `write${names.shape(shape)}(${local}, writer${names.recursive.has(shape) ? `, ${depth}` : ''});`;
  }

  #unionBody(shape: Shape, body: Extract<NonNullable<Shape['body']>, { kind: 'union' }>): void {
    const { printer } = this.context;
    const discriminant = propertyAccess('value', body.discriminant);
    printer.block(`switch (${discriminant}) {`, () => {
      body.variants.forEach((variant, index) => {
        printer.block(`case ${literalText(variant.tag)}: {`, () => {
          printer.line(index < 0x80 ? `writer.writeUint8(${index});` : `writer.writeVarint(${index});`);
          this.fields(codecFields(variant), shape);
          printer.line('return;');
        });
      });
      printer.line('default:');
      const tags = this.literals.nameOf(
        body.variants.map((variant) => variant.tag),
        `${this.context.names.shape(shape)}Tags`,
      );
      const found = propertyAccess(`(value as { ${propertyKey(body.discriminant)}: unknown })`, body.discriminant);
      printer.line(`  throw ${this.#mismatch(tags, { local: found, path: [quote(body.discriminant)] })};`);
    });
  }

  #optionalFields(optional: readonly NamedField[], locals: LocalNames, inside: Shape | undefined): void {
    const { printer } = this.context;
    for (const { field, local } of optional) {
      if (field.reserved === undefined) printer.line(`const ${local} = ${propertyAccess('value', field.name)};`);
    }
    const words = chunk(optional, FIELDS_PER_WORD).map((fields) => ({ fields, word: locals.claim('present') }));
    for (const { fields, word } of words) {
      printer.line(`let ${word} = 0;`);
      fields.forEach(({ field, local }, bit) => {
        if (field.reserved === undefined) printer.line(`if (${local} !== undefined) ${word} |= ${2 ** bit};`);
      });
    }
    // A word is needed when a bit of its own or of a later word is set.
    words.forEach((_, index) => {
      if (index === 0) return;
      const rest = words.slice(index).map((later) => `${later.word} !== 0`);
      printer.line(`if (${rest.join(' || ')}) ${words[index - 1]?.word} += ${this.context.runtime('MORE')};`);
    });
    const first = words[0]?.word;
    printer.line(`if (${first} === 0) return;`);
    words.forEach(({ word }, index) => {
      printer.line(
        index === 0
          ? `writer.writeVarint(${word});`
          : `if (${words[index - 1]?.word} >= ${this.context.runtime('MORE')}) writer.writeVarint(${word});`,
      );
    });
    for (const { field, local } of optional) {
      if (field.reserved !== undefined) continue;
      printer.block(`if (${local} !== undefined) {`, () =>
        this.statements(field.type, { local, path: [quote(field.name)], locals, inside }),
      );
    }
  }

  #scalar(scalar: Scalar, place: WritePlace): void {
    const { printer } = this.context;
    const { local } = place;
    const { write, max, expected } = SCALAR_CALLS[scalar];
    const call = `${this.context.runtime(write)}(writer, ${local}${max === undefined ? '' : `, ${max}`})`;
    if (scalar !== 'json') return printer.line(`if (!${call}) throw ${this.#mismatch(quote(expected), place)};`);
    // What does not fit may be deep inside, so the function itself throws.
    this.#guarded(place, () => printer.line(`${call};`));
  }

  /** One byte says whether the value is there. */
  #absent(inner: TypeModel, absent: 'null' | 'undefined', place: WritePlace): void {
    const { printer } = this.context;
    printer.branches([
      [`if (${place.local} === ${absent}) {`, () => printer.line('writer.writeUint8(0);')],
      [
        'else {',
        () => {
          printer.line('writer.writeUint8(1);');
          this.statements(inner, place);
        },
      ],
    ]);
  }

  #limited(type: TypeModel, place: WritePlace): void {
    if (type.kind !== 'limited') return this.statements(type, place);
    this.statements(type.inner, place);
    const { local, path } = place;
    for (const { isOutside, expected } of limitChecks(type.inner, type.limits, { local, hint: hintOf(place), tables: this.literals })) {
      const error = `${this.context.runtime('outOfLimits')}(${[local, quote(expected), ...path].join(', ')})`;
      this.context.printer.line(`if (${isOutside}) throw ${error};`);
    }
  }

  #nested(shape: Shape, place: WritePlace): void {
    const { printer } = this.context;
    const start = place.locals.claim('start');
    const open = this.context.runtime('openStruct');
    const close = this.context.runtime('closeStruct');
    this.#guarded(place, () => {
      printer.line(`const ${start} = ${open}(writer);`);
      printer.line(this.shapeCall(shape, place.local, place.inside));
      printer.line(`${close}(writer, ${start});`);
    });
  }

  /** Statements whose errors get the way to this place. */
  #guarded(place: WritePlace, statements: () => void): void {
    const { printer } = this.context;
    const error = `${this.context.runtime('within')}(${['error', ...place.path].join(', ')})`;
    printer.branches([
      ['try {', statements],
      ['catch (error) {', () => printer.line(`throw ${error};`)],
    ]);
  }

  #mismatch(expected: string, place: Pick<WritePlace, 'local' | 'path'>): string {
    return mismatchCode(this.context, expected, place);
  }
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
