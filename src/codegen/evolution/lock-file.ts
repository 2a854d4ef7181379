import { readSchemaField, readSchemaType, SchemaSyntaxError } from '../../util/schema/read-schema.ts';
import type { SchemaField, SchemaLiteral, SchemaType } from '../../util/schema/schema.ts';
import { schemaFieldText, schemaText } from '../../util/schema/schema-text.ts';
import type { ServiceMethod, ServiceSchema } from './service-schema.ts';

/** A lock file: the layouts of all services of one definition file, by the service's name. */
export type Lock = ReadonlyMap<string, ServiceSchema>;

/** The lock file of a definition file: it stands beside it. */
export function lockPathOf(definition: string): string {
  return `${definition.replace(/\.ts$/u, '')}.lock.json`;
}

/** The text of a lock file: the same services always give the same text, with a line for each field. */
export function lockText(services: readonly ServiceSchema[]): string {
  const lock = {
    about: ABOUT,
    version: LOCK_VERSION,
    services: Object.fromEntries(services.map((service) => [service.name, toJson(service)])),
  };
  return `${JSON.stringify(lock, null, 2)}\n`;
}

/** Reads a lock file. @throws SchemaSyntaxError that says what is wrong with it */
export function readLock(text: string): Lock {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new SchemaSyntaxError(/^(?:<{7}|>{7})/mu.test(text) ? 'it has conflict marks of a merge' : 'it is not JSON');
  }
  const lock = object(json, 'the file');
  if (lock.version !== LOCK_VERSION) {
    throw new SchemaSyntaxError(`it has version ${JSON.stringify(lock.version)}, this generator knows ${LOCK_VERSION}`);
  }
  return new Map(Object.entries(object(lock.services, 'services')).map(([name, service]) => [name, fromJson(name, service)]));
}

function toJson({ error, methods, types }: ServiceSchema): object {
  return {
    methods: Object.fromEntries([...methods].map(([name, method]) => [name, methodToJson(method)])),
    ...(error === undefined ? {} : { error: schemaText(error, 'readable') }),
    types: Object.fromEntries([...types].map(([name, type]) => [name, typeToJson(type)])),
  };
}

function methodToJson({ kind, request, response }: ServiceMethod): object {
  return { kind, request: typeToJson(request), response: response === undefined ? NO_ANSWER : schemaText(response, 'readable') };
}

/** The fields of an object as a list, a union as an object, everything else as text. */
function typeToJson(type: SchemaType): unknown {
  if (type.kind === 'struct') return fieldsToJson(type.fields);
  if (type.kind !== 'union') return schemaText(type, 'readable');
  const variants = type.variants.map(({ tag, fields }) => ({ tag: tagToJson(tag), fields: fieldsToJson(fields) }));
  return { discriminant: type.discriminant, variants };
}

function fieldsToJson(fields: readonly SchemaField[]): string[] {
  return fields.map((field) => schemaFieldText(field, 'readable'));
}

function tagToJson(tag: SchemaLiteral): unknown {
  return typeof tag === 'bigint' ? { bigint: String(tag) } : tag;
}

function fromJson(name: string, json: unknown): ServiceSchema {
  const service = object(json, name);
  const methods = Object.entries(object(service.methods, `the methods of ${name}`));
  const types = Object.entries(object(service.types, `the types of ${name}`));
  return {
    name,
    error: service.error === undefined ? undefined : typeFromJson(service.error, `the error of ${name}`),
    methods: new Map(methods.map(([method, value]) => [method, methodFromJson(value, `${name}.${method}`)])),
    types: new Map(types.map(([type, value]) => [type, typeFromJson(value, `${name}: ${type}`)])),
  };
}

function methodFromJson(json: unknown, where: string): ServiceMethod {
  const { kind, request, response } = object(json, where);
  return {
    kind: text(kind, where),
    request: typeFromJson(request, where),
    response: response === NO_ANSWER ? undefined : typeFromJson(response, where),
  };
}

function typeFromJson(json: unknown, where: string): SchemaType {
  if (typeof json === 'string') return within(where, () => readSchemaType(json));
  if (Array.isArray(json)) return { kind: 'struct', fields: fieldsFromJson(json, where) };
  const { discriminant, variants } = object(json, where);
  return {
    kind: 'union',
    discriminant: text(discriminant, where),
    variants: list(variants, where).map((item) => {
      const { tag, fields } = object(item, where);
      return { tag: tagFromJson(tag, where), fields: fieldsFromJson(list(fields, where), where) };
    }),
  };
}

function fieldsFromJson(json: readonly unknown[], where: string): SchemaField[] {
  return json.map((field) => within(where, () => readSchemaField(text(field, where))));
}

function tagFromJson(json: unknown, where: string): SchemaLiteral {
  if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') return json;
  const digits = text(object(json, where).bigint, where);
  if (!/^-?\d+$/u.test(digits)) throw new SchemaSyntaxError(`${where}: ${JSON.stringify(digits)} is no bigint`);
  return BigInt(digits);
}

function within<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SchemaSyntaxError && !error.message.startsWith(where)) throw new SchemaSyntaxError(`${where}: ${error.message}`);
    throw error;
  }
}

function object(json: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  throw new SchemaSyntaxError(`${where}: expected an object, found ${shown(json)}`);
}

function list(json: unknown, where: string): readonly unknown[] {
  if (Array.isArray(json)) return json;
  throw new SchemaSyntaxError(`${where}: expected a list, found ${shown(json)}`);
}

function text(json: unknown, where: string): string {
  if (typeof json === 'string') return json;
  throw new SchemaSyntaxError(`${where}: expected a text, found ${shown(json)}`);
}

function shown(json: unknown): string {
  return json === undefined ? 'nothing' : JSON.stringify(json).slice(0, 40);
}

const ABOUT = 'The layout of messages on the wire. Written by rpcnet-gen: keep it in version control and do not edit it.';

const LOCK_VERSION = 1;

const NO_ANSWER = 'void';
