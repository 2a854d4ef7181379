import type { SchemaField, SchemaLiteral, SchemaType } from './schema.ts';

/**
 * A type as text. The same type always gives the same text, and {@link readSchemaType} reads it back.
 *
 *     string   list(bytes)   "low"|"high"   {id:string,note?:string,-gone?:number}   <kind:"a"{x:number}|"b"{}>   #User
 */
export function schemaText(type: SchemaType): string {
  switch (type.kind) {
    case 'scalar':
      return type.name;
    case 'literals':
      return type.values.map(schemaLiteralText).join('|');
    case 'composite':
      return `${type.name}(${type.parts.map(schemaText).join(',')})`;
    case 'struct':
      return fieldsText(type.fields);
    case 'union': {
      const variants = type.variants.map(({ tag, fields }) => `${schemaLiteralText(tag)}${fieldsText(fields)}`);
      return `<${nameText(type.discriminant)}:${variants.join('|')}>`;
    }
    case 'reference':
      return `#${REFERENCE.test(type.name) ? type.name : nameText(type.name)}`;
  }
}

/** A field as text; with a space after the colon where people read it. */
export function schemaFieldText(field: SchemaField, space: '' | ' ' = ''): string {
  return `${field.isReserved ? '-' : ''}${nameText(field.name)}${field.optional ? '?' : ''}:${space}${schemaText(field.type)}`;
}

/** A literal as it stands in TypeScript. */
export function schemaLiteralText(value: SchemaLiteral): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : String(value);
}

function fieldsText(fields: readonly SchemaField[]): string {
  return `{${fields.map((field) => schemaFieldText(field)).join(',')}}`;
}

function nameText(name: string): string {
  return SCHEMA_NAME.test(name) ? name : JSON.stringify(name);
}

/** In messages between programs, types are numbered. */
const REFERENCE = /^\d+$/u;

/** Names that need no quotes. */
const SCHEMA_NAME = /^[A-Za-z_$][\w$]*$/u;
