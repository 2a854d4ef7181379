import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDiagnostic } from '../../../src/codegen/source/diagnostic.ts';
import { generateFromText } from '../../support/generate-from-text.ts';

const HEAD = "import type { Service, Stream } from 'rpcnet';\n";

/** A service with one method that takes a value of the type; the type begins at line 2, column 53. */
const taking = (type: string, more = ''): string =>
  `${HEAD}export interface TestService extends Service { m(p: ${type}): Promise<void> }\n${more}`;

/** Source, and the first line of every diagnostic. */
const REFUSED: readonly (readonly [fact: string, source: string, errors: readonly string[]])[] = [
  ['any is refused', taking('any'), ["a.rpc.ts:2:53: error: 'any' cannot be encoded"]],
  ['unknown is refused', taking('unknown'), ["a.rpc.ts:2:53: error: 'unknown' cannot be encoded"]],
  ['object is refused', taking('object'), ["a.rpc.ts:2:53: error: 'object' cannot be encoded"]],
  ['symbol is refused', taking('symbol'), ["a.rpc.ts:2:53: error: 'symbol' cannot be encoded"]],
  ['never is refused', taking('never'), ["a.rpc.ts:2:53: error: 'never' has no values to encode"]],
  ['a lone undefined is refused', taking('undefined'), ["a.rpc.ts:2:53: error: 'undefined' cannot be encoded on its own"]],
  ['a lone null is refused', taking('null'), ["a.rpc.ts:2:53: error: 'null' alone carries nothing"]],
  ['a function is refused', taking('() => void'), ['a.rpc.ts:2:53: error: functions cannot be encoded']],
  ['a tuple is refused', taking('[string, number]'), ['a.rpc.ts:2:53: error: tuples are not supported']],
  ['an intersection is refused', taking('{ a: string } & { b: string }'), ["a.rpc.ts:2:53: error: intersections ('&') are not supported"]],
  ['a conditional type is refused', taking('string extends number ? 1 : 2'), ['a.rpc.ts:2:53: error: conditional types are not supported']],
  ['a mapped type is refused', taking('{ [K in string]: number }'), ['a.rpc.ts:2:53: error: mapped types are not supported']],
  ['an indexed access type is refused', taking("A['b']"), ['a.rpc.ts:2:53: error: indexed access types are not supported']],
  [
    'a template literal type is refused',
    taking(['`a$', '{string}`'].join('')),
    ['a.rpc.ts:2:53: error: template literal types are not supported'],
  ],
  ['keyof is refused', taking('keyof A'), ["a.rpc.ts:2:53: error: 'keyof' and 'unique' are not supported"]],
  ['typeof is refused', taking('typeof a'), ["a.rpc.ts:2:53: error: 'typeof' is not supported: the file is never executed"]],
  ['an import type is refused', taking("import('./b.ts').B"), ["a.rpc.ts:2:53: error: 'import(…)' types are not supported"]],
  [
    'a number literal is refused',
    taking('1 | 2'),
    [
      'a.rpc.ts:2:53: error: only string literals are supported as literal types',
      'a.rpc.ts:2:57: error: only string literals are supported as literal types',
    ],
  ],
  ['Map is refused', taking('Map<string, number>'), ["a.rpc.ts:2:53: error: 'Map' is not supported"]],
  ['Set is refused', taking('Set<string>'), ["a.rpc.ts:2:53: error: 'Set' is not supported"]],
  ['Record is refused', taking('Record<string, number>'), ["a.rpc.ts:2:53: error: 'Record' is not supported"]],
  ['Buffer is refused', taking('Buffer'), ["a.rpc.ts:2:53: error: 'Buffer' exists only in Node.js"]],
  ['a utility type is refused', taking('Partial<A>'), ["a.rpc.ts:2:53: error: utility types such as 'Partial' are not supported"]],
  [
    'a stream inside a message is refused',
    taking('Stream<string>[]'),
    ["a.rpc.ts:2:53: error: 'Stream' is only a method's single parameter or its return type"],
  ],
  ['a promise inside a message is refused', taking('Promise<string>'), ["a.rpc.ts:2:53: error: 'Promise' is only a method's return type"]],
  ['an unknown name is refused', taking('Missing'), ["a.rpc.ts:2:53: error: cannot find the type 'Missing'"]],
  ['a qualified name is refused', taking('NS.A'), ['a.rpc.ts:2:53: error: qualified names are not supported']],
  [
    'a generic interface is refused',
    taking('Page<string>', 'export interface Page<T> { items: T[] }'),
    ['a.rpc.ts:2:53: error: generic types are not supported'],
  ],
  [
    'a generic interface without arguments is refused where it is declared',
    taking('Page', 'export interface Page<T> { items: T[] }'),
    ['a.rpc.ts:3:22: error: generic types are not supported'],
  ],
  [
    'a type that is not exported is refused',
    taking('A', 'interface A { x: number }'),
    ["a.rpc.ts:3:11: error: 'A' is used by a service but not exported"],
  ],
  ['a union of primitives is refused', taking('string | number'), ['a.rpc.ts:2:53: error: the members of this union cannot be told apart']],
  [
    'a union of objects without a shared literal is refused',
    taking('{ a: string } | { b: string }'),
    ['a.rpc.ts:2:53: error: the object types of this union share no literal field that tells them apart'],
  ],
  [
    'a declared union without a shared literal is refused at its name',
    taking('U', 'export type U = { a: string } | { b: string };'),
    ['a.rpc.ts:3:13: error: the object types of this union share no literal field that tells them apart'],
  ],
  [
    'two members with one tag are refused',
    taking("{ kind: 'a' } | { kind: 'a'; n: number }"),
    ["a.rpc.ts:2:53: error: two members of this union have kind: 'a'"],
  ],
  [
    'undefined in a union is refused',
    taking('string | undefined'),
    ["a.rpc.ts:2:53: error: 'undefined' cannot be a member of a union here"],
  ],
  [
    'a union that contains itself is refused',
    taking('U', "export type U = U | 'a';"),
    ['a.rpc.ts:3:17: error: this union contains itself'],
  ],
  [
    'an alias that refers to itself without an object is refused',
    taking('T', 'export type T = T[];'),
    ["a.rpc.ts:3:13: error: 'T' refers to itself without an object between"],
  ],
  [
    'a type that always contains itself is refused',
    taking('A', 'export interface A { a: B }\nexport interface B { a: A }'),
    [
      "a.rpc.ts:3:18: error: 'A' always contains itself, so it has no value",
      "a.rpc.ts:4:18: error: 'B' always contains itself, so it has no value",
    ],
  ],
  ['a method in a message is refused', taking('{ f(): void }'), ['a.rpc.ts:2:55: error: a message has fields only, no methods']],
  ['an index signature is refused', taking('{ [key: string]: number }'), ['a.rpc.ts:2:55: error: index signatures are not supported']],
  ['a computed field name is refused', taking('{ [Symbol.iterator]: number }'), ['a.rpc.ts:2:56: error: a field needs a plain name']],
  ['a field named __proto__ is refused', taking('{ __proto__: string }'), ["a.rpc.ts:2:55: error: a field cannot be named '__proto__'"]],
  [
    'a quoted field named __proto__ is refused',
    taking("{ '__proto__': string }"),
    ["a.rpc.ts:2:55: error: a field cannot be named '__proto__'"],
  ],
  [
    'a field named constructor is refused',
    taking('{ constructor: string }'),
    ["a.rpc.ts:2:55: error: a field cannot be named 'constructor'"],
  ],
  ['a field without a type is refused', taking('{ a }'), ["a.rpc.ts:2:55: error: the field 'a' has no type"]],
  [
    'an interface that extends a generic one is refused',
    taking('A', 'export interface A extends B<string> { x: number }\ninterface B<T> { y: T }'),
    ['a.rpc.ts:3:28: error: an interface of a message can extend only plain interfaces of these files'],
  ],
  [
    'an import of a missing file is refused where it is used',
    `import type { A } from './missing.ts';\n${taking('A')}`,
    ["a.rpc.ts:3:53: error: cannot find the file './missing.ts'"],
  ],
  [
    'a type of a package is refused',
    `import type { A } from 'some-package';\n${taking('A')}`,
    ["a.rpc.ts:3:53: error: 'A' comes from the package 'some-package', which the generator does not read"],
  ],
  [
    'a name that the imported file does not export is refused',
    `import type { B } from './other.ts';\n${taking('B')}`,
    ["a.rpc.ts:3:53: error: './other.ts' exports no interface or type alias named 'B'"],
  ],
  [
    'a namespace import is refused where it is used',
    `import type * as A from './other.ts';\n${taking('A')}`,
    ['a.rpc.ts:3:53: error: default and namespace imports are not supported'],
  ],
  [
    'a value import is refused',
    `import { A } from './other.ts';\n${taking('string')}`,
    ['a.rpc.ts:1:10: error: a definition imports types only'],
  ],
  [
    'an import for its side effects is refused',
    `import './other.ts';\n${taking('string')}`,
    ['a.rpc.ts:1:1: error: a definition imports types only'],
  ],
  ['an enum is refused', taking('string', 'export enum Level { Low }'), ['a.rpc.ts:3:8: error: enums are not supported']],
  [
    'a class is refused',
    taking('string', 'export class A {}'),
    ['a.rpc.ts:3:8: error: a definition holds only interfaces, type aliases and type imports'],
  ],
  [
    'a constant is refused',
    taking('string', 'const a = 1;'),
    ['a.rpc.ts:3:1: error: a definition holds only interfaces, type aliases and type imports'],
  ],
  [
    'an interface declared twice is refused',
    taking('A', 'export interface A { x: number }\nexport interface A { y: number }'),
    ["a.rpc.ts:4:18: error: 'A' is declared twice"],
  ],
  ['a file without a service is refused', 'export interface A { x: number }\n', ['a.rpc.ts:1:1: error: no service in this file']],
  [
    'a service without methods is refused',
    `${HEAD}export interface TestService extends Service {}\n`,
    ['a.rpc.ts:2:18: error: TestService has no methods'],
  ],
  [
    'a service that extends more than Service is refused',
    `${HEAD}export interface TestService extends Service, Other { m(): Promise<void> }\n`,
    ['a.rpc.ts:2:18: error: a service extends Service and nothing else'],
  ],
  [
    'a property in a service is refused',
    `${HEAD}export interface TestService extends Service { m: () => Promise<void> }\n`,
    ['a.rpc.ts:2:48: error: a service has methods only'],
  ],
  [
    'a method declared twice is refused',
    `${HEAD}export interface TestService extends Service { m(): Promise<void>; m(): Promise<string> }\n`,
    ["a.rpc.ts:2:68: error: the method 'm' is declared twice"],
  ],
  [
    'an optional method is refused',
    `${HEAD}export interface TestService extends Service { m?(): Promise<void> }\n`,
    ['a.rpc.ts:2:48: error: a method cannot be optional'],
  ],
  [
    'a generic method is refused',
    `${HEAD}export interface TestService extends Service { m<T>(): Promise<void> }\n`,
    ['a.rpc.ts:2:49: error: a method cannot be generic'],
  ],
  [
    'a method named close is refused',
    `${HEAD}export interface TestService extends Service { close(): Promise<void> }\n`,
    ["a.rpc.ts:2:48: error: a method cannot be named 'close'"],
  ],
  [
    'a method named then is refused',
    `${HEAD}export interface TestService extends Service { then(): Promise<void> }\n`,
    ["a.rpc.ts:2:48: error: a method cannot be named 'then'"],
  ],
  [
    'a method named constructor is refused',
    `${HEAD}export interface TestService extends Service { constructor(): Promise<void> }\n`,
    ["a.rpc.ts:2:48: error: a method cannot be named 'constructor'"],
  ],
  [
    'a method that returns no promise is refused',
    `${HEAD}export interface TestService extends Service { m(): string }\n`,
    ['a.rpc.ts:2:53: error: a method returns Promise<T> or Stream<T>'],
  ],
  [
    'a method without a return type is refused',
    `${HEAD}export interface TestService extends Service { m() }\n`,
    ['a.rpc.ts:2:48: error: a method returns Promise<T> or Stream<T>'],
  ],
  [
    'a parameter without a type is refused',
    `${HEAD}export interface TestService extends Service { m(a): Promise<void> }\n`,
    ['a.rpc.ts:2:50: error: a parameter needs a plain name and a type'],
  ],
  [
    'a rest parameter is refused',
    `${HEAD}export interface TestService extends Service { m(...a: string[]): Promise<void> }\n`,
    ['a.rpc.ts:2:50: error: a parameter needs a plain name and a type'],
  ],
  [
    'a required parameter after an optional one is refused',
    `${HEAD}export interface TestService extends Service { m(a?: string, b: string): Promise<void> }\n`,
    ['a.rpc.ts:2:62: error: a required parameter cannot follow an optional parameter'],
  ],
  [
    'a stream beside another parameter is refused',
    `${HEAD}export interface TestService extends Service { m(a: string, b: Stream<string>): Promise<void> }\n`,
    ['a.rpc.ts:2:61: error: a stream must be the only parameter'],
  ],
  [
    'an optional stream is refused',
    `${HEAD}export interface TestService extends Service { m(a?: Stream<string>): Promise<void> }\n`,
    ['a.rpc.ts:2:50: error: a stream cannot be optional'],
  ],
  [
    'a timeout that cannot be read is refused',
    `${HEAD}export interface TestService extends Service {\n  /** @timeout soon */\n  m(): Promise<void>;\n}\n`,
    ["a.rpc.ts:3:7: error: cannot read the timeout 'soon'"],
  ],
  [
    'a timeout beyond the longest timer is refused',
    `${HEAD}export interface TestService extends Service {\n  /** @timeout 1000h */\n  m(): Promise<void>;\n}\n`,
    ["a.rpc.ts:3:7: error: cannot read the timeout '1000h'"],
  ],
  [
    'an inline error type is refused',
    `${HEAD}export interface TestService extends Service<{ reason: string }> { m(): Promise<void> }\n`,
    ['a.rpc.ts:2:46: error: the error of a service must be a declared object type or union of object types'],
  ],
  [
    'an error that is no object is refused',
    `${HEAD}export interface TestService extends Service<E> { m(): Promise<void> }\nexport type E = 'a' | 'b';`,
    ['a.rpc.ts:2:46: error: the error of a service must be a declared object type or union of object types'],
  ],
  [
    'a type with the name of a generated class is refused',
    taking('TestClient', 'export interface TestClient { x: number }'),
    ["a.rpc.ts:3:18: error: a type used by TestService cannot be named 'TestClient'"],
  ],
  [
    'two services for one folder are refused',
    `${HEAD}export interface A extends Service { m(): Promise<void> }\nexport interface AService extends Service { m(): Promise<void> }\n`,
    ["a.rpc.ts:3:18: error: AService and A would both be generated into the folder 'a'"],
  ],
];

for (const [fact, source, errors] of REFUSED) {
  test(fact, () => {
    const { files, diagnostics } = generateFromText({ 'a.rpc.ts': source, 'other.ts': 'export interface A { x: number }' });
    assert.deepEqual(
      diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, 'a.rpc.ts').split('\n')[0]),
      errors,
    );
    assert.deepEqual(files, []);
    for (const { hint, message } of diagnostics) assert.ok(hint !== undefined && hint.length > 0, `no hint: ${message}`);
  });
}

test('a diagnostic shows the line, a marker and the way out', () => {
  const { diagnostics } = generateFromText({
    'a.rpc.ts': `${HEAD}export interface TestService extends Service {\n\tm(p: Map<string, number>): Promise<void>;\n}\n`,
  });
  assert.deepEqual(
    diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, 'src/a.rpc.ts')),
    [
      [
        "src/a.rpc.ts:3:7: error: 'Map' is not supported",
        '  3 | \tm(p: Map<string, number>): Promise<void>;',
        '    | \t     ^^^^^^^^^^^^^^^^^^^',
        '  hint: use an array of { key, value } objects',
      ].join('\n'),
    ],
  );
});

test('a syntax error is reported with its place, and nothing else about the file', () => {
  const { diagnostics } = generateFromText({ 'a.rpc.ts': `${HEAD}export interface {\n` });
  assert.deepEqual(
    diagnostics.map(({ line, column }) => `${line}:${column}`),
    ['2:18'],
  );
});

test('a column counts UTF-16 units, as editors do', () => {
  const { diagnostics } = generateFromText({
    'a.rpc.ts': `${HEAD}/* 😀 */ export interface TestService extends Service { m(p: any): Promise<void> }\n`,
  });
  assert.equal(diagnostics[0]?.column, 62);
});

test('everything that is wrong is reported in one run, in the order of the file', () => {
  const source = `${HEAD}export interface TestService extends Service {\n  a(p: any): Promise<symbol>;\n  b(): string;\n  c(x: { f: Set<string>; g: Map<string, string> }): Promise<void>;\n}\n`;
  const { diagnostics } = generateFromText({ 'a.rpc.ts': source });
  assert.deepEqual(
    diagnostics.map(({ line, column }) => `${line}:${column}`),
    ['3:8', '3:22', '4:8', '5:13', '5:29'],
  );
});

test('a problem in an imported file is reported there', () => {
  const { diagnostics } = generateFromText({
    'a.rpc.ts': `import type { A } from './other.js';\n${taking('A')}`,
    'other.ts': 'export const x = 1;\nexport interface A { bad: any }',
  });
  assert.deepEqual(
    diagnostics.map(({ file, line, column }) => `${file}:${line}:${column}`),
    ['/definitions/other.ts:2:27'],
  );
});

test('two types of one name from two files are refused', () => {
  const { diagnostics } = generateFromText({
    'a.rpc.ts': `import type { B } from './other.ts';\n${taking('A', 'export interface A { b: B }')}`,
    'other.ts': 'export interface B { a: A }\nexport interface A { x: number }',
  });
  assert.deepEqual(
    diagnostics.map(({ message }) => message),
    ["TestService uses two types named 'A'; the other is in /definitions/a.rpc.ts"],
  );
});
