import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { ByteReader, MalformedBytesError } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import type { Codec } from '../../../src/wire/codec.ts';
import { computeErrorCodec, computeMethods } from '../../golden/codegen/generated/compute/codec.ts';
import { shapeStoreMethods } from '../../golden/codegen/generated/shape-store/codec.ts';

const response = (method: { readonly response: unknown }): Codec<unknown> => method.response as Codec<unknown>;
const request = (method: { readonly request: unknown }): Codec<unknown> => method.request as Codec<unknown>;

const cyclic: { kind: 'node'; children: unknown[] } = { kind: 'node', children: [] };
cyclic.children.push(cyclic);

const thrower = {
  get id(): number {
    throw new TypeError('boom');
  },
};

const REFUSED: readonly (readonly [fact: string, codec: Codec<unknown>, value: unknown, message: string])[] = [
  [
    'a string for bytes',
    request(computeMethods.processTask),
    { taskId: 't', data: 'abc' },
    'ComputeService.processTask: request.data: expected a Uint8Array, got a string',
  ],
  [
    'a missing field',
    request(computeMethods.processTask),
    { data: new Uint8Array() },
    'ComputeService.processTask: request.taskId: expected a string, got undefined',
  ],
  ['null for an object', response(computeMethods.processTask), null, 'ComputeService.processTask: response: expected an object, got null'],
  ['an array for an object', response(shapeStoreMethods.empty), [], 'ShapeStoreService.empty: response: expected an object, got an array'],
  [
    'a string for a number',
    response(shapeStoreMethods.numbers),
    [1, '2'],
    'ShapeStoreService.numbers: response[1]: expected a number, got a string',
  ],
  [
    'a hole in an array',
    response(shapeStoreMethods.numbers),
    new Array(1),
    'ShapeStoreService.numbers: response[0]: expected a number, got undefined',
  ],
  [
    'an object for an array',
    response(shapeStoreMethods.numbers),
    { length: 1 },
    'ShapeStoreService.numbers: response: expected an array, got an object',
  ],
  [
    'a number for a boolean',
    response(shapeStoreMethods.boolean),
    1,
    'ShapeStoreService.boolean: response: expected a boolean, got the number 1',
  ],
  ['a number for a bigint', response(shapeStoreMethods.big), 1, 'ShapeStoreService.big: response: expected a bigint, got the number 1'],
  [
    'a bigint beyond the limit',
    response(shapeStoreMethods.big),
    1n << 600_000n,
    'ShapeStoreService.big: response: expected a bigint of at most 65536 bytes, got a longer one',
  ],
  [
    'a string for a Date',
    response(shapeStoreMethods.date),
    '2020',
    'ShapeStoreService.date: response: expected a valid Date, got a string',
  ],
  [
    'an invalid Date',
    response(shapeStoreMethods.date),
    new Date(Number.NaN),
    'ShapeStoreService.date: response: expected a valid Date, got an invalid Date',
  ],
  [
    'a lone high surrogate',
    response(shapeStoreMethods.text),
    'ab\ud800',
    'ShapeStoreService.text: response: expected text without lone surrogates, got one at index 2',
  ],
  [
    'a lone low surrogate after a pair',
    response(shapeStoreMethods.texts),
    ['\ud83d\ude00\udc00'],
    'ShapeStoreService.texts: response[0]: expected text without lone surrogates, got one at index 2',
  ],
  [
    'a literal that is not in the union',
    response(shapeStoreMethods.level),
    'middle',
    "ShapeStoreService.level: response: expected one of 'low', 'high', got 'middle'",
  ],
  [
    'an unknown variant',
    response(shapeStoreMethods.tree),
    { kind: 'node', children: [{ kind: 'twig' }] },
    "ShapeStoreService.tree: response.children[0].kind: expected one of 'leaf', 'node', got 'twig'",
  ],
  [
    'null for an optional field',
    response(shapeStoreMethods.optional),
    { id: 1, text: null },
    'ShapeStoreService.optional: response.text: expected a string, got null',
  ],
  [
    'a wrong value deep inside',
    request(shapeStoreMethods.clash),
    { codec: { id: 'x' }, text: { text: 5 } },
    'ShapeStoreService.clash: request.text.text: expected a string, got the number 5',
  ],
  [
    'a wrong field of a parameter named request',
    request(shapeStoreMethods.optionalParameters),
    { options: 'x', request: { name: 5 } },
    'ShapeStoreService.optionalParameters: request.name: expected a string, got the number 5',
  ],
  [
    'an object that contains itself',
    response(shapeStoreMethods.tree),
    cyclic,
    `ShapeStoreService.tree: response${'.children[0]'.repeat(4)}…children[0].children[0]: expected at most 64 levels of nesting, got more`,
  ],
  ['a getter that throws', response(shapeStoreMethods.optional), thrower, 'ShapeStoreService.optional: response: cannot be encoded: boom'],
  [
    'a typed error without its reason',
    computeErrorCodec as Codec<unknown>,
    { kind: 'invalidTask' },
    'ComputeService: error.reason: expected a string, got undefined',
  ],
];

for (const [fact, codec, value, message] of REFUSED) {
  test(`${fact} is refused with its path`, () => {
    assert.throws(
      () => codec.encode(value, new ByteWriter()),
      (error: unknown) => {
        assert.ok(error instanceof RpcError);
        assert.equal(error.code, 'INVALID_ARGUMENT');
        assert.equal(error.message, message);
        return true;
      },
    );
  });
}

for (const value of [Number.NaN, -0, Number.POSITIVE_INFINITY, Number.MIN_VALUE]) {
  test(`the number ${Object.is(value, -0) ? '-0' : value} comes back as it went`, () => {
    const writer = new ByteWriter();
    shapeStoreMethods.numbers.response.encode([value], writer);
    const [back] = shapeStoreMethods.numbers.response.decode(new ByteReader(writer.take()));
    assert.ok(Object.is(back, value));
  });
}

test('an explicit undefined in an optional field is left out', () => {
  const writer = new ByteWriter();
  shapeStoreMethods.optional.response.encode({ id: 1, loose: undefined }, writer);
  assert.deepEqual(Object.keys(shapeStoreMethods.optional.response.decode(new ByteReader(writer.take()))), ['id']);
});

test('fields that the type does not have are not sent', () => {
  const writer = new ByteWriter();
  response(shapeStoreMethods.empty).encode(JSON.parse('{"__proto__": {"polluted": true}, "extra": 1}'), writer);
  assert.equal(writer.position, 0);
});

test('a Buffer may be passed where bytes are expected', () => {
  const writer = new ByteWriter();
  shapeStoreMethods.bytes.response.encode(Buffer.from('abc'), writer);
  assert.deepEqual(shapeStoreMethods.bytes.response.decode(new ByteReader(writer.take())), new Uint8Array([97, 98, 99]));
});

test('a nesting of 64 levels travels, one more is refused on both sides', () => {
  const nested = (levels: number): unknown => {
    let value: unknown = { kind: 'leaf', value: 1 };
    for (let i = 0; i < levels; i++) value = { kind: 'node', children: [value] };
    return value;
  };
  const codec = response(shapeStoreMethods.tree);
  const writer = new ByteWriter();
  codec.encode(nested(64), writer);
  assert.deepEqual(codec.decode(new ByteReader(writer.take())), nested(64));
  assert.throws(() => codec.encode(nested(65), new ByteWriter()), /64 levels/u);
});

test('bytes nested deeper than the limit are malformed', () => {
  // From the inside out: leaf, then 70 times a node with one child.
  let bytes = Buffer.concat([Buffer.from([0]), Buffer.alloc(8)]);
  for (let i = 0; i < 70; i++) {
    const length = new ByteWriter();
    length.writeVarint(bytes.length);
    bytes = Buffer.concat([Buffer.from([1, 1]), length.take(), bytes]);
  }
  assert.throws(() => shapeStoreMethods.tree.response.decode(new ByteReader(bytes)), MalformedBytesError);
});

const MALFORMED: readonly (readonly [fact: string, codec: Codec<unknown>, hex: string, message: string])[] = [
  [
    'no bytes where a string is expected',
    response(shapeStoreMethods.text),
    '',
    'ShapeStoreService.text: response: a variable-length integer ends too soon',
  ],
  ['text that is not UTF-8', response(shapeStoreMethods.text), '01ff', 'ShapeStoreService.text: response: a string is not UTF-8'],
  [
    'long text that is not UTF-8',
    response(shapeStoreMethods.text),
    `14${'61'.repeat(19)}ff`,
    'ShapeStoreService.text: response: a string is not UTF-8',
  ],
  ['an encoded surrogate', response(shapeStoreMethods.text), '03eda080', 'ShapeStoreService.text: response: a string is not UTF-8'],
  ['a boolean of 2', response(shapeStoreMethods.boolean), '02', 'ShapeStoreService.boolean: response: expected 0 or 1, found 2'],
  [
    'a literal beyond the last',
    response(shapeStoreMethods.level),
    '02',
    'ShapeStoreService.level: response: expected one of 2 literals, found a higher index',
  ],
  ['a variant beyond the last', response(shapeStoreMethods.tree), '02', 'ShapeStoreService.tree: response: Tree has no variant 2'],
  ['a date of NaN', response(shapeStoreMethods.date), '000000000000f87f', 'ShapeStoreService.date: response: a date is out of range'],
  [
    'a count that the bytes cannot hold',
    response(shapeStoreMethods.numbers),
    'ffffffff0f',
    'ShapeStoreService.numbers: response: a list claims 4294967295 items in 0 bytes',
  ],
  [
    'a struct longer than what is left',
    response(shapeStoreMethods.maybe),
    '0105',
    'ShapeStoreService.maybe: response: a struct claims 5 bytes, 0 are left',
  ],
  [
    'a bigint longer than the limit',
    response(shapeStoreMethods.big),
    '818004',
    'ShapeStoreService.big: response: a bigint claims 65537 bytes, the limit is 65536',
  ],
];

for (const [fact, codec, hex, message] of MALFORMED) {
  test(`${fact} is malformed`, () => {
    assert.throws(() => codec.decode(new ByteReader(Buffer.from(hex, 'hex'))), new MalformedBytesError(message));
  });
}

test('U+FFFD that was sent comes back and is not taken for damage', () => {
  for (const value of ['\ufffd', `${'a'.repeat(40)}\ufffd`]) {
    const writer = new ByteWriter();
    shapeStoreMethods.text.response.encode(value, writer);
    assert.equal(shapeStoreMethods.text.response.decode(new ByteReader(writer.take())), value);
  }
});

test('short bytes are a copy, long ones a view of what was received', () => {
  const decode = (length: number): { readonly result: Uint8Array; readonly input: Buffer } => {
    const writer = new ByteWriter();
    shapeStoreMethods.bytes.response.encode(new Uint8Array(length).fill(7), writer);
    const input = writer.take();
    return { result: shapeStoreMethods.bytes.response.decode(new ByteReader(input)), input };
  };
  const short = decode(1023);
  const long = decode(1024);
  assert.notEqual(short.result.buffer, short.input.buffer);
  assert.equal(long.result.buffer, long.input.buffer);
});
