import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import type { Codec } from '../../../src/wire/codec.ts';
import { computeErrorCodec, computeMethods } from '../../golden/codegen/generated/compute/codec.ts';
import { kindMethods as kinds } from '../../golden/codegen/generated/kind/codec.ts';
import { shapeStoreMethods as methods } from '../../golden/codegen/generated/shape-store/codec.ts';

const response = (method: { readonly response: unknown }): Codec<unknown> => method.response as Codec<unknown>;
const request = (method: { readonly request: unknown }): Codec<unknown> => method.request as Codec<unknown>;

const ONE = '000000000000f03f';

// Whoever changes a row here changes what peers of other versions read: raise the version in src/codegen/emit/fingerprint.ts.
const FORMAT: readonly (readonly [what: string, codec: Codec<unknown>, value: unknown, hex: string])[] = [
  [
    'parameters stand one after the other',
    request(computeMethods.processTask),
    { taskId: 'ab', data: new Uint8Array([1, 2, 3]) },
    '02616203010203',
  ],
  ['no parameters are no bytes', request(computeMethods.ping), undefined, ''],
  ['an absent optional parameter takes no bytes', request(computeMethods.watch), { topic: 'a' }, '0161'],
  ['an optional parameter follows its presence word', request(computeMethods.watch), { topic: 'a', since: new Date(1) }, `0161 01 ${ONE}`],
  ['an object in an object has its length before it', request(methods.clash), { codec: { id: 'x' }, text: { text: '' } }, '020178 0100'],
  ['a union is the index of its member and the other fields', response(methods.tree), { kind: 'leaf', value: 1 }, `00 ${ONE}`],
  [
    'each item of a list of objects has its length',
    response(methods.tree),
    { kind: 'node', children: [{ kind: 'leaf', value: 1 }] },
    `01 01 09 00${ONE}`,
  ],
  ['null is a zero', response(methods.maybe), null, '00'],
  ['a value that is not null follows a one', response(methods.maybe), { name: 'a' }, '01 02 0161'],
  ['a literal is its index', response(methods.level), 'high', '01'],
  ['a list is its count and its items', response(methods.texts), ['a', 'é', '😀'], '03 0161 02c3a9 04f09f9880'],
  ['a boolean is one byte', response(methods.boolean), true, '01'],
  ['the bigint 0 has no bytes', response(methods.big), 0n, '00'],
  ['the bigint -1 is one byte', response(methods.big), -1n, '01ff'],
  ['the bigint 128 needs a sign byte', response(methods.big), 128n, '028000'],
  ['the bigint -128 needs none', response(methods.big), -128n, '0180'],
  ['the bigint 2^63 is nine bytes', response(methods.big), 2n ** 63n, '09000000000000008000'],
  ['the bigint -2^63 is eight bytes', response(methods.big), -(2n ** 63n), '080000000000000080'],
  ['the bigint -2^63 - 1 is nine bytes', response(methods.big), -(2n ** 63n) - 1n, '09ffffffffffffff7fff'],
  ['a date is its milliseconds', response(methods.date), new Date(1), ONE],
  ['a typed error is a union', computeErrorCodec as Codec<unknown>, { kind: 'overloaded' }, '02'],
  [
    'integers are varints, signed ones zigzag; the other sizes are fixed',
    response(kinds.sizes),
    { tiny: -1, small: 1, plain: -65, tinyCount: 200, smallCount: 1, count: 4_294_967_295, rounded: 1, long: -2n, longCount: 3n },
    '01 02 8101 c801 01 ffffffff0f 0000803f feffffffffffffff 0300000000000000',
  ],
  [
    'sets, maps, records and lists are a count and their items',
    response(kinds.collections),
    {
      set: new Set(['a']),
      map: new Map(),
      ids: new Map([[-1, true]]),
      keyed: new Map(),
      record: { __proto__: null, b: 1 },
      index: {},
      pair: ['c', 1],
      optional: ['d'],
      rest: ['e', 1, 1],
      readonlyPair: [
        { id: 1, name: '', tags: new Set() },
        { id: 2, name: '', tags: new Set() },
      ],
      holes: [undefined, 'f'],
      required: undefined,
    },
    `01 0161 00 01 01 01 00 01 0162 ${ONE} 00 0163 ${ONE} 0164 00 0165 02 ${ONE} ${ONE} 03 01 00 00 03 02 00 00 02 00 01 0166 00`,
  ],
  [
    'a union of other kinds is the index of its member and the value',
    response(kinds.unions),
    { choice: ['a'], mode: 'auto', status: true, nothing: null, json: null, anything: null },
    '05 01 0161 01 00 00 02 00 00 00',
  ],
  [
    'a JSON value is a byte for its kind and the value',
    response(kinds.json),
    [null, false, true, 1.5, 300, 'a', {}],
    '06 07 00 01 02 03 000000000000f83f 04 ac02 05 0161 07 00',
  ],
  ['nothing is a zero, like null', response(kinds.maybe), undefined, '00'],
  ['the second presence word follows the first', response(methods.many), { f28: 'a' }, '8080808001 01 0161'],
];

for (const [what, codec, value, hex] of FORMAT) {
  test(what, () => {
    const writer = new ByteWriter(1);
    codec.encode(value, writer);
    assert.equal(writer.take().toString('hex'), hex.replaceAll(' ', ''));
  });
}

for (const length of [0, 1, 19, 20, 126, 127, 128, 16_382, 16_383, 16_384, 70_000]) {
  test(`an object and texts of ${length} bytes have the shortest length that fits`, () => {
    for (const letter of ['a', 'é', '😀']) {
      const text = letter.repeat(length / Buffer.byteLength(letter));
      const size = Buffer.byteLength(text);
      const writer = new ByteWriter(1);
      methods.maybe.response.encode({ name: text }, writer);
      const bytes = writer.take();
      const prefix = varint(size);
      const expected = Buffer.concat([Buffer.from([1]), varint(prefix.length + size), prefix, Buffer.from(text)]);
      assert.ok(bytes.equals(expected));
      assert.deepEqual(methods.maybe.response.decode(new ByteReader(bytes)), { name: text });
    }
  });
}

function varint(value: number): Buffer {
  const writer = new ByteWriter();
  writer.writeVarint(value);
  return writer.take();
}
