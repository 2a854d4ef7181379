import type { MethodModel } from '../model/service-model.ts';
import { responseType } from './emit-codec.ts';
import type { FileContext } from './file-context.ts';
import { LocalNames } from './local-names.ts';
import { propertyAccess, propertyKey, quote } from './source-printer.ts';

/** Emits `server.ts`: the interface to implement, the registration, and a server that serves one handler. */
export function emitServer(context: FileContext): void {
  const { printer, names } = context;
  emitHandler(context);
  printer.line();
  emitRegistration(context);
  printer.line();
  const server = context.runtime('Server');
  printer.doc([`A server for ${names.service.name} alone. For several services in one server, register each with a plain \`Server\`.`]);
  printer.block(`export class ${names.stem}Server extends ${server} {`, () => {
    printer.block(`constructor(handler: ${names.stem}Handler, options: ${context.runtimeType('ServerOptions')}) {`, () => {
      printer.line('super(options);');
      printer.line(`this.register(${names.prefix}Service(handler));`);
    });
  });
}

function emitHandler(context: FileContext): void {
  const { printer, names } = context;
  const { doc, methods, name } = names.service;
  printer.doc(doc.length > 0 ? doc : [`What a server of ${name} implements.`]);
  printer.block(`export interface ${names.stem}Handler {`, () => {
    methods.forEach((method, index) => {
      if (index > 0 && (method.doc.length > 0 || (methods[index - 1]?.doc.length ?? 0) > 0)) printer.line();
      printer.doc(method.doc);
      printer.line(`${propertyKey(method.name)}(${handlerParameters(context, method)}): ${handlerResult(context, method)};`);
    });
  });
}

function handlerParameters(context: FileContext, method: MethodModel): string {
  const { request } = method;
  const locals = new LocalNames([], 'signature');
  const callContext = `context: ${context.runtimeType('CallContext')}`;
  if (request.kind === 'stream')
    return `${locals.claim(request.name)}: AsyncIterableIterator<${context.typeText(request.item)}>, ${callContext}`;
  const parameters = request.parameters.map((parameter) => {
    const type = context.typeText(parameter.type);
    return `${locals.claim(parameter.name)}: ${parameter.optional ? `${type} | undefined` : type}`;
  });
  return [...parameters, callContext].join(', ');
}

function handlerResult(context: FileContext, method: MethodModel): string {
  const type = responseType(context, method);
  if (method.kind === 'serverStreaming' || method.kind === 'bidirectional') return `AsyncIterable<${type}>`;
  return `Promise<${type}> | ${type}`;
}

function emitRegistration(context: FileContext): void {
  const { printer, names } = context;
  const { methods, name } = names.service;
  const table = context.sibling(`${names.prefix}Methods`, 'codec');
  printer.doc([`${name} with its handler, ready for \`server.register\`.`]);
  printer.block(
    `export function ${names.prefix}Service(handler: ${names.stem}Handler): ${context.runtimeType('ServiceRegistration')} {`,
    () => {
      printer.block(
        'return {',
        () => {
          printer.line(`name: ${quote(name)},`);
          printer.block(
            'methods: [',
            () => {
              for (const method of methods) {
                printer.block(
                  '{',
                  () => {
                    printer.line(`kind: ${quote(method.kind)},`);
                    printer.line(`method: ${propertyAccess(table, method.name)},`);
                    printer.line(`handle: ${handleFunction(context, method)},`);
                  },
                  '},',
                );
              }
            },
            '],',
          );
        },
        '};',
      );
    },
  );
}

function handleFunction(context: FileContext, method: MethodModel): string {
  const { request } = method;
  const call = propertyAccess('handler', method.name);
  if (request.kind === 'stream') {
    return `(requests: AsyncIterableIterator<${context.typeText(request.item)}>, context) => ${call}(requests, context)`;
  }
  if (request.parameters.length === 0) return `(_request: void, context) => ${call}(context)`;
  const type = context.siblingType(context.names.parameters(method), 'codec');
  const values = request.parameters.map((parameter) => propertyAccess('request', parameter.name));
  return `(request: ${type}, context) => ${call}(${[...values, 'context'].join(', ')})`;
}
