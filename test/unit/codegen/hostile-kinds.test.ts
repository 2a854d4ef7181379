import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { ByteReader, MalformedBytesError } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import type { Codec } from '../../../src/wire/codec.ts';
import { kindMethods } from '../../golden/codegen/generated/kind/codec.ts';

const SIZES = {
  tiny: 0,
  small: 0,
  plain: 0,
  tinyCount: 0,
  smallCount: 0,
  count: 0,
  rounded: 0,
  long: 0n,
  longCount: 0n,
};
const USER = { id: 1, name: 'Ada', tags: new Set<string>() };
const COLLECTIONS = {
  set: new Set<string>(),
  map: new Map<string, unknown>(),
  ids: new Map<number, boolean>(),
  keyed: new Map<Date, Set<bigint>>(),
  record: {},
  index: {},
  pair: ['a', 1],
  optional: ['a'],
  rest: ['a'],
  readonlyPair: [USER, USER],
  holes: [],
  required: undefined,
};
const UNIONS = { choice: 'a', mode: null, status: 200, nothing: null, json: null, anything: null };
const LIMITED = { count: 1, list: [], big: null };

const sizes = kindMethods.sizes.response as Codec<unknown>;
const collections = kindMethods.collections.response as Codec<unknown>;
const unions = kindMethods.unions.response as Codec<unknown>;
const limited = kindMethods.limited.response as Codec<unknown>;
const json = kindMethods.json.response as Codec<unknown>;

const cyclicList: unknown[] = [];
cyclicList.push(cyclicList);
const cyclicObject: Record<string, unknown> = {};
cyclicObject.self = cyclicObject;

const REFUSED: readonly (readonly [fact: string, codec: Codec<unknown>, value: unknown, message: string])[] = [
  ...(
    [
      ['tiny', 128, 'an integer from -128 to 127, got the number 128'],
      ['tiny', 1.5, 'an integer from -128 to 127, got the number 1.5'],
      ['small', -32_769, 'an integer from -32768 to 32767, got the number -32769'],
      ['plain', 2 ** 31, 'an integer from -2147483648 to 2147483647, got the number 2147483648'],
      ['plain', Number.NaN, 'an integer from -2147483648 to 2147483647, got the number NaN'],
      ['plain', '1', 'an integer from -2147483648 to 2147483647, got a string'],
      ['tinyCount', 256, 'an integer from 0 to 255, got the number 256'],
      ['tinyCount', -1, 'an integer from 0 to 255, got the number -1'],
      ['smallCount', 65_536, 'an integer from 0 to 65535, got the number 65536'],
      ['count', 2 ** 32, 'an integer from 0 to 4294967295, got the number 4294967296'],
      ['count', Number.POSITIVE_INFINITY, 'an integer from 0 to 4294967295, got the number Infinity'],
      ['rounded', 1e39, 'a number in the range of float32, got the number 1e+39'],
      ['rounded', 1n, 'a number in the range of float32, got the bigint 1'],
      ['long', 2n ** 63n, 'a bigint from -2^63 to 2^63 - 1, got the bigint 9223372036854775808'],
      ['long', -(2n ** 127n) - 1n, 'a bigint from -2^63 to 2^63 - 1, got a long bigint'],
      ['long', 1, 'a bigint from -2^63 to 2^63 - 1, got the number 1'],
      ['longCount', -1n, 'a bigint from 0 to 2^64 - 1, got the bigint -1'],
    ] as const
  ).map(
    ([field, value, expected]) =>
      [
        `${String(value)} for ${field}`,
        sizes,
        { ...SIZES, [field]: value },
        `KindService.sizes: response.${field}: expected ${expected}`,
      ] as const,
  ),
  ...(
    [
      ['an array for a Set', 'set', [], 'set: expected a Set, got an array'],
      ['a number in a Set of strings', 'set', new Set(['a', 5]), 'set[1]: expected a string, got the number 5'],
      ['an object for a Map', 'map', {}, 'map: expected a Map, got an object'],
      ['a key of another type', 'map', new Map([[5, USER]]), 'map[0]: expected a string, got the number 5'],
      ['a wrong value in a Map', 'map', new Map([['ada', { ...USER, name: 1 }]]), 'map.ada.name: expected a string, got the number 1'],
      [
        'an invalid Date as key',
        'keyed',
        new Map([[new Date(Number.NaN), new Set()]]),
        'keyed[0]: expected a valid Date, got an invalid Date',
      ],
      ['a Map for a record', 'record', new Map([['a', 1]]), 'record: expected a plain object, got a Map'],
      ['an array for a record', 'record', [1], 'record: expected a plain object, got an array'],
      ['undefined in a record', 'record', { a: undefined }, 'record.a: expected a number, got undefined'],
      [
        'a lone surrogate as key',
        'record',
        { 'a\ud800': 1 },
        'record["a\\ud800"]: expected text without lone surrogates, got one at index 1',
      ],
      ['a tuple that is too short', 'pair', ['a'], 'pair: expected an array of 2 items, got one of 1'],
      ['a tuple that is too long', 'pair', ['a', 1, 2], 'pair: expected an array of 2 items, got one of 3'],
      ['items in the wrong order', 'pair', [1, 'a'], 'pair[0]: expected a string, got the number 1'],
      ['a wrong optional item', 'optional', ['a', 'b'], 'optional[1]: expected a number, got a string'],
      ['a wrong item of a rest', 'rest', ['a', 1, 'b'], 'rest[2]: expected a number, got a string'],
      ['nothing for a rest', 'rest', [], 'rest: expected an array of at least 1 item, got one of 0'],
      ['null among undefined', 'holes', [undefined, null], 'holes[1]: expected a string, got null'],
    ] as const
  ).map(
    ([fact, field, value, message]) =>
      [fact, collections, { ...COLLECTIONS, [field]: value }, `KindService.collections: response.${message}`] as const,
  ),
  ...(
    [
      [
        'a function',
        'choice',
        () => 0,
        'choice: expected a string, a number, an object, a Uint8Array, a valid Date or an array, got a function',
      ],
      ['an invalid Date', 'choice', new Date(Number.NaN), 'choice: expected a valid Date, got an invalid Date'],
      ['a wrong object', 'choice', { ...USER, id: -1 }, 'choice.id: expected an integer from 0 to 4294967295, got the number -1'],
      ['another literal', 'mode', 'manual', "mode: expected 'auto' or a number, got a string"],
      ['another number', 'status', 500, 'status: expected one of 200, 404, true, got the number 500'],
      ['undefined for null', 'nothing', undefined, 'nothing: expected null, got undefined'],
      ['undefined for a JSON value', 'json', undefined, 'json: expected a JSON value, got undefined'],
      ['a Date in a JSON value', 'json', { at: [new Date(0)] }, 'json.at[0]: expected a JSON value, got a Date'],
      ['bytes in a JSON value', 'json', new Uint8Array(1), 'json: expected a JSON value, got a Uint8Array'],
      ['a bigint in a JSON value', 'anything', [1n], 'anything[0]: expected a JSON value, got the bigint 1'],
      ['a Map in a JSON value', 'anything', new Map(), 'anything: expected a JSON value, got a Map'],
      ['a class instance in a JSON value', 'anything', new (class Point {})(), 'anything: expected a JSON value, got an object'],
      ['a lone surrogate in a JSON value', 'json', ['\udc00'], 'json[0]: expected text without lone surrogates, got one at index 0'],
    ] as const
  ).map(
    ([fact, field, value, message]) => [fact, unions, { ...UNIONS, [field]: value }, `KindService.unions: response.${message}`] as const,
  ),
  ...(
    [
      ['a number below its minimum', 'count', 0, 'count: expected a number from 1 to 10, got 0'],
      ['a number above its maximum', 'count', 11, 'count: expected a number from 1 to 10, got 11'],
      ['text that is too long', 'name', 'abcdef', "name: expected at most 5 characters, got 'abcdef' of length 6"],
      ['text of another pattern', 'name', 'A', "name: expected text that matches /^[a-z/]+$/u, got 'A' of length 1"],
      ['too many items', 'list', ['a', 'b', 'c'], 'list: expected at most 2 items, got 3 items'],
      ['a bigint below its minimum', 'big', -1n, 'big: expected a bigint of at least 0, got -1'],
    ] as const
  ).map(
    ([fact, field, value, message]) => [fact, limited, { ...LIMITED, [field]: value }, `KindService.limited: response.${message}`] as const,
  ),
  [
    'an array that contains itself',
    json,
    cyclicList,
    `KindService.json: response${'[0]'.repeat(8)}…${'[0]'.repeat(4)}: expected at most 64 levels of nesting, got more`,
  ],
  [
    'an object that contains itself',
    json,
    cyclicObject,
    `KindService.json: response${'.self'.repeat(8)}…self.self.self.self: expected at most 64 levels of nesting, got more`,
  ],
];

for (const [fact, codec, value, message] of REFUSED) {
  test(`${fact} is refused with its path`, () => {
    assert.throws(
      () => codec.encode(value, new ByteWriter()),
      (error: unknown) => {
        assert.ok(error instanceof RpcError, String(error));
        assert.deepEqual([error.code, error.message], ['INVALID_ARGUMENT', message]);
        return true;
      },
    );
  });
}

test('the extremes of every size come back as they went', () => {
  const low = {
    tiny: -128,
    small: -32_768,
    plain: -(2 ** 31),
    tinyCount: 0,
    smallCount: 0,
    count: 0,
    rounded: -0,
    long: -(2n ** 63n),
    longCount: 0n,
  };
  const high = {
    tiny: 127,
    small: 32_767,
    plain: 2 ** 31 - 1,
    tinyCount: 255,
    smallCount: 65_535,
    count: 2 ** 32 - 1,
    rounded: Number.POSITIVE_INFINITY,
    long: 2n ** 63n - 1n,
    longCount: 2n ** 64n - 1n,
  };
  for (const value of [low, high]) assert.deepStrictEqual(roundTrip(sizes, value), value);
});

test('-0 arrives as 0 where integers are expected, and NaN as NaN where numbers are', () => {
  const back = roundTrip(sizes, { ...SIZES, plain: -0, rounded: Number.NaN });
  assert.deepStrictEqual(back, { ...SIZES, plain: 0, rounded: Number.NaN });
});

test('a float32 arrives rounded', () => {
  assert.deepStrictEqual(roundTrip(sizes, { ...SIZES, rounded: 0.1 }), { ...SIZES, rounded: Math.fround(0.1) });
});

test('__proto__ is a key like any other in records and JSON values', () => {
  const record = JSON.parse('{"__proto__": 1, "constructor": 2}') as Record<string, number>;
  const { record: back } = roundTrip(collections, { ...COLLECTIONS, record }) as { record: object };
  assert.deepStrictEqual(back, record);
  assert.equal(Object.getPrototypeOf(back), Object.prototype);
  const value = JSON.parse('{"__proto__": {"polluted": true}}') as object;
  assert.deepStrictEqual(roundTrip(json, value), value);
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

test('undefined is left out of the objects of a JSON value and of the end of a tuple', () => {
  assert.deepStrictEqual(roundTrip(json, { a: undefined, b: [1] }), { b: [1] });
  const value = roundTrip(collections, { ...COLLECTIONS, optional: ['a', undefined] });
  assert.deepStrictEqual(value, COLLECTIONS);
});

test('a JSON value keeps NaN, infinities and -0', () => {
  const value = [Number.NaN, Number.NEGATIVE_INFINITY, -0, 0, 2 ** 53, -1, 1.5];
  assert.deepStrictEqual(roundTrip(json, value), value);
});

test('10 MB of text come back as they went', () => {
  for (const value of ['a'.repeat(10_000_000), 'é'.repeat(5_000_000)]) assert.equal(roundTrip(json, value), value);
});

const MALFORMED: readonly (readonly [fact: string, codec: Codec<unknown>, hex: string, message: string])[] = [
  ['an int8 of 128', sizes, '8002', 'KindService.sizes: response: expected an integer from -128 to 127, found one out of range'],
  [
    'a varint beyond 32 bits for an int32',
    sizes,
    '0000ffffffffff01',
    'KindService.sizes: response: expected an integer from -2147483648 to 2147483647, found one out of range',
  ],
  ['a uint8 of 256', sizes, '0000008002', 'KindService.sizes: response: expected an integer from 0 to 255, found one out of range'],
  [
    'an item twice in a Set',
    collections,
    '0201610161',
    'KindService.collections: response: 2 entries were sent, only 1 of them are different',
  ],
  ['a count beyond the bytes', collections, 'ffffffff7f', 'KindService.collections: response: a list claims 34359738367 items in 0 bytes'],
  ['a member that a union has not', unions, '06', 'KindService.unions: response: choice has no variant 6'],
  ['a JSON value of an unknown kind', json, '08', 'KindService.json: response: a JSON value has no kind 8'],
  ['a JSON value nested too deep', json, '0601'.repeat(65), 'KindService.json: response: a value is nested more than 64 levels deep'],
  ['a JSON list beyond the bytes', json, '06ffffffff0f00', 'KindService.json: response: a list claims 4294967295 items in 1 bytes'],
  ['a number out of its limits', limited, '160000', 'KindService.limited: response: count: expected a number from 1 to 10, got 11'],
  ['a list longer than its limit', limited, '0203000000', 'KindService.limited: response: list: expected at most 2 items, got 3 items'],
  [
    'text out of its pattern',
    limited,
    '020000010141',
    "KindService.limited: response: name: expected text that matches /^[a-z/]+$/u, got 'A' of length 1",
  ],
];

for (const [fact, codec, hex, message] of MALFORMED) {
  test(`${fact} is malformed`, () => {
    assert.throws(() => codec.decode(new ByteReader(Buffer.from(hex, 'hex'))), new MalformedBytesError(message));
  });
}

function roundTrip(codec: Codec<unknown>, value: unknown): unknown {
  const writer = new ByteWriter(16);
  codec.encode(value, writer);
  return codec.decode(new ByteReader(writer.take()));
}
