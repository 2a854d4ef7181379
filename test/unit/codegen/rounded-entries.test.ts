import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TypeModel } from '../../../src/codegen/model/type-model.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { ByteReader } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import type { Codec } from '../../../src/wire/codec.ts';
import { codecsOf } from '../../support/emit-model.ts';
import { scalarModel } from '../../support/model-types.ts';

const float32 = scalarModel('float32');
const types: readonly TypeModel[] = [
  { kind: 'set', item: float32 },
  { kind: 'map', key: float32, value: scalarModel('string') },
  { kind: 'set', item: { kind: 'nullable', inner: { kind: 'limited', inner: float32, limits: { min: 0 } } } },
  { kind: 'set', item: { kind: 'choice', members: [scalarModel('string'), float32] } },
  { kind: 'literals', values: [5, 5n] },
];
const [set, map, limited, choice, literals] = (await codecsOf(types)) as readonly [Codec<unknown>, ...Codec<unknown>[]];

/** Two numbers that are one as a float32. */
const ALIKE = [0.1, Math.fround(0.1)] as const;

const REFUSED: readonly (readonly [fact: string, codec: Codec<unknown> | undefined, value: unknown, message: RegExp])[] = [
  ['a Set of float32', set, new Set(ALIKE), /: response: expected entries that differ when rounded to float32, got a Set$/u],
  ['a Map', map, new Map(ALIKE.map((key) => [key, 'a'])), /: response: expected entries that differ when rounded to float32, got a Map$/u],
  ['a Set with limits and null', limited, new Set([null, ...ALIKE]), /: expected entries that differ when rounded to float32/u],
  ['a Set with text', choice, new Set(['a', ...ALIKE]), /: expected entries that differ when rounded to float32/u],
  ['a number among others that is out of range', set, new Set([1e300, 2e300]), /\[0\]: expected a number in the range of float32/u],
  ['a bigint for literals', literals, 6n, /: expected one of 5, 5n, got the bigint 6$/u],
];

for (const [fact, codec, value, message] of REFUSED) {
  test(`${fact} that cannot arrive as it was sent is refused before anything is sent`, () => {
    assert.throws(
      () => codec?.encode(value, new ByteWriter()),
      (error) => error instanceof RpcError && error.code === 'INVALID_ARGUMENT' && message.test(error.message),
    );
  });
}

test('a Set of float32 arrives with the rounded numbers', () => {
  const writer = new ByteWriter();
  set.encode(new Set([0.1, 0.2, -0, Number.NaN]), writer);
  const back = set.decode(new ByteReader(writer.take()));
  assert.deepStrictEqual(back, new Set([Math.fround(0.1), Math.fround(0.2), 0, Number.NaN]));
});
