import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDiagnostic } from '../../../src/codegen/source/diagnostic.ts';
import { generateFromText } from '../../support/generate-from-text.ts';

const HEAD = "import type { Service, Stream } from 'rpcnet';\n";

/** A service with one method that takes a value of the type; the type begins at line 2, column 53. */
const taking = (type: string, more = ''): string =>
  `${HEAD}export interface TestService extends Service { m(p: ${type}): Promise<void> }\n${more}`;

test('a diagnostic shows the line, a marker and the way out', () => {
  const { diagnostics } = generateFromText({
    'a.rpc.ts': `${HEAD}export interface TestService extends Service {\n\tm(p: keyof Map<string, number>): Promise<void>;\n}\n`,
  });
  assert.deepEqual(
    diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, 'src/a.rpc.ts')),
    [
      [
        "src/a.rpc.ts:3:7: error: 'keyof' is not supported",
        '  3 | \tm(p: keyof Map<string, number>): Promise<void>;',
        '    | \t     ^^^^^^^^^^^^^^^^^^^^^^^^^',
        "  hint: write the names out: 'a' | 'b'",
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
  const source = `${HEAD}export interface TestService extends Service {\n  a(p: any): Promise<symbol>;\n  b(): string;\n  c(x: { f: keyof string; g: string[] | string[][] }): Promise<void>;\n}\n`;
  const { diagnostics } = generateFromText({ 'a.rpc.ts': source });
  assert.deepEqual(
    diagnostics.map(({ line, column }) => `${line}:${column}`),
    ['3:8', '3:22', '4:8', '5:13', '5:30'],
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
