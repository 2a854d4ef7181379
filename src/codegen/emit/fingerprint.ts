import type { MethodSchema, SchemaType } from '../../util/schema/schema.ts';
import { schemaText } from '../../util/schema/schema-text.ts';
import { hash64 } from '../source/hash64.ts';
import { NumberedTypes } from './numbered-types.ts';

/**
 * 16 hex digits over everything that shapes a method's bytes: its kind, the order, names, types and optionality of fields, literals and variants, and
 * the places of removed fields. Names of types and methods do not count, nor limits of values, nor which file a type stands in. Changing
 * {@link ENCODING_VERSION} changes every fingerprint.
 */
export function methodFingerprint({ kind, request, response, error, types }: MethodSchema): string {
  const numbered = new NumberedTypes(types);
  const text = (type: SchemaType | undefined, none: string): string => (type === undefined ? none : schemaText(numbered.type(type)));
  const messages = [text(request, 'void'), text(response, 'void'), text(error, 'never')];
  return hash64([ENCODING_VERSION, kind, ...messages, ...numbered.texts()].join('\n'));
}

/** Raised when the same types are written as other bytes. */
const ENCODING_VERSION = 'rpcnet-values/1';
