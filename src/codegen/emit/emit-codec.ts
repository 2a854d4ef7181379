import type { MethodModel } from '../model/service-model.ts';
import { codecFields, type TypeModel } from '../model/type-model.ts';
import { ReadEmitter } from './emit-read.ts';
import { SchemaEmitter } from './emit-schemas.ts';
import { TypeTextEmitter } from './emit-type-texts.ts';
import { WriteEmitter } from './emit-write.ts';
import { directShape, type FileContext } from './file-context.ts';
import { LiteralTables } from './literal-tables.ts';
import { LocalNames } from './local-names.ts';
import { propertyKey, quote } from './source-printer.ts';

/** Emits `codec.ts`: the method descriptors, then the functions that write and read every type. */
export function emitCodec(context: FileContext): void {
  new CodecEmitter(context).emit();
}

class CodecEmitter {
  readonly #context: FileContext;
  readonly #literals: LiteralTables;
  readonly #types: TypeTextEmitter;
  readonly #schemas: SchemaEmitter;
  readonly #write: WriteEmitter;
  readonly #read: ReadEmitter;

  constructor(context: FileContext) {
    this.#context = context;
    this.#literals = new LiteralTables(new Set([...context.names.declared, 'MORE']));
    this.#types = new TypeTextEmitter(context);
    this.#schemas = new SchemaEmitter(context);
    this.#write = new WriteEmitter(context, this.#literals);
    this.#read = new ReadEmitter(context, this.#literals);
  }

  emit(): void {
    const { printer, names } = this.#context;
    this.#errorCodec();
    this.#types.declaredTypes();
    this.#schemas.shapes();
    this.#descriptors();
    for (const method of names.service.methods) this.#parameters(method);
    for (const shape of names.shapes) {
      printer.line();
      this.#write.shapeFunction(shape);
      printer.line();
      this.#read.shapeFunction(shape);
    }
    const tables = this.#literals.lines();
    if (tables.length > 0) printer.line();
    for (const line of tables) printer.line(line);
  }

  #errorCodec(): void {
    const { printer, names } = this.#context;
    const { error, name } = names.service;
    if (error === undefined) return;
    printer.doc([`How the typed errors of ${name} travel.`]);
    printer.block(
      `export const ${names.prefix}ErrorCodec: ${this.#context.runtimeType('Codec')}<${this.#context.typeText(error)}> = {`,
      () => this.#codecMembers(error, name, 'error'),
      '};',
    );
    printer.line();
  }

  #descriptors(): void {
    const { printer, names } = this.#context;
    const descriptor = this.#context.runtimeType('MethodDescriptor');
    printer.doc([`The methods of ${names.service.name}, as both sides must know them.`]);
    printer.block(
      `export const ${names.prefix}Methods: {`,
      () => {
        for (const method of names.service.methods) {
          printer.line(
            `readonly ${propertyKey(method.name)}: ${descriptor}<${requestType(this.#context, method)}, ${responseType(this.#context, method)}>;`,
          );
        }
      },
      '} = {',
    );
    this.#methodEntries();
    printer.line('};');
  }

  #methodEntries(): void {
    const { printer, names } = this.#context;
    for (const method of names.service.methods) {
      const label = `${names.service.name}.${method.name}`;
      printer.nested(`${propertyKey(method.name)}: {`, () => {
        printer.line(`name: ${quote(label)},`);
        printer.line(`kind: ${quote(method.kind)},`);
        this.#requestCodec(method, label);
        this.#codec('response', method.response, label);
        if (names.service.error !== undefined)
          printer.line(`error: ${names.prefix}ErrorCodec as ${this.#context.runtimeType('Codec')}<unknown>,`);
        this.#schemas.members(method);
        if (method.idempotent) printer.line('idempotent: true,');
        if (method.safe) printer.line('safe: true,');
        if (method.timeoutMs !== undefined) printer.line(`timeoutMs: ${String(method.timeoutMs).replace(/\B(?=(\d{3})+$)/gu, '_')},`);
        this.#types.methodTypes(method);
      });
    }
  }

  #requestCodec(method: MethodModel, label: string): void {
    const { request } = method;
    if (request.kind === 'stream') return this.#codec('request', request.item, label);
    if (request.parameters.length === 0) return this.#codec('request', undefined, label);
    const { printer, names } = this.#context;
    const name = names.parameters(method);
    printer.block(
      'request: {',
      () =>
        this.#guarded({
          method: label,
          // A parameter named request would make paths begin with request.request.
          root: request.parameters.some((parameter) => parameter.name === 'request') ? '' : 'request',
          write: () => printer.line(`write${name}(value, writer);`),
          read: () => printer.line(`return read${name}(reader);`),
        }),
      '},',
    );
  }

  #codec(key: string, type: TypeModel | undefined, label: string): void {
    const { printer } = this.#context;
    if (type === undefined) return printer.line(`${key}: ${this.#context.runtime('emptyCodec')},`);
    printer.block(`${key}: {`, () => this.#codecMembers(type, label, key), '},');
  }

  /** A whole message: a shape's body needs no length, because the message has one. */
  #codecMembers(type: TypeModel, method: string, root: string): void {
    const { printer } = this.#context;
    const shape = directShape(type);
    const locals = (): LocalNames => new LocalNames(['value', 'writer', 'reader']);
    this.#guarded({
      method,
      root,
      write: () => {
        if (shape !== undefined) printer.line(this.#write.shapeCall(shape, 'value'));
        else this.#write.statements(type, { local: 'value', path: [], locals: locals(), inside: undefined });
      },
      read: () => {
        if (shape !== undefined) return printer.line(`return ${this.#read.shapeCall(shape)};`);
        this.#read.statements(type, { local: 'value', hint: root, locals: locals(), inside: undefined });
        printer.line('return value;');
      },
    });
  }

  #guarded(codec: { readonly method: string; readonly root: string; readonly write: () => void; readonly read: () => void }): void {
    const { printer } = this.#context;
    const label = `${quote(codec.method)}, ${quote(codec.root)}, error`;
    const body = (statements: () => void, funnel: string): void =>
      printer.branches([
        ['try {', statements],
        ['catch (error) {', () => printer.line(`throw ${this.#context.runtime(funnel)}(${label});`)],
      ]);
    printer.block('encode(value, writer) {', () => body(codec.write, 'toEncodeError'), '},');
    printer.block('decode(reader) {', () => body(codec.read, 'toDecodeError'), '},');
  }

  #parameters(method: MethodModel): void {
    const { request } = method;
    if (request.kind === 'stream' || request.parameters.length === 0) return;
    const { printer, names } = this.#context;
    const name = names.parameters(method);
    printer.line();
    printer.doc([`The parameters of \`${names.service.name}.${method.name}\`: what travels as its request.`]);
    printer.block(`export interface ${name} {`, () => {
      for (const field of request.parameters) {
        printer.line(`readonly ${propertyKey(field.name)}${field.optional ? '?' : ''}: ${this.#context.fieldTypeText(field)};`);
      }
    });
    printer.line();
    printer.block(`function write${name}(value: ${name}, writer: ${this.#context.runtimeType('ByteWriter')}): void {`, () => {
      printer.line(`if (!${this.#context.runtime('isObject')}(value)) throw ${this.#context.runtime('mismatch')}(value, 'an object');`);
      this.#write.fields(codecFields({ fields: request.parameters, wire: request.wire }));
    });
    printer.line();
    printer.block(`function read${name}(reader: ${this.#context.runtimeType('ByteReader')}): ${name} {`, () =>
      this.#read.struct(codecFields({ fields: request.parameters, wire: request.wire }), { typeName: name }),
    );
  }
}

/** The type of a method's request, as its descriptor names it. */
export function requestType(context: FileContext, method: MethodModel): string {
  const { request } = method;
  if (request.kind === 'stream') return context.typeText(request.item);
  return request.parameters.length === 0 ? 'void' : context.names.parameters(method);
}

/** The type of a method's answer or of an item of it. */
export function responseType(context: FileContext, method: MethodModel): string {
  return method.response === undefined ? 'void' : context.typeText(method.response);
}
