import type { SchemaField, SchemaLiteral, SchemaType } from './schema.ts';

/**
 * A type as text. The same type always gives the same text, and {@link readSchemaType} reads it back.
 *
 *     string   list(bytes)   "low"|"high"   {id:string,note?:string,-gone?:number}   <kind:"a"{x:number}|"b"{}>   #User
 */
export function schemaText(type: SchemaType, style: SchemaStyle = 'compact'): string {
  const comma = style === 'compact' ? ',' : ', ';
  const bar = style === 'compact' ? '|' : ' | ';
  switch (type.kind) {
    case 'scalar':
      return type.name;
    case 'literals':
      return type.values.map((value) => literalText(value, style)).join(bar);
    case 'composite':
      return `${type.name}(${type.parts.map((part) => schemaText(part, style)).join(comma)})`;
    case 'struct':
      return fieldsText(type.fields, style);
    case 'union': {
      const variants = type.variants.map(({ tag, fields }) => `${literalText(tag, style)}${fieldsText(fields, style)}`);
      return `<${nameText(type.discriminant)}:${variants.join(bar)}>`;
    }
    case 'reference':
      return `#${REFERENCE.test(type.name) ? type.name : nameText(type.name)}`;
  }
}

/** `compact` travels and is in generated code, `readable` is for people. Both mean the same. */
export type SchemaStyle = 'compact' | 'readable';

/** A field as text. */
export function schemaFieldText(field: SchemaField, style: SchemaStyle = 'compact'): string {
  const colon = style === 'compact' ? ':' : ': ';
  return `${field.isReserved ? '-' : ''}${nameText(field.name)}${field.optional ? '?' : ''}${colon}${schemaText(field.type, style)}`;
}

/** A literal as it stands in TypeScript. */
export function schemaLiteralText(value: SchemaLiteral): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : String(value);
}

function fieldsText(fields: readonly SchemaField[], style: SchemaStyle): string {
  return `{${fields.map((field) => schemaFieldText(field, style)).join(style === 'compact' ? ',' : ', ')}}`;
}

function literalText(value: SchemaLiteral, style: SchemaStyle): string {
  return style === 'readable' && typeof value === 'string' && PLAIN.test(value) ? `'${value}'` : schemaLiteralText(value);
}

function nameText(name: string): string {
  return SCHEMA_NAME.test(name) ? name : JSON.stringify(name);
}

/** Text that means itself within single quotes. */
const PLAIN = /^[^'"\\\p{C}]*$/u;

/** In messages between programs, types are numbered. */
const REFERENCE = /^\d+$/u;

/** Names that need no quotes. */
const SCHEMA_NAME = /^[A-Za-z_$][\w$]*$/u;
