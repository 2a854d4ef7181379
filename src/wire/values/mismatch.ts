import { fromUnknown } from '../../errors/from-unknown.ts';
import { RpcError } from '../../errors/rpc-error.ts';
import { MalformedBytesError } from '../../util/byte-reader.ts';
import type { LiteralValue } from './literal.ts';

/** A value does not fit its type. It is thrown where that is seen and gathers the path on its way out; {@link toEncodeError} makes it an RpcError. */
export class ValueMismatch extends Error {
  override readonly name = 'ValueMismatch';
  /** From the outside in: field names and indexes. */
  readonly path: (string | number)[];

  constructor(message: string, path: (string | number)[]) {
    super(message);
    this.path = path;
  }
}

/** What was expected: a description, or the literals that are allowed. */
export type Expected = string | readonly LiteralValue[];

/** The error for a value that does not fit. */
export function mismatch(value: unknown, expected: Expected, ...path: (string | number)[]): ValueMismatch {
  return new ValueMismatch(describeMismatch(value, expected), path);
}

/** The error for a value nested deeper than `limit`, perhaps because it contains itself. */
export function tooDeep(limit: number): ValueMismatch {
  return new ValueMismatch(`expected at most ${limit} levels of nesting, got more`, []);
}

/** Puts the way to a nested value before the path of its error. */
export function within(error: unknown, ...path: (string | number)[]): unknown {
  if (error instanceof ValueMismatch) error.path.unshift(...path);
  return error;
}

/** The error of a codec's `encode`: which method, the path to the value, what was expected and what came. */
export function toEncodeError(method: string, root: string, error: unknown): RpcError {
  if (error instanceof ValueMismatch) {
    return new RpcError('INVALID_ARGUMENT', `${method}: ${formatPath(root, error.path)}: ${error.message}`);
  }
  const { message } = fromUnknown(error);
  return new RpcError('INVALID_ARGUMENT', `${method}: ${root || 'request'}: cannot be encoded: ${message}`, { cause: error });
}

/** The error of a codec's `decode`: which method, which part, and what is wrong with the bytes. */
export function toDecodeError(method: string, root: string, error: unknown): MalformedBytesError {
  const { message } = fromUnknown(error);
  return new MalformedBytesError(`${method}: ${root || 'request'}: ${message}`);
}

function describeMismatch(value: unknown, expected: Expected): string {
  if (typeof expected !== 'string') {
    const got = typeof value === 'string' ? quote(value) : describe(value);
    return `expected ${expected.length === 1 ? '' : 'one of '}${expected.map(literalText).join(', ')}, got ${got}`;
  }
  if (typeof value === 'string' && expected === 'a string')
    return `expected text without lone surrogates, got one at index ${loneSurrogate(value)}`;
  if (typeof value === 'bigint' && expected === 'a bigint') return 'expected a bigint of at most 65536 bytes, got a longer one';
  if (Array.isArray(value) && expected.startsWith('an array of ')) return `expected ${expected}, got one of ${value.length}`;
  return `expected ${expected}, got ${describe(value)}`;
}

function describe(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'object':
      return describeObject(value);
    case 'number':
    case 'boolean':
      return `the ${typeof value} ${String(value)}`;
    case 'bigint':
      return BigInt.asIntN(SHOWN_BITS, value) === value ? `the bigint ${value}` : 'a long bigint';
    default:
      return `a ${typeof value}`;
  }
}

function describeObject(value: object | null): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Uint8Array) return 'a Uint8Array';
  if (value instanceof Set) return 'a Set';
  if (value instanceof Map) return 'a Map';
  if (Object.prototype.toString.call(value) === '[object Date]') return Number.isNaN(Number(value)) ? 'an invalid Date' : 'a Date';
  return 'an object';
}

function literalText(literal: LiteralValue): string {
  if (typeof literal === 'string') return quote(literal);
  return typeof literal === 'bigint' ? `${literal}n` : String(literal);
}

function quote(text: string): string {
  return `'${text.length > 40 ? `${text.slice(0, 40)}…` : text}'`;
}

function loneSurrogate(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) as number;
    if (code >= 0xd800 && code <= 0xdfff) return i;
    if (code > 0xffff) i++;
  }
  return -1;
}

function formatPath(root: string, path: readonly (string | number)[]): string {
  const isLong = path.length > 16;
  const text = appendPath(root, isLong ? path.slice(0, 8) : path);
  return isLong ? `${text}…${appendPath('', path.slice(-4))}` : text;
}

function appendPath(root: string, path: readonly (string | number)[]): string {
  let text = root;
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (!/^[A-Za-z_$][\w$]*$/u.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

/** Longer bigints are not worth their place in a message. */
const SHOWN_BITS = 128;
