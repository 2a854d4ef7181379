import type { MethodModel } from '../model/service-model.ts';
import { responseType } from './emit-codec.ts';
import type { FileContext } from './file-context.ts';
import { LocalNames } from './local-names.ts';
import { propertyAccess, propertyKey } from './source-printer.ts';

/** Emits `client.ts`: one typed method for each method of the service, on top of anything that can make calls. */
export function emitClient(context: FileContext): void {
  const { printer, names } = context;
  const { doc, name } = names.service;
  printer.doc(doc.length > 0 ? doc : [`Calls ${name}.`]);
  printer.block(`export class ${names.stem}Client {`, () => {
    printer.line(`readonly #caller: ${context.runtimeType('Caller')};`);
    printer.line(`#connection: ${context.runtimeType('Client')} | undefined;`);
    printer.line();
    emitConstruction(context);
    for (const method of names.service.methods) {
      printer.line();
      emitMethod(context, method);
    }
    printer.line();
    emitClosing(context);
  });
}

function emitConstruction(context: FileContext): void {
  const { printer, names } = context;
  const className = `${names.stem}Client`;
  printer.doc(['@param caller what makes the calls, for example a `Client` or a cluster client; it stays open when this client is closed']);
  printer.block(`constructor(caller: ${context.runtimeType('Caller')}) {`, () => printer.line('this.#caller = caller;'));
  printer.line();
  printer.doc(['Connects to one server. The connection belongs to this client: close it.']);
  printer.block(`static async connect(address: string, options?: ${context.runtimeType('ClientOptions')}): Promise<${className}> {`, () => {
    printer.line(`const connection = await ${context.runtime('Client')}.connect(address, options);`);
    printer.line(`const client = new ${className}(connection);`);
    printer.line('client.#connection = connection;');
    printer.line('return client;');
  });
}

function emitMethod(context: FileContext, method: MethodModel): void {
  const { printer, names } = context;
  const { request } = method;
  const locals = new LocalNames([], 'signature');
  const descriptor = propertyAccess(context.sibling(`${names.prefix}Methods`, 'codec'), method.name);
  const options = `options?: ${context.runtimeType('CallOptions')}`;
  const type = responseType(context, method);
  const streams = method.kind === 'serverStreaming' || method.kind === 'bidirectional';
  const result = streams ? `AsyncIterableIterator<${type}>` : `Promise<${type}>`;
  const parameters: string[] = [];
  let argument = 'undefined';
  if (request.kind === 'stream') {
    argument = locals.claim(request.name);
    const item = context.typeText(request.item);
    parameters.push(`${argument}: AsyncIterable<${item}> | Iterable<${item}>`);
  } else if (request.parameters.length > 0) {
    const entries = request.parameters.map((parameter) => {
      const local = locals.claim(parameter.name);
      parameters.push(`${local}${parameter.optional ? '?' : ''}: ${context.typeText(parameter.type)}`);
      return propertyKey(parameter.name) === local ? local : `${propertyKey(parameter.name)}: ${local}`;
    });
    argument = `{ ${entries.join(', ')} }`;
  }
  printer.doc(method.doc);
  printer.block(`${propertyKey(method.name)}(${[...parameters, options].join(', ')}): ${result} {`, () => {
    printer.line(`return this.#caller.${method.kind}(${descriptor}, ${argument}, options);`);
  });
}

function emitClosing(context: FileContext): void {
  const { printer } = context;
  printer.doc(['Closes the connection that `connect` made; does nothing for a client on a caller of yours.']);
  printer.block('async close(): Promise<void> {', () => printer.line('await this.#connection?.close();'));
  printer.line();
  printer.block('async [Symbol.asyncDispose](): Promise<void> {', () => printer.line('await this.close();'));
}
