import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';
import { mismatch, tooDeep, within } from './mismatch.ts';
import { isRecord, setEntry } from './record.ts';
import { MAX_DEPTH } from './struct.ts';
import { readText, writeText } from './text.ts';

/** A value that says itself what it is: what `Json` and `unknown` in a definition carry. Unlike text in JSON, numbers keep NaN, infinities and -0. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Writes a JSON value: a byte for its kind, then its content. Properties that are `undefined` are left out.
 *
 * @throws ValueMismatch for anything else: functions, class instances, dates, bytes, bigints, and what is nested too deep or contains itself
 */
export function writeJson(writer: ByteWriter, value: unknown): void {
  writeNested(writer, value, 0);
}

/** Reads what {@link writeJson} wrote. */
export function readJson(reader: ByteReader): Json {
  return readNested(reader, 0);
}

function writeNested(writer: ByteWriter, value: unknown, depth: number): void {
  switch (typeof value) {
    case 'string':
      writer.writeUint8(TEXT);
      if (!writeText(writer, value)) throw mismatch(value, 'a string');
      return;
    case 'number':
      return writeJsonNumber(writer, value);
    case 'boolean':
      return writer.writeUint8(value ? TRUE : FALSE);
    default:
  }
  if (value === null) return writer.writeUint8(NULL);
  if (depth >= MAX_DEPTH) throw tooDeep(MAX_DEPTH);
  if (Array.isArray(value)) return writeItems(writer, value, depth + 1);
  if (!isRecord(value)) throw mismatch(value, 'a JSON value');
  writeProperties(writer, value as Readonly<Record<string, unknown>>, depth + 1);
}

/** Small integers are most numbers in such values: they take a byte or two instead of eight. */
function writeJsonNumber(writer: ByteWriter, value: number): void {
  if (value >>> 0 === value && !Object.is(value, -0)) {
    writer.writeUint8(INTEGER);
    writer.writeVarint(value);
  } else {
    writer.writeUint8(NUMBER);
    writer.writeFloat64(value);
  }
}

function writeItems(writer: ByteWriter, items: readonly unknown[], depth: number): void {
  writer.writeUint8(LIST);
  writer.writeVarint(items.length);
  for (let i = 0; i < items.length; i++) {
    try {
      writeNested(writer, items[i], depth);
    } catch (error) {
      throw within(error, i);
    }
  }
}

function writeProperties(writer: ByteWriter, value: Readonly<Record<string, unknown>>, depth: number): void {
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  writer.writeUint8(RECORD);
  writer.writeVarint(keys.length);
  for (const key of keys) {
    try {
      if (!writeText(writer, key)) throw mismatch(key, 'a string');
      writeNested(writer, value[key], depth);
    } catch (error) {
      throw within(error, key);
    }
  }
}

function readNested(reader: ByteReader, depth: number): Json {
  const kind = reader.readUint8();
  switch (kind) {
    case NULL:
      return null;
    case FALSE:
      return false;
    case TRUE:
      return true;
    case NUMBER:
      return reader.readFloat64();
    case INTEGER:
      return reader.readVarint();
    case TEXT:
      return readText(reader);
    case LIST:
      return readItems(reader, enter(depth));
    case RECORD:
      return readProperties(reader, enter(depth));
    default:
      throw new MalformedBytesError(`a JSON value has no kind ${kind}`);
  }
}

function readItems(reader: ByteReader, depth: number): Json {
  const count = reader.readCount();
  const items: Json[] = [];
  for (let i = 0; i < count; i++) items.push(readNested(reader, depth));
  return items;
}

function readProperties(reader: ByteReader, depth: number): Json {
  const count = reader.readCount(2);
  const record: Record<string, Json> = {};
  for (let i = 0; i < count; i++) {
    const key = readText(reader);
    setEntry(record, key, readNested(reader, depth));
  }
  return record;
}

function enter(depth: number): number {
  if (depth >= MAX_DEPTH) throw new MalformedBytesError(`a value is nested more than ${MAX_DEPTH} levels deep`);
  return depth + 1;
}

const NULL = 0;
const FALSE = 1;
const TRUE = 2;
const NUMBER = 3;
const INTEGER = 4;
const TEXT = 5;
const LIST = 6;
const RECORD = 7;
