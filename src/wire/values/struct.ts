import { type ByteReader, MalformedBytesError } from '../../util/byte-reader.ts';
import type { ByteWriter } from '../../util/byte-writer.ts';
import { tooDeep } from './mismatch.ts';

/**
 * A struct inside a message is its byte length and its body, so that a reader that knows fewer fields can skip the rest.
 *
 * The length is not known before the body is written. One byte is kept for it, which is enough for most; a body of 128 bytes and more
 * is moved up by the bytes its length needs besides.
 */
export function openStruct(writer: ByteWriter): number {
  writer.ensure(1);
  writer.position++;
  return writer.position;
}

/** Ends the struct whose body began at `start`: puts its length before it. */
export function closeStruct(writer: ByteWriter, start: number): void {
  const length = writer.position - start;
  if (length < 0x80) writer.buffer[start - 1] = length;
  else moveForLength(writer, start, length);
}

/** Reads the length of a struct and narrows the reader to its body. Gives the end to go back to with {@link leaveStruct}. */
export function enterStruct(reader: ByteReader): number {
  const length = reader.readVarint();
  const { position, end } = reader;
  if (length > end - position) throw new MalformedBytesError(`a struct claims ${length} bytes, ${end - position} are left`);
  reader.end = position + length;
  return end;
}

/** Skips what is left of the struct's body and widens the reader again. */
export function leaveStruct(reader: ByteReader, end: number): void {
  reader.position = reader.end;
  reader.end = end;
}

/** Whether fields can be read from the value at all. */
export function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether items can be read from the value. */
export function isList(value: unknown): boolean {
  return Array.isArray(value);
}

/** The error for a union whose first byte names no variant that this side knows. */
export function unknownVariant(union: string, tag: number): MalformedBytesError {
  return new MalformedBytesError(`${union} has no variant ${tag}`);
}

/** Refuses a value nested deeper than {@link MAX_DEPTH}: it would take the stack, or never end. */
export function checkReadDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw new MalformedBytesError(`a value is nested more than ${MAX_DEPTH} levels deep`);
}

/** The write side of {@link checkReadDepth}: also ends on an object that contains itself. */
export function checkWriteDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw tooDeep(MAX_DEPTH);
}

/** How deep a type may contain itself. */
export const MAX_DEPTH = 64;

function moveForLength(writer: ByteWriter, start: number, length: number): void {
  const extra = varintLength(length) - 1;
  writer.ensure(extra);
  writer.buffer.copyWithin(start + extra, start, start + length);
  writer.position = start - 1;
  writer.writeVarint(length);
  writer.position += length;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** A type whose fields can be set: how a struct with optional fields is put together. */
export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
