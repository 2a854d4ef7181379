import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TypeModel } from '../../../src/codegen/model/type-model.ts';
import { ByteReader } from '../../../src/util/byte-reader.ts';
import type { Codec } from '../../../src/wire/codec.ts';
import { decodesOrIsMalformed, encode } from '../../support/codec-checks.ts';
import { codecsOf } from '../../support/emit-model.ts';
import { anyType, SCALARS, scalarModel } from '../../support/model-types.ts';
import { valuesOf } from '../../support/model-values.ts';

// Other types: SEED=5 node scripts/run-tests.mjs unit -- random-types
const RANDOM_TYPES = 60;
const seed = Number(process.env.SEED ?? 4);

const types: readonly TypeModel[] = [...SCALARS.map(scalarModel), ...fc.sample(anyType(), { numRuns: RANDOM_TYPES, seed })];
const codecs = await codecsOf(types);

types.forEach((type, index) => {
  const codec = codecs[index] as Codec<unknown>;
  const name = index < SCALARS.length ? SCALARS[index] : `random type ${index - SCALARS.length} of seed ${seed}`;
  const values = valuesOf(type);

  test(`a value of ${name} comes back as it went`, () => {
    fc.assert(
      fc.property(values, (value) => {
        assert.deepStrictEqual(codec.decode(new ByteReader(encode(codec, value))), value, JSON.stringify(type, bigintAsText));
      }),
      { seed, numRuns: 50 },
    );
  });

  test(`bytes of ${name}, cut short anywhere, changed or made up, are a value or malformed`, () => {
    fc.assert(
      fc.property(values, fc.uint8Array({ maxLength: 60 }), fc.tuple(fc.nat(), fc.nat(255)), (value, junk, [place, byte]) => {
        const encoded = encode(codec, value);
        const step = Math.max(1, Math.floor(encoded.length / 50));
        for (let length = 0; length < encoded.length; length += step) decodesToItsWeight(codec, encoded.subarray(0, length));
        decodesToItsWeight(codec, junk);
        if (encoded.length === 0) return;
        encoded[place % encoded.length] = byte;
        decodesToItsWeight(codec, encoded);
      }),
      { seed, numRuns: 30 },
    );
  });
});

/** As {@link decodesOrIsMalformed}; and a value takes not much more memory than its bytes. */
function decodesToItsWeight(codec: Codec<unknown>, input: Uint8Array): void {
  decodesOrIsMalformed(codec, input, (value) => {
    assert.ok(weightOf(value) <= input.length * 4 + 8, `${weightOf(value)} from ${input.length} bytes`);
  });
}

/** How many values there are in a value, and how much text and bytes: what memory it takes, roughly. */
function weightOf(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return 1 + value.length;
  if (typeof value !== 'object' || value === null || value instanceof Date) return 1;
  const parts: unknown[] = value instanceof Map || value instanceof Set || Array.isArray(value) ? [...value] : Object.values(value);
  return parts.reduce<number>((sum, part) => sum + weightOf(part), 1);
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
