import type { Shape } from '../model/type-model.ts';
import { directShape, type FileContext } from './file-context.ts';
import { literalText, propertyKey, quote } from './source-printer.ts';

/** Emits `errors.ts`: makers for the service's typed errors, and the guard that lets a client branch on them. */
export function emitErrors(context: FileContext): void {
  const { printer, names } = context;
  const { error, name } = names.service;
  const shape = error === undefined ? undefined : directShape(error);
  if (error === undefined || shape === undefined) return;
  const type = context.typeText(error);
  if (shape.body?.kind === 'union') emitVariants(context, shape.body, type);
  else emitSingle(context, type);
  printer.line();
  printer.doc([`Whether an error of a call is a typed error of ${name}: then its \`details\` tell what happened.`]);
  const rpcError = context.runtimeType('RpcError');
  printer.block(`export function is${names.stem}Error(error: unknown): error is ${rpcError} & { readonly details: ${type} } {`, () => {
    const codec = context.sibling(`${names.prefix}ErrorCodec`, 'codec');
    printer.line(`return ${context.runtime('hasDetails')}(error, ${codec} as ${context.runtimeType('Codec')}<unknown>);`);
  });
}

function emitVariants(context: FileContext, body: Extract<NonNullable<Shape['body']>, { kind: 'union' }>, type: string): void {
  const { printer, names } = context;
  const options = `options?: ${context.runtimeType('TypedErrorOptions')}`;
  const { discriminant } = body;
  const tagsByKey = makerNames(body.variants.map((variant) => String(variant.tag)));
  const signatures = body.variants.map((variant) => {
    const result = `${context.runtimeType('TypedError')}<Extract<${type}, { ${propertyKey(discriminant)}: ${literalText(variant.tag)} }>>`;
    const isOptional = variant.fields.every((field) => field.optional);
    const fields = variant.fields.length === 0 ? '' : `fields${isOptional ? '?' : ''}: ${context.structText(variant.fields)}, `;
    return `(${fields}${options}) => ${result}`;
  });
  printer.doc([`Makes the typed errors of ${names.service.name}, for its handlers to throw.`]);
  printer.block(
    `export const ${names.prefix}Error: {`,
    () => {
      body.variants.forEach((variant, index) => {
        printer.line(`readonly ${makerKey(tagsByKey.get(String(variant.tag)) ?? String(variant.tag))}: ${signatures[index]};`);
      });
    },
    '} = {',
  );
  for (const variant of body.variants) {
    const hasFields = variant.fields.length > 0;
    const details = `{ ${hasFields ? '...fields, ' : ''}${propertyKey(discriminant)}: ${literalText(variant.tag)} }`;
    const key = makerKey(tagsByKey.get(String(variant.tag)) ?? String(variant.tag));
    const message = quote(`${names.service.name} failed: ${variant.tag}`);
    printer.nestedLine(
      `${key}: (${hasFields ? 'fields, ' : ''}options) => ${context.runtime('createTypedError')}(${message}, ${details}, options),`,
    );
  }
  printer.line('};');
}

function emitSingle(context: FileContext, type: string): void {
  const { printer, names } = context;
  printer.doc([`Makes a typed error of ${names.service.name}, for its handlers to throw.`]);
  const signature = `details: ${type}, options?: ${context.runtimeType('TypedErrorOptions')}`;
  printer.block(`export function ${names.prefix}Error(${signature}): ${context.runtimeType('TypedError')}<${type}> {`, () => {
    printer.line(`return ${context.runtime('createTypedError')}(${quote(`${names.service.name} failed`)}, details, options);`);
  });
}

/** In a literal a plain `__proto__` would set what the object inherits from. */
function makerKey(name: string): string {
  return name === '__proto__' ? "['__proto__']" : propertyKey(name);
}

/** `EMPTY_NAME` and `empty-name` as `emptyName`; tags that would clash keep their own spelling. */
function makerNames(tags: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map(tags.map((tag) => [tag, toCamelCase(tag)]));
  return new Set(names.values()).size === tags.length ? names : new Map(tags.map((tag) => [tag, tag]));
}

function toCamelCase(tag: string): string {
  const words = tag.split(/[^A-Za-z0-9]+/u).filter((word) => word !== '');
  const spelled = words.map((word) => (word === word.toUpperCase() ? word.toLowerCase() : word));
  const joined = spelled
    .map((word, index) => (index === 0 ? word.slice(0, 1).toLowerCase() : word.slice(0, 1).toUpperCase()) + word.slice(1))
    .join('');
  return joined === '' ? tag : joined;
}
