import { refused, taking } from '../../support/refused.ts';

refused('a union that contains itself is refused', taking('U', "export type U = U | 'a';"), [
  '3:13',
  "'U' refers to itself without an object between",
  'put an interface between, or use Json for any JSON value',
]);
refused('two members with one tag are refused', taking("{ kind: 'a' } | { kind: 'a'; n: number }"), [
  '2:53',
  "two members of this union have kind: 'a'",
  'give each member a value of its own',
]);
refused('a declared union without a shared literal is refused at its name', taking('U', 'export type U = { a: string } | { b: string };'), [
  '3:13',
  'the object types of this union share no literal field that tells them apart',
  "add one to each, for example kind: 'created' and kind: 'deleted'",
]);
refused('a union of objects without a shared literal is refused', taking('{ a: string } | { b: string }'), [
  '2:53',
  'the object types of this union share no literal field that tells them apart',
  "add one to each, for example kind: 'created' and kind: 'deleted'",
]);
refused('two lists in a union are refused', taking('string[] | number[]'), [
  '2:53',
  'the members of this union cannot be told apart: two of them are arrays',
  "put each into an object with a literal field of its own, such as kind: 'a'",
]);
refused('a list and a tuple in a union are refused', taking('string[] | [number]'), [
  '2:53',
  'the members of this union cannot be told apart: two of them are arrays',
  "put each into an object with a literal field of its own, such as kind: 'a'",
]);
refused('a record and an object in a union are refused', taking('Record<string, string> | { a: string }'), [
  '2:53',
  'the members of this union cannot be told apart: two of them are objects',
  "put each into an object with a literal field of its own, such as kind: 'a'",
]);
refused('two maps in a union are refused', taking('Map<string, string> | Map<string, number>'), [
  '2:53',
  'the members of this union cannot be told apart: two of them are maps',
  "put each into an object with a literal field of its own, such as kind: 'a'",
]);
refused('two kinds of numbers in a union are refused', taking('int8 | number'), [
  '2:53',
  'the members of this union cannot be told apart: two of them are numbers',
  "put each into an object with a literal field of its own, such as kind: 'a'",
]);
refused('two kinds of bigints in a union are refused', taking('int64 | uint64'), [
  '2:53',
  'the members of this union cannot be told apart: two of them are bigints',
  "put each into an object with a literal field of its own, such as kind: 'a'",
]);
refused('a literal beside a sized number is refused', taking('int8 | 1000'), [
  '2:53',
  'the members of this union cannot be told apart: two of them are numbers',
  "put each into an object with a literal field of its own, such as kind: 'a'",
]);
refused('any JSON value in a union is refused', taking('Json | Date'), [
  '2:53',
  'the members of this union cannot be told apart: one of them holds any value',
  'use Json or unknown alone, or put each into an object with a literal field of its own',
]);
refused('a declared union that cannot be told apart is refused at its name', taking('U', 'export type U = string[] | number[];'), [
  '3:13',
  'the members of this union cannot be told apart: two of them are arrays',
  "put each into an object with a literal field of its own, such as kind: 'a'",
]);
refused('a union whose discriminant is optional in one member is refused', taking("{ kind: 'a' } | { kind?: 'b' }"), [
  '2:53',
  'the object types of this union share no literal field that tells them apart',
  "add one to each, for example kind: 'created' and kind: 'deleted'",
]);
refused('two members with one number as tag are refused', taking('{ code: 1 } | { code: 1; n: number }'), [
  '2:53',
  'two members of this union have code: 1',
  'give each member a value of its own',
]);
refused('two members that share one of their tags are refused', taking("{ kind: 'a' | 'b' } | { kind: 'b' | 'c' }"), [
  '2:53',
  "two members of this union have kind: 'b'",
  'give each member a value of its own',
]);
refused('more literals than an index holds are refused', taking(Array.from({ length: 257 }, (_, index) => `${index}`).join(' | ')), [
  '2:53',
  'a union can have at most 256 literals, this one has 257',
  'use string',
]);
refused('more objects than an index holds are refused', taking(Array.from({ length: 257 }, (_, index) => `{ k: ${index} }`).join(' | ')), [
  '2:53',
  'a union can have at most 256 members, this one has 257',
  'group members into unions of their own',
]);
