import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lowered } from '../../support/lower-text.ts';

/** A type, and its model in words. */
const VALUES: readonly (readonly [fact: string, type: string, model: string, more?: string])[] = [
  ['sized numbers come from the library', '[int8, int16, int32, uint8, uint16, uint32]', '[int8, int16, int32, uint8, uint16, uint32]'],
  ['large integers are bigints of eight bytes', '[int64, uint64, bigint]', '[int64, uint64, bigint]'],
  ['a float32 is no number', 'float32', 'float32'],
  ['a type of the definition hides one of a global name', 'Map', 'Map{x: string}', 'export interface Map { x: string }'],
  ['null is a type of its own', 'null', 'null'],
  ['Json is any JSON value', 'Json', 'json'],
  ['unknown is any JSON value', 'unknown', 'json'],
  ['null is a JSON value already', 'Json | null', 'json'],
  ['string literals make a set', "'a' | 'b'", '"a" | "b"'],
  ['one literal is a set of one', "'a'", '"a"'],
  ['a template without parts is a literal', '`a`', '"a"'],
  ['numbers may be negative', '0 | -1 | 2.5', '0 | -1 | 2.5'],
  ['minus zero is zero', '-0', '0'],
  ['bigint literals may be negative', '10n | -10n', '10n | -10n'],
  ['literals of all kinds share a set', "'auto' | 1 | true | 5n", '"auto" | 1 | true | 5n'],
  ['true and false together are a boolean', 'true | false', 'boolean'],
  ['true and false stay literals beside others', "'auto' | true | false", '"auto" | true | false'],
  ['literals of an alias join the set', "Low | 'high'", '"low" | "lower" | "high"', "export type Low = 'low' | 'lower';"],
  ['equal literals count once', "'a' | 'b' | 'a'", '"a" | "b"'],
  ['a string holds its literals', "string | 'a'", 'string'],
  ['a number holds its literals but no others', "number | 1 | 'auto'", 'choice(number, "auto")'],
  ['a list', 'string[]', 'list(string)'],
  ['a read-only list', 'readonly string[]', 'readonly list(string)'],
  ['lists by name', 'Array<ReadonlyArray<string>>', 'list(readonly list(string))'],
  ['Readonly of a list is a read-only list', 'Readonly<string[]>', 'readonly list(string)'],
  ['a set', 'Set<string>', 'set(string)'],
  ['a read-only set', 'ReadonlySet<string>', 'readonly set(string)'],
  ['a map', 'Map<number, string[]>', 'map(number, list(string))'],
  ['a read-only map', 'ReadonlyMap<string, Date>', 'readonly map(string, date)'],
  ['a Record of strings', 'Record<string, number>', 'record(number)'],
  ['an index signature is a record', '{ readonly [name: string]: number }', 'record(number)'],
  [
    'an interface with an index signature is a name for a record',
    'A',
    'A = record(number)',
    'export interface A { [name: string]: number }',
  ],
  ['a Record of literals is an object', "Record<'a' | 'b', number>", "Record<'a' | 'b', number>{a: number, b: number}"],
  ['a tuple', '[string, number]', '[string, number]'],
  ['an empty tuple', '[]', '[]'],
  ['a tuple with optional items', '[string, number?, boolean?]', '[string, number?, boolean?]'],
  ['a tuple with a rest', '[string, ...number[]]', '[string, ...number]'],
  ['a tuple with optional items and a rest', '[string, number?, ...Date[]]', '[string, number?, ...date]'],
  ['a tuple with names', '[name: string, size?: number, ...more: Date[]]', '[string, number?, ...date]'],
  ['a tuple whose rest is named elsewhere', '[...Names]', '[...string]', 'export type Names = string[];'],
  ['a read-only tuple', 'readonly [string]', 'readonly [string]'],
  ['Readonly of a tuple is a read-only tuple', 'Readonly<[string]>', 'readonly [string]'],
  ['an alias keeps its name', 'Name', 'Name = string', 'export type Name = string;'],
];

/** The ways of not being there. */
const ABSENT: typeof VALUES = [
  ['a nullable type', 'string | null', 'nullable(string)'],
  ['an undefinable type', 'string | undefined', 'undefinable(string)'],
  ['null stands inside undefined', 'string | undefined | null', 'undefinable(nullable(string))'],
  ['null counts once through aliases', 'Maybe | null', 'nullable(string)', 'export type Maybe = string | null;'],
  ['null and undefined alone', 'null | undefined', 'undefinable(null)'],
  ['items of a list may be undefined', '(string | undefined)[]', 'list(undefinable(string))'],
  ['an optional field', '{ a?: string }', '{a?: string}'],
  ['an optional field that may be undefined is one on the wire', '{ a?: string | undefined }', '{a??: string}'],
  ['so it is through an alias', '{ a?: Maybe }', '{a??: string}', 'export type Maybe = string | undefined;'],
  ['an optional nullable field keeps its null', '{ a?: string | null }', '{a?: nullable(string)}'],
  ['a required field that may be undefined keeps its undefined', '{ a: string | undefined }', '{a: undefinable(string)}'],
  ['a field that is never there does not travel', "{ kind: 'a'; b?: never; c?: undefined }", '{kind: "a"}'],
  ['NonNullable removes null and undefined', 'NonNullable<string | null | undefined>', 'string'],
  ['NonNullable removes them from an alias', 'NonNullable<Maybe>', 'string', 'export type Maybe = string | null;'],
  ['NonNullable leaves the rest alone', 'NonNullable<string | number | null>', 'choice(string, number)'],
];

const UNIONS: typeof VALUES = [
  ['primitives are told apart by typeof', 'string | number | boolean | bigint', 'choice(string, number, boolean, bigint)'],
  [
    'classes and arrays are told apart by what they are',
    'Uint8Array | Date | string[] | Set<string> | Map<string, string>',
    'choice(bytes, date, list(string), set(string), map(string, string))',
  ],
  ['an object stands beside primitives', 'string | { a: number }', 'choice(string, {a: number})'],
  ['a record is an object', 'string | Record<string, string>', 'choice(string, record(string))'],
  ['sized numbers are numbers', 'int8 | string', 'choice(int8, string)'],
  ['a union in a union is one', 'Text | number', 'choice(string, bytes, number)', 'export type Text = string | Uint8Array;'],
  ['null of any member stands around all', 'Text | number', 'nullable(choice(string, number))', 'export type Text = string | null;'],
  ['equal members count once', 'string[] | Names | null', 'nullable(list(string))', 'export type Names = string[];'],
  [
    'objects with a shared literal are a tagged union',
    "{ kind: 'a'; x: string } | { kind: 'b' }",
    "{ kind: 'a'; x: string } | { kind: 'b' }<kind a: {x: string} | b: {}>",
  ],
  ['numbers are tags, too', '{ code: 1 } | { code: 2; x: string }', '{ code: 1 } | { code: 2; x: string }<code 1: {} | 2: {x: string}>'],
  [
    'booleans are tags, too',
    '{ ok: true } | { ok: false; x: string }',
    '{ ok: true } | { ok: false; x: string }<ok true: {} | false: {x: string}>',
  ],
  [
    'a member may have several tags',
    "{ kind: 'a' | 'b'; x: string } | { kind: 'c' }",
    "{ kind: 'a' | 'b'; x: string } | { kind: 'c' }<kind a: {x: string} | b: {x: string} | c: {}>",
  ],
  [
    'the field that tells all apart is the tag, not just the first literal',
    "{ type: 'x'; kind: 'a' } | { type: 'x'; kind: 'b' }",
    "{ type: 'x'; kind: 'a' } | { type: 'x'; kind: 'b' }<kind a: {type: \"x\"} | b: {type: \"x\"}>",
  ],
  [
    'a declared union has its own name',
    'U',
    'U<kind a: {} | b: {us: list(^U)}>',
    "export type U = A | B;\nexport interface A { kind: 'a' }\nexport interface B { kind: 'b'; us: U[] }",
  ],
  [
    'a tagged union stands beside a primitive',
    'U | string',
    'choice(U<kind a: {} | b: {}>, string)',
    "export type U = { kind: 'a' } | { kind: 'b' };",
  ],
  [
    'a union of unions has the members of both',
    'U | C',
    'U | C<kind a: {} | b: {} | c: {}>',
    "export type U = { kind: 'a' } | { kind: 'b' };\nexport interface C { kind: 'c' }",
  ],
];

for (const [fact, type, model, more] of [...VALUES, ...ABSENT, ...UNIONS]) {
  test(fact, () => assert.equal(lowered(type, more), model));
}
