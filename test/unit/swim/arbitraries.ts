import fc from 'fast-check';
import { MAX_EPOCH, MAX_INLINE_TAG_BYTES, tagBytes } from '../../../src/swim/limits.ts';
import type { Tags } from '../../../src/swim/node-info.ts';

/** Generators of the values that membership messages are made of. */
const texts = fc.string({ unit: 'grapheme', maxLength: 20 });

export const nodeIds: fc.Arbitrary<string> = texts.filter((text) => text.length > 0 && Buffer.byteLength(text) <= 128);
export const epochs: fc.Arbitrary<number> = fc.integer({ min: 0, max: MAX_EPOCH });
export const uint32s: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffff_ffff });
export const addresses: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('127.0.0.1', 'worker.local', '[::1]', '[fe80::1]'), fc.integer({ min: 0, max: 65_535 }))
  .map(([host, port]) => `${host}:${port}`);
export const tagSets: fc.Arbitrary<Tags> = fc
  .dictionary(
    texts.filter((text) => text.length > 0),
    texts,
    { maxKeys: 5, noNullPrototype: true },
  )
  .filter((tags) => tagBytes(tags) <= MAX_INLINE_TAG_BYTES);

/** A record whose objects are as plain as those that codecs make. */
export function plain<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}
