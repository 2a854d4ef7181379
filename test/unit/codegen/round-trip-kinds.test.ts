import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteReader } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import type { Codec } from '../../../src/wire/codec.ts';
import { genericStoreErrorCodec, genericStoreMethods } from '../../golden/codegen/generated/generic-store/codec.ts';
import { valueStoreMethods } from '../../golden/codegen/generated/value-store/codec.ts';

const text = fc.string();
const int = (bits: number): fc.Arbitrary<number> => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const uint = (bits: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** bits - 1 });
/** An object with the ordinary prototype, as decoded ones have it; all keys are required unless a list says which are. */
const object = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>, requiredKeys = Object.keys(fields)): fc.Arbitrary<unknown> =>
  fc.record(fields, { noNullPrototype: true, requiredKeys });
const date = fc.date({ noInvalidDate: true });
const level = fc.constantFrom('low', 'high');

const sizes = object({
  int8: int(8),
  int16: int(16),
  int32: int(32),
  uint8: uint(8),
  uint16: uint(16),
  uint32: uint(32),
  float32: fc.float(),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
});

/** Any names, with the ordinary prototype. */
const record = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.dictionary(text, value, { noNullPrototype: true });
const set = (item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.array(item).map((items) => new Set(items));
const map = (key: fc.Arbitrary<unknown>, value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.array(fc.tuple(key, value)).map((entries) => new Map(entries));

const containers = object({
  set: set(text),
  readonlySet: set(int(32)),
  map: map(int(32), fc.array(text)),
  readonlyMap: map(text, sizes),
  record: record(fc.double()),
  index: record(date),
  open: record(fc.option(int(32), { nil: undefined })),
  fixed: object({ width: fc.double(), height: fc.double() }),
  tuple: fc.tuple(text, int(8), fc.boolean()),
  optionalTuple: fc.oneof(fc.tuple(text), fc.tuple(text, fc.double()), fc.tuple(text, fc.double(), text)),
  restTuple: fc.tuple(fc.boolean(), fc.array(uint(8))).map(([first, rest]) => [first, ...rest]),
  empty: fc.constant([]),
  sparse: fc.array(fc.option(text, { nil: undefined })),
  nested: map(text, set(fc.tuple(fc.double(), fc.option(date)))),
});

const literals = object(
  {
    text: fc.constantFrom('low', 'high', "it's"),
    number: fc.constantFrom(0, 1, -1, 2.5),
    yes: fc.constant(true),
    big: fc.constantFrom(10n, -10n),
    mixed: fc.constantFrom('auto', 1, false),
    both: fc.boolean(),
    nothing: fc.constant(null),
    optionalNull: fc.constantFrom('a', null),
  },
  ['text', 'number', 'yes', 'big', 'mixed', 'both', 'nothing'],
);

const absent = object(
  {
    optional: text,
    optionalUndefined: text,
    undefinable: fc.option(text, { nil: undefined }),
    nullable: fc.option(text),
    both: fc.oneof(text, fc.constantFrom(null, undefined)),
  },
  ['undefinable', 'nullable', 'both'],
);

const event = fc.oneof(
  object({ code: fc.constant(1), text }),
  object({ code: fc.constant(2), at: date }),
  object({ code: fc.constantFrom(3, 4) }),
);
const outcome = fc.oneof(object({ ok: fc.constant(true), event }), object({ ok: fc.constant(false), reason: text }, ['ok']));
const anyone = fc.constantFrom('nobody', 'somebody');
const anything = fc.oneof(
  text,
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.uint8Array(),
  date,
  fc.array(anyone),
  set(text),
  map(text, anyone),
  outcome,
);

const user = object({ id: int(32), name: text, email: text, level }, ['id', 'name', 'level']);
const page = (item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.letrec((tie) => ({
    page: object({ items: fc.array(item), meta: object({ first: fc.option(item, { nil: undefined }), cursor: text }), next: tie('page') }, [
      'items',
      'meta',
    ]),
  })).page;
const draft = fc.letrec((tie) => ({
  draft: object({ title: text, previous: tie('partial'), fixed: object({ title: text }) }, ['title']),
  partial: object({ title: text, previous: tie('partial'), fixed: object({ title: text }) }, []),
}));

const ROUND_TRIPS: readonly (readonly [fact: string, codec: unknown, values: fc.Arbitrary<unknown>])[] = [
  ['numbers with a size of their own', valueStoreMethods.sizes.response, sizes],
  ['sets, maps, records and tuples', valueStoreMethods.containers.response, containers],
  ['literals of all kinds', valueStoreMethods.literals.response, literals],
  ['what is absent, undefined or null', valueStoreMethods.absent.response, absent],
  ['a union of everything that can be told apart', valueStoreMethods.anything.response, anything],
  ['JSON values', valueStoreMethods.json.response, fc.jsonValue({ maxDepth: 5 })],
  ['a recursive generic type', genericStoreMethods.page.response, page(user)],
  ['a part of a type', genericStoreMethods.change.response, object({ name: text, email: text })],
  ['partial copies of a type inside it', genericStoreMethods.draft.response, draft.partial],
  [
    'an interface that extends parts of others',
    genericStoreMethods.admin.response,
    object({ id: int(32), name: text, level: fc.constant('high'), items: fc.array(user), scope: text }),
  ],
  [
    'a generic tagged union',
    genericStoreMethods.result.response,
    fc.oneof(object({ ok: fc.constant(true), value: fc.array(text) }), object({ ok: fc.constant(false), error: text })),
  ],
  [
    'an intersection with a tagged union',
    genericStoreMethods.stamped.request,
    object({
      user: object({ id: int(32), name: text, level, at: date }),
      result: fc.oneof(object({ ok: fc.constant(true), value: user, at: date }), object({ ok: fc.constant(false), error: text, at: date })),
    }),
  ],
  [
    'a generic error',
    genericStoreErrorCodec,
    fc.oneof(object({ kind: fc.constant('missing'), what: text }), object({ kind: fc.constant('denied') })),
  ],
];

for (const [fact, codec, values] of ROUND_TRIPS) {
  test(`what is written is read back: ${fact}`, () => {
    fc.assert(fc.property(values, (value) => assert.deepEqual(copy(codec, value), value)));
  });
}

const LIMITED = { name: 'a', email: 'a@b', balance: 0, visits: null, emails: [], data: '' };

/** A value beyond one limit of its type, and what the error says. */
const BEYOND: readonly (readonly [fact: string, change: Readonly<Record<string, unknown>>, error: RegExp])[] = [
  ['text that is too short', { name: '' }, /name/u],
  ['text that is too long', { name: 'a'.repeat(21) }, /name/u],
  ['text that does not fit the pattern of its alias', { email: 'nobody' }, /email/u],
  ['a number above the limit of its alias', { progress: 101 }, /progress/u],
  ['a number that is too small', { balance: -6 }, /balance/u],
  ['a list that is too long', { emails: ['a@b', 'a@b', 'a@b', 'a@b'] }, /emails/u],
  ['an item that does not fit', { emails: ['nobody'] }, /emails/u],
  ['bytes that are too long', { data: new Uint8Array(1025) }, /data/u],
  ['text in place of the bytes that is too long', { data: 'a'.repeat(1025) }, /data/u],
];

for (const [fact, change, error] of BEYOND) {
  test(`${fact}: refused with the name of the field`, () => {
    const codec = valueStoreMethods.limited.response;
    assert.deepEqual(copy(codec, LIMITED), LIMITED);
    assert.throws(() => copy(codec, { ...LIMITED, ...change }), { code: 'INVALID_ARGUMENT', message: error });
  });
}

test('a parameter beyond its limit is refused', () => {
  const codec = valueStoreMethods.limited.request;
  assert.deepEqual(copy(codec, { name: 'a', count: 1 }), { name: 'a', count: 1 });
  assert.throws(() => copy(codec, { name: 'a'.repeat(21), count: 1 }), { code: 'INVALID_ARGUMENT', message: /request\.name/u });
  assert.throws(() => copy(codec, { name: 'a', count: 0 }), { code: 'INVALID_ARGUMENT', message: /request\.count/u });
});

function copy(codec: unknown, value: unknown): unknown {
  const writer = new ByteWriter();
  const { encode, decode } = codec as Codec<unknown>;
  encode(value, writer);
  return decode(new ByteReader(writer.take()));
}
