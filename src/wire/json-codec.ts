import { type ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import type { Codec } from './codec.ts';

/**
 * Values as JSON text in UTF-8: for the few methods that tools without generated code call too. No bytes at all mean an empty object.
 *
 * `write` gives what is written; `read` checks what came and throws what it likes at anything else.
 */
export function jsonCodec<T>(write: (value: T) => unknown, read: (json: unknown) => T): Codec<T> {
  return {
    encode(value: T, writer: ByteWriter): void {
      writer.writeRaw(Buffer.from(JSON.stringify(write(value))));
    },
    decode(reader: ByteReader): T {
      const text = reader.readRest().toString();
      try {
        return read(text === '' ? {} : JSON.parse(text));
      } catch (error) {
        throw new MalformedBytesError(error instanceof Error ? error.message : String(error));
      }
    },
  };
}

/** The property of a JSON object; undefined when it has none. @throws TypeError when the value is not an object. */
export function jsonProperty(json: unknown, name: string): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new TypeError(`expected an object, got ${kindOf(json)}`);
  return Object.hasOwn(json, name) ? (json as Record<string, unknown>)[name] : undefined;
}

/** A text property. @throws TypeError when it is missing and there is no `fallback`, or no text. */
export function jsonText(json: unknown, name: string, fallback?: string): string {
  const value = jsonProperty(json, name) ?? fallback;
  if (typeof value === 'string') return value;
  throw new TypeError(`expected ${name} to be a string, got ${kindOf(value)}`);
}

/** A property that is a list, its items read one by one. @throws TypeError */
export function jsonList<T>(json: unknown, name: string, read: (item: unknown) => T): T[] {
  const value = jsonProperty(json, name);
  if (!Array.isArray(value)) throw new TypeError(`expected ${name} to be a list, got ${kindOf(value)}`);
  return value.map((item) => read(item));
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
