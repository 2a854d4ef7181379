import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSchemas } from '../../../../src/util/schema/compare-schemas.ts';
import { readSchemaType } from '../../../../src/util/schema/read-schema.ts';
import type { MethodSchema } from '../../../../src/util/schema/schema.ts';
import { SCHEMA_CHANGES, type SchemaDifference } from '../../../../src/util/schema/schema-difference.ts';

function schema(request: string, types: Readonly<Record<string, string>> = {}): MethodSchema {
  const read = Object.entries(types).map(([name, text]) => [name, readSchemaType(text)] as const);
  return { kind: 'unary', request: readSchemaType(request), response: undefined, error: undefined, types: new Map(read) };
}

function changes(first: string, second: string): string[] {
  return compareSchemas(schema(first), schema(second)).map(({ change, path }: SchemaDifference) => `${change} ${path}`);
}

const PAIRS: readonly (readonly [first: string, second: string, ...expected: string[]])[] = [
  ['{a:string}', '{a:string}'],
  ['{a:string,b?:number}', '{a:string}', 'optionalRemoved request.b'],
  ['{a?:string,b?:number}', '{-a?:string,b?:number}', 'optionalRemoved request.a'],
  ['{-a?:string,b?:number}', '{a?:string,b?:number}', 'optionalRestored request.a'],
  ['{-a?:list(object)}', '{a?:list({x:number})}', 'optionalRestored request.a'],
  ['{-a?:string}', '{a?:number}', 'optionalRestored request.a', 'typeChanged request.a'],
  ['{-a?:string}', '{}'],
  ['{a?:string,b?:number}', '{b?:number}', 'optionalMoved request.a'],
  ['{a?:string}', '{b?:string}', 'optionalMoved request.a'],
  ['{a:string,b:number}', '{b:number,a:string}', 'requiredMoved request.a'],
  ['{a:string,b:number}', '{a:string,c:number}', 'renamed request.b'],
  ['{a:string,b:number}', '{c:number}', 'requiredRemoved request.a', 'requiredRemoved request.b', 'requiredAdded request.c'],
  ['{a?:string,b?:string}', '{a:string,b?:string}', 'becameRequired request.a'],
  ['"a"|"b"', '"a"|"b"|"c"', 'literalAdded request'],
  ['1|2', '2|1', 'literalMoved request'],
  ['list(int8)', 'list(int16)', 'widened request[]'],
  ['map(string,uint32)', 'map(string,uint16)', 'narrowed request[]'],
  ['int8', 'uint16', 'typeChanged request'],
  ['int32', 'number', 'typeChanged request'],
  ['tuple(string,number)', 'tuple(string,number,optional(string))', 'typeChanged request'],
  ['choice(string,number)', 'choice(string,number,boolean)', 'variantAdded request'],
  ['choice(string,number)', 'choice(number,string)', 'typeChanged request[0]', 'typeChanged request[1]'],
  ['<k:"a"{x:string}|"b"{}>', '<k:"a"{x:string,y?:number}|"b"{}|"c"{}>', 'variantAdded request', 'optionalAdded request(a).y'],
  ['#missing', 'string', 'typeChanged request'],
];

for (const [first, second, ...expected] of PAIRS) {
  test(`${first} and ${second} differ in ${expected.length === 0 ? 'nothing' : expected.join(' and ')}`, () => {
    assert.deepEqual(changes(first, second), expected);
  });
}

test('every change but those of answers and errors and of size is in this table', () => {
  const tested = new Set(PAIRS.flatMap(([first, second]) => compareSchemas(schema(first), schema(second)).map(({ change }) => change)));
  const untested = Object.keys(SCHEMA_CHANGES).filter((change) => !tested.has(change as SchemaDifference['change']));
  assert.deepEqual(untested.sort(), [
    'answerAdded',
    'answerRemoved',
    'becameOptional',
    'discriminantChanged',
    'errorAdded',
    'errorRemoved',
    'kindChanged',
    'literalRemoved',
    'tooLarge',
    'variantMoved',
    'variantRemoved',
  ]);
});

test('types that contain themselves are compared to their end', () => {
  const first = schema('#0', { 0: '{next?:#0,x:number}' });
  const second = schema('#0', { 0: '{next?:#1,x:number}', 1: '{next?:#0,x:string}' });
  assert.deepEqual(
    compareSchemas(first, second).map(({ path }) => path),
    ['request.next.x'],
  );
});

test('references in a circle end the comparison', () => {
  const circle = schema('#a', { a: '#b', b: '#a' });
  assert.deepEqual(
    compareSchemas(circle, schema('string')).map(({ change }) => change),
    ['typeChanged'],
  );
});

test('a description that would take long is told to be too large, once', () => {
  const many = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [i, `{${Array.from({ length: 300 }, (_x, j) => `f${j}:#${j}`).join(',')}}`]),
  );
  const differences = compareSchemas(schema('#0', many), schema('#0', many));
  assert.deepEqual(
    differences.map(({ change }) => change),
    ['tooLarge'],
  );
});
