import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateFromText } from '../../support/generate-from-text.ts';
import { lowered, lowerText } from '../../support/lower-text.ts';

const A = 'export interface A { a: string }';

/** A type, what the definition imports, and the files it comes from. */
const IMPORTS: readonly (readonly [fact: string, more: string, files: Readonly<Record<string, string>>])[] = [
  ['a type comes from a file with its extension', "import type { A } from './b.ts';", { 'b.ts': A }],
  ['a type comes from a file named as after compilation', "import type { A } from './b.js';", { 'b.ts': A }],
  ['a type comes from a file without extension', "import type { A } from './b';", { 'b.ts': A }],
  ['a type comes from the index of a folder', "import type { A } from './b';", { 'b/index.ts': A }],
  ['a type comes from another folder', "import type { A } from './b/c.ts';", { 'b/c.ts': "export type { A } from '../d.ts';", 'd.ts': A }],
  ['a type import may stand among others', "import { type A } from './b.ts';", { 'b.ts': A }],
  [
    'a type may be renamed on its way',
    "import type { B as A } from './b.ts';",
    { 'b.ts': "export type { A as B } from './c.ts';", 'c.ts': A },
  ],
  [
    'a type may be exported after its declaration',
    "import type { A } from './b.ts';",
    { 'b.ts': 'interface A { a: string }\nexport type { A };' },
  ],
  [
    'a type may be imported and exported again',
    "import type { A } from './b.ts';",
    { 'b.ts': "import type { A } from './c.ts';\nexport type { A };", 'c.ts': A },
  ],
  ['a file may export everything of another one', "import type { A } from './b.ts';", { 'b.ts': "export * from './c.ts';", 'c.ts': A }],
  ['a file may export all types of another one', "import type { A } from './b.ts';", { 'b.ts': "export type * from './c.ts';", 'c.ts': A }],
  [
    'files that export each other are no trap',
    "import type { A } from './b.ts';",
    { 'b.ts': "export * from './c.ts';\nexport * from './d.ts';", 'c.ts': "export * from './b.ts';", 'd.ts': A },
  ],
  ['an imported file may hold code', "import type { A } from './b.ts';", { 'b.ts': `export const x = 1;\nexport class C {}\n${A}` }],
];

for (const [fact, more, files] of IMPORTS) test(fact, () => assert.equal(lowered('A', more, files), 'A{a: string}'));

test('files may import each other', () => {
  const files = {
    'b.ts': "import type { C } from './c.ts';\nexport interface B { c?: C }",
    'c.ts': "import type { B } from './b.ts';\nexport interface C { b?: B }",
  };
  assert.equal(lowered('B', "import type { B } from './b.ts';", files), 'B{c?: C{b?: ^B}}');
});

test('a type argument is looked up where it is written', () => {
  const files = { 'b.ts': 'export interface Box<T> { value: T; own: A }\nexport interface A { far: number }' };
  const model = lowered('Box<A>', `import type { Box } from './b.ts';\n${A}`, files);
  assert.equal(model, 'Box<A>{value: A{a: string}, own: A{far: number}}');
});

test('a file holds several services, each with methods of any number of parameters', () => {
  const { services, diagnostics } = lowerText({
    'a.rpc.ts': `import type { Service } from 'rpcnet';
export interface OneService extends Service { none(): Promise<void>; three(a: string, b: number, c?: boolean): Promise<string> }
export interface TwoService extends Service { one(a: string): Promise<void> }
`,
  });
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(
    services.map(({ name, methods }) => [
      name,
      methods.map(({ request }) => (request.kind === 'parameters' ? request.parameters.length : -1)),
    ]),
    [
      ['OneService', [0, 3]],
      ['TwoService', [1]],
    ],
  );
});

test('a definition that another one imports first is still read as a definition', () => {
  const { diagnostics } = generateFromText({
    'a.rpc.ts':
      "import type { Service } from 'rpcnet';\nimport type { B } from './b.rpc.ts';\nexport interface AService extends Service { m(b: B): Promise<void> }\n",
    'b.rpc.ts':
      "import type { Service } from 'rpcnet';\nexport interface B { b: string }\nexport const limit = 1;\nexport interface BService extends Service { m(): Promise<void> }\n",
  });
  assert.deepEqual(
    diagnostics.map(({ file, line, message }) => [file, line, message]),
    [['/definitions/b.rpc.ts', 3, 'a definition holds only interfaces, type aliases and type imports']],
  );
});

test('a service may have the error type that a generic alias gives', () => {
  const { services, diagnostics } = lowerText({
    'a.rpc.ts':
      "import type { Service } from 'rpcnet';\nexport type Failure<T> = { kind: 'a'; value: T } | { kind: 'b' };\nexport interface AService extends Service<Failure<string>> { m(): Promise<void> }\n",
  });
  assert.deepEqual(diagnostics, []);
  assert.equal(services[0]?.error?.kind, 'shape');
});
