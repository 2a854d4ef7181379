import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteReader } from '../../../src/util/byte-reader.ts';
import type { Codec } from '../../../src/wire/codec.ts';
import { shapeStoreErrorCodec, shapeStoreMethods } from '../../golden/codegen/generated/shape-store/codec.ts';
import { decodesOrIsMalformed, encode } from '../../support/codec-checks.ts';

/** A union whose members have keys in another order than the decoder writes them is still deeply equal. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed()),
  fc.string({ maxLength: 300 }),
);
const number = fc.double();
const date = fc.date({ noInvalidDate: true });
const bytes = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 1000, maxLength: 1100 }));
const big = fc.oneof(
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 600n), max: 2n ** 600n }),
  fc.constantFrom(0n, -1n, 127n, 128n, -128n, -129n, 2n ** 63n, -(2n ** 63n)),
);
const level = fc.constantFrom('low', 'high');
const inner = fc.record({ name: text });
const shape = fc.oneof(
  fc.record({ kind: fc.constant('circle'), radius: number, label: text }, { requiredKeys: ['kind', 'radius'] }),
  fc.record({ kind: fc.constant('ellipse'), a: number, b: number }),
  fc.record({ kind: fc.constant('square'), side: number }),
  fc.record({ kind: fc.constant('none') }),
);
const everything = fc.record({
  id: text,
  created: date,
  text,
  number,
  flag: fc.boolean(),
  bytes,
  big,
  level,
  only: fc.constant('one'),
  'quoted-name': text,
  value: number,
  writer: text,
  readText: text,
  class: fc.boolean(),
  tags: fc.array(text),
  matrix: fc.array(fc.array(number)),
  maybe: fc.array(fc.option(text)),
  nullable: fc.option(inner),
  nested: inner,
  inners: fc.array(inner),
  point: fc.record({ x: number, y: number }, { requiredKeys: ['x'] }),
  points: fc.array(fc.record({ x: number, level })),
  shape,
  shapes: fc.array(shape),
  alias: fc.array(text),
});
const optional = fc.record(
  { id: number, text, date, inner, list: fc.array(number), nullable: fc.option(text), loose: fc.boolean(), shape },
  { requiredKeys: ['id'] },
);
const many = fc.record(
  Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${String(i).padStart(2, '0')}`, i < 28 ? number : text])) as Record<
    string,
    fc.Arbitrary<unknown>
  >,
  { requiredKeys: [] },
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.record({ kind: fc.constant('leaf'), value: number }),
    fc.record({ kind: fc.constant('node'), children: fc.array(tie('tree'), { maxLength: 4 }) }),
  ),
}));
const { chain } = fc.letrec((tie) => ({
  chain: fc.oneof(
    { maxDepth: 5 },
    fc.constant({}),
    fc.record({ next: fc.record({ chain: tie('chain'), parent: fc.option(tie('chain')) }) }),
  ),
}));

const METHODS = shapeStoreMethods;
const CASES: readonly (readonly [name: string, codec: Codec<unknown>, values: fc.Arbitrary<unknown>])[] = [
  ['an object of every kind of field', METHODS.everything.response as Codec<unknown>, everything],
  ['an object with optional fields', METHODS.optional.response as Codec<unknown>, optional],
  ['an object with more optional fields than a presence word holds', METHODS.many.response as Codec<unknown>, many],
  ['a recursive union', METHODS.tree.response as Codec<unknown>, tree],
  ['types that refer to each other', METHODS.chain.response as Codec<unknown>, chain],
  ['an empty object', METHODS.empty.response as Codec<unknown>, fc.constant({})],
  ['a string', METHODS.text.response as Codec<unknown>, text],
  ['a list of strings', METHODS.texts.response as Codec<unknown>, fc.array(text)],
  ['an object or null', METHODS.maybe.response as Codec<unknown>, fc.option(inner)],
  ['a literal', METHODS.level.response as Codec<unknown>, level],
  ['a list of numbers', METHODS.numbers.response as Codec<unknown>, fc.array(number, { maxLength: 40 })],
  ['a boolean', METHODS.boolean.response as Codec<unknown>, fc.boolean()],
  ['a date', METHODS.date.response as Codec<unknown>, date],
  ['a bigint', METHODS.big.response as Codec<unknown>, big],
  ['bytes', METHODS.bytes.response as Codec<unknown>, bytes],
  ['parameters', METHODS.clash.request as Codec<unknown>, fc.record({ codec: fc.record({ id: text }), text: fc.record({ text }) })],
  [
    'optional parameters',
    METHODS.optionalParameters.request as Codec<unknown>,
    fc.record({ options: text, context: number, request: inner }, { requiredKeys: ['options'] }),
  ],
  ['a typed error', shapeStoreErrorCodec as Codec<unknown>, fc.record({ reason: text, shape }, { requiredKeys: ['reason'] })],
];

for (const [name, codec, values] of CASES) {
  test(`${name} comes back as it went`, () => {
    fc.assert(
      fc.property(values, (value) => {
        const plain = asPlain(value);
        assert.deepStrictEqual(codec.decode(new ByteReader(encode(codec, plain))), plain);
      }),
    );
  });

  test(`${name}, cut short or changed at random, is a value or malformed`, () => {
    fc.assert(
      fc.property(values, fc.tuple(fc.nat(), fc.nat(), fc.nat(255)), (value, [cut, place, byte]) => {
        const encoded = encode(codec, asPlain(value));
        decodesOrIsMalformed(codec, encoded.subarray(0, cut % (encoded.length + 1)));
        if (encoded.length === 0) return;
        encoded[place % encoded.length] = byte;
        decodesOrIsMalformed(codec, encoded);
      }),
      { numRuns: 300 },
    );
  });

  test(`${name} read from random bytes is a value or malformed`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (junk) => decodesOrIsMalformed(codec, junk)),
      { numRuns: 300 },
    );
  });
}

test('every truncation of a large value is a value or malformed', () => {
  const [value] = fc.sample(everything, { seed: 7, numRuns: 1 });
  const codec = METHODS.everything.response as Codec<unknown>;
  const encoded = encode(codec, asPlain(value));
  for (let length = 0; length < encoded.length; length++) decodesOrIsMalformed(codec, encoded.subarray(0, length));
});

/** Records of fast-check have no prototype; what is decoded is a plain object. */
function asPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asPlain);
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asPlain(item)]));
}
