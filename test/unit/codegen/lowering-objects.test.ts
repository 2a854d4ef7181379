import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lowered } from '../../support/lower-text.ts';

const USER = 'export interface User { id: number; name?: string }\n';
const PAGE = 'export interface Page<T, C = string> { items: T[]; cursor: C; next?: Page<T, C> }\n';

/** A type, the declarations beside it, and its model in words. */
const GENERICS: readonly (readonly [fact: string, type: string, more: string, model: string])[] = [
  [
    'a generic interface is copied for its argument',
    'Page<User>',
    PAGE + USER,
    'Page<User, string>{items: list(User{id: number, name?: string}), cursor: string, next?: ^Page<User, string>}',
  ],
  [
    'generic types nest',
    'Page<Page<number>>',
    PAGE,
    'Page<Page<number, string>, string>{items: list(Page<number, string>{items: list(number), cursor: string, next?: ^Page<number, string>}), cursor: string, next?: ^Page<Page<number, string>, string>}',
  ],
  [
    'a default may name an earlier parameter',
    'Pair<string>',
    'export interface Pair<A, B = A[]> { a: A; b: B }',
    'Pair<string, string[]>{a: string, b: list(string)}',
  ],
  ['all arguments may be defaults', 'Box', 'export interface Box<T = string> { value: T }', 'Box<string>{value: string}'],
  ['a constraint does not travel', 'Box<number>', 'export interface Box<T extends number> { value: T }', 'Box<number>{value: number}'],
  [
    'a generic alias',
    'Maybe<User>',
    `export type Maybe<T> = T | null;\n${USER}`,
    'Maybe<User> = nullable(User{id: number, name?: string})',
  ],
  [
    'a generic alias of null stays nullable',
    'Maybe<Maybe<string>>',
    'export type Maybe<T> = T | null;',
    'Maybe<Maybe<string>> = nullable(string)',
  ],
  ['a generic tuple', 'Pair<string, Date>', 'export type Pair<A, B> = readonly [A, B?];', 'Pair<string, Date> = readonly [string, date?]'],
  ['a generic record', 'Bag<Date>', 'export interface Bag<T> { [name: string]: T }', 'Bag<Date> = record(date)'],
  [
    'a generic object alias',
    'Tree<string>',
    'export type Tree<T> = { value: T; children: Tree<T>[] };',
    'Tree<string>{value: string, children: list(^Tree<string>)}',
  ],
  [
    'a generic tagged union',
    'Result<User, string>',
    `export type Result<T, E> = { ok: true; value: T } | { ok: false; error: E };\n${USER}`,
    'Result<User, string><ok true: {value: User{id: number, name?: string}} | false: {error: string}>',
  ],
  [
    'a tag may be an argument',
    "E<'x'> | E<'y'>",
    'export interface E<K extends string> { kind: K }',
    "E<'x'> | E<'y'><kind x: {} | y: {}>",
  ],
  [
    'an inline object is copied for the argument it mentions',
    '[A<string>, A<number>]',
    'export interface A<T> { inner: { value: T } }',
    '[A<string>{inner: {value: string}}, A<number>{inner: {value: number}}]',
  ],
  [
    'an inline object that mentions no argument is shared, so that recursion ends',
    'A<string>',
    'export interface A<T> { value: T; next?: A<{ x: number }> }',
    'A<string>{value: string, next?: A<{ x: number }>{value: {x: number}, next?: ^A<{ x: number }>}}',
  ],
  [
    'a parameter hides a declaration of its name',
    'A<string>',
    'export interface A<User> { value: User }\nexport interface User { x: number }',
    'A<string>{value: string}',
  ],
  [
    'an alias is the same argument as what it stands for',
    '[Box<Name>, Box<string>]',
    'export interface Box<T> { value: T }\nexport type Name = string;',
    '[Box<Name>{value: Name = string}, ^Box<Name>]',
  ],
];

const BASES: typeof GENERICS = [
  [
    'the fields of a base come first',
    'B',
    'export interface A { a: string }\nexport interface B extends A { b: number }',
    'B{a: string, b: number}',
  ],
  [
    'several bases come in their order',
    'C',
    'export interface A { a: string }\nexport interface B { b: string }\nexport interface C extends A, B { c: string }',
    'C{a: string, b: string, c: string}',
  ],
  [
    'a field of its own replaces that of a base in its place',
    'B',
    "export interface A { kind: string; a: string }\nexport interface B extends A { b: number; kind: 'b' }",
    'B{kind: "b", a: string, b: number}',
  ],
  ['a base need not be exported', 'B', 'interface A { a: string }\nexport interface B extends A {}', 'B{a: string}'],
  [
    'a generic base gets its arguments',
    'B<string>',
    'interface A<T> { a: T }\nexport interface B<U> extends A<U[]> { b: U }',
    'B<string>{a: list(string), b: string}',
  ],
  [
    'a base may be a part of a type',
    'B',
    `export interface B extends Omit<User, 'name'>, Partial<A> {}\ninterface A { a: string }\n${USER}`,
    'B{id: number, a?: string}',
  ],
  ['a base may be an alias of an object', 'B', 'type A = { a: string };\nexport interface B extends A {}', 'B{a: string}'],
  [
    'a base may be an intersection',
    'B',
    'type A = { a: string } & { c: string };\nexport interface B extends A {}',
    'B{a: string, c: string}',
  ],
];

const PARTS: typeof GENERICS = [
  ['Partial makes all fields optional', 'Partial<User>', USER, 'Partial<User>{id?: number, name?: string}'],
  ['Partial of a field that may be undefined', 'Partial<A>', 'export interface A { a: string | undefined }', 'Partial<A>{a??: string}'],
  ['Required makes all fields required', 'Required<User>', USER, 'Required<User>{id: number, name: string}'],
  [
    'Required leaves the undefined of a required field',
    'Required<A>',
    'export interface A { a: string | undefined }',
    'Required<A>{a: undefinable(string)}',
  ],
  ['Readonly of an object is the object', 'Readonly<User>', USER, 'User{id: number, name?: string}'],
  [
    'Pick takes fields in their order',
    "Pick<A, 'c' | 'a'>",
    'export interface A { a: string; b: string; c: string }',
    "Pick<A, 'c' | 'a'>{a: string, c: string}",
  ],
  ['Pick takes names from an alias', 'Pick<User, Names>', `export type Names = 'id';\n${USER}`, "Pick<User, 'id'>{id: number}"],
  ['Omit leaves fields out', "Omit<User, 'id'>", USER, "Omit<User, 'id'>{name?: string}"],
  ['Omit of a name that is not there changes nothing', "Omit<User, 'other'>", USER, "Omit<User, 'other'>{id: number, name?: string}"],
  ['helpers nest', "Partial<Omit<Required<User>, 'id'>>", USER, "Partial<Omit<Required<User>, 'id'>>{name?: string}"],
  ['helpers work on generic types', "Pick<Page<User>, 'cursor'>", PAGE + USER, "Pick<Page<User, string>, 'cursor'>{cursor: string}"],
  [
    'helpers work inside generic types',
    'Patch<User>',
    `export interface Patch<T> { changes: Partial<T> }\n${USER}`,
    'Patch<User>{changes: Partial<User>{id?: number, name?: string}}',
  ],
  [
    'a generic alias of a helper',
    'Patch<User>',
    `export type Patch<T> = Partial<T>;\n${USER}`,
    'Patch<User> = Partial<User>{id?: number, name?: string}',
  ],
  ['Partial of null or an object keeps the null', 'Partial<User | null>', USER, 'nullable(Partial<User>{id?: number, name?: string})'],
  [
    'Required of a tagged union works on its members',
    'Required<U>',
    "export type U = { kind: 'a'; x?: string } | { kind: 'b' };",
    'Required<U><kind a: {x: string} | b: {}>',
  ],
  [
    'a type may be made of partial copies of itself',
    'A',
    'export interface A { a: string; copy?: Partial<A> }',
    'A{a: string, copy?: Partial<A>{a?: string, copy?: ^Partial<A>}}',
  ],
];

const RECORDS: typeof GENERICS = [
  ['Partial of a record lets its values be undefined', 'Partial<Record<string, number>>', '', 'record(undefinable(number))'],
  ['Required of a record does not', 'Required<Partial<Record<string, number>>>', '', 'record(number)'],
  ['Partial of a Record of literals', "Partial<Record<'a', number>>", '', "Partial<Record<'a', number>>{a?: number}"],
  [
    'a literal is written as it can stand in a file',
    "Pick<A, 'it\\'s' | 'a\\nb'>",
    "export interface A { 'it\\'s': string; 'a\\nb': string }",
    "Pick<A, 'it\\'s' | 'a\\nb'>{it's: string, a\nb: string}",
  ],
];

const INTERSECTIONS: typeof GENERICS = [
  [
    'an intersection has the fields of both',
    'User & { note: string }',
    USER,
    'User & { note: string }{id: number, name?: string, note: string}',
  ],
  [
    'a declared intersection has its own name',
    'A',
    `export type A = User & { note: string };\n${USER}`,
    'A{id: number, name?: string, note: string}',
  ],
  [
    'a field of both sides is required if one side says so',
    '{ a?: string } & { a: string }',
    '',
    '{ a?: string } & { a: string }{a: string}',
  ],
  [
    'an intersection with a tagged union gives each member the fields',
    'U & { at: Date }',
    "export type U = { kind: 'a' } | { kind: 'b'; x: string };",
    'U & { at: Date }<kind a: {at: date} | b: {x: string, at: date}>',
  ],
  ['an intersection may hold itself in a field', 'A', 'export type A = { next?: A } & { x: string };', 'A{next?: ^A, x: string}'],
  [
    'a generic intersection',
    'Stamped<User>',
    `export type Stamped<T> = T & { at: Date };\n${USER}`,
    'Stamped<User>{id: number, name?: string, at: date}',
  ],
];

for (const [fact, type, more, model] of [...GENERICS, ...BASES, ...PARTS, ...RECORDS, ...INTERSECTIONS]) {
  test(fact, () => assert.equal(lowered(type, more), model));
}
