import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import { readNumber, writeNumber } from '../../../src/wire/values/number.ts';
import { shapeStoreMethods } from '../../golden/codegen/generated/shape-store/codec.ts';
import { generateFromText } from '../../support/generate-from-text.ts';

test('a reader skips optional fields that were appended after it was made', () => {
  // Inner has one field and no optional ones. A newer peer adds one: a presence word and a number after the name.
  const writer = new ByteWriter();
  writer.writeUint8(1);
  writer.writeUint8(2 + 1 + 8);
  writer.writeString('a');
  writer.writeVarint(1);
  writeNumber(writer, 5);
  assert.deepEqual(shapeStoreMethods.maybe.response.decode(new ByteReader(writer.take())), { name: 'a' });
});

test('a reader skips fields behind presence words it does not know', () => {
  // Many has 30 optional fields in two words; this peer has a third word with one more field.
  const writer = new ByteWriter();
  writer.writeVarint(2 ** 28 + 1);
  writer.writeVarint(2 ** 28);
  writer.writeVarint(1);
  writeNumber(writer, 1.5);
  writeNumber(writer, 99);
  assert.deepEqual(shapeStoreMethods.many.response.decode(new ByteReader(writer.take())), { f00: 1.5 });
});

test('a reader takes optional fields that an older peer does not have as absent', () => {
  const writer = new ByteWriter();
  writeNumber(writer, 3);
  const bytes = writer.take();
  assert.deepEqual(shapeStoreMethods.optional.response.decode(new ByteReader(bytes)), { id: 3 });
  assert.equal(readNumber(new ByteReader(bytes)), 3);
});

const HEAD = "import type { Service, Stream } from 'rpcnet';\nexport interface TestService extends Service { m(p: A): Promise<void> }\n";

/** The fingerprint of the first method. */
function fingerprint(source: string): string {
  const { files, diagnostics } = generateFromText({ 'test.rpc.ts': source });
  assert.deepEqual(diagnostics, []);
  const codec = files.find(({ path }) => path.endsWith('codec.ts'))?.text ?? '';
  return /fingerprint: '([0-9a-f]{16})'/u.exec(codec)?.[1] ?? assert.fail('no fingerprint');
}

const BASE = `${HEAD}export interface A { x: number; y?: B; list: B[] }\nexport interface B { kind: 'a' | 'b'; back?: A }`;

const SAME: readonly (readonly [fact: string, source: string])[] = [
  ['comments and white space', BASE.replaceAll('; ', ';\n  /** x */ ')],
  [
    'the order of declarations',
    `${HEAD}export interface B { kind: 'a' | 'b'; back?: A }\nexport interface A { x: number; y?: B; list: B[] }`,
  ],
  ['the name of a type', BASE.replaceAll('B', 'Other')],
  ['an alias in between', `${BASE.replace('x: number', 'x: Amount')}\nexport type Amount = number;`],
  [
    'a base interface',
    `${HEAD}export interface A extends Base { y?: B; list: B[] }\nexport interface Base { x: number }\nexport interface B { kind: 'a' | 'b'; back?: A }`,
  ],
  ['the place of an optional field among required ones', BASE.replace('x: number; y?: B', 'y?: B; x: number')],
  ['readonly', BASE.replace('list: B[]', 'readonly list: readonly B[]')],
];

for (const [what, source] of SAME) {
  test(`${what} does not change the fingerprint`, () => assert.equal(fingerprint(source), fingerprint(BASE)));
}

const DIFFERENT: readonly (readonly [fact: string, source: string])[] = [
  ['the order of required fields', BASE.replace('x: number; y?: B; list: B[]', 'list: B[]; y?: B; x: number')],
  ['the name of a field', BASE.replace('x: number', 'z: number')],
  ['the type of a field', BASE.replace('x: number', 'x: string')],
  ['making a field optional', BASE.replace('x: number', 'x?: number')],
  ['a new literal', BASE.replace("'a' | 'b'", "'a' | 'b' | 'c'")],
  ['a field far inside', BASE.replace('back?: A', 'back?: A; more: string')],
  ['the name of a parameter', BASE.replace('m(p: A)', 'm(q: A)')],
  ['the kind of the call', BASE.replace('Promise<void>', 'Stream<A>')],
  ['an error type', BASE.replace('extends Service', 'extends Service<B>')],
];

for (const [what, source] of DIFFERENT) {
  test(`${what} changes the fingerprint`, () => assert.notEqual(fingerprint(source), fingerprint(BASE)));
}

test('no two of these definitions have one fingerprint', () => {
  const fingerprints = [BASE, ...DIFFERENT.map(([, source]) => source)].map(fingerprint);
  assert.equal(new Set(fingerprints).size, fingerprints.length);
});
