import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TagsReply, TagsRequest } from '../../../src/swim/exchange.ts';
import { decodeTags, encodeTags, ownTags } from '../../../src/swim/large-tags.ts';
import { expectTags, hasSameTags, MAX_INLINE_TAG_BYTES, MAX_TAG_BYTES, tagBytes } from '../../../src/swim/limits.ts';
import { readAnnouncedTags, tagsReplyCodec, tagsRequestCodec, writeAnnouncedTags } from '../../../src/swim/tags-codec.ts';
import { ByteReader, MalformedBytesError } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import type { Codec } from '../../../src/wire/codec.ts';
import { nodeIds, plain, tagSets } from './arbitraries.ts';
import { hashTags } from './engine-under-test.ts';

const hashes = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const references = plain({ bytes: fc.integer({ min: MAX_INLINE_TAG_BYTES + 1, max: MAX_TAG_BYTES }), hash: hashes });

test('the same tags are encoded alike, in whatever order they were set, and read back', () => {
  fc.assert(
    fc.property(tagSets, (tags) => {
      const turned = Object.fromEntries(Object.entries(tags).reverse());
      const encoded = encodeTags(tags);
      assert.deepEqual(encodeTags(turned), encoded);
      assert.ok(hasSameTags(decodeTags(encoded) ?? {}, decodeTags(encodeTags(turned)) ?? { never: '' }));
    }),
  );
});

test('tags as large as they may be travel, and one byte more is refused', () => {
  const longest = { a: 'x'.repeat(MAX_TAG_BYTES - 4) };
  expectTags(longest);
  assert.equal(tagBytes(longest), MAX_TAG_BYTES);
  assert.deepEqual(decodeTags(encodeTags(longest)), longest);
  assert.throws(() => expectTags({ a: 'x'.repeat(MAX_TAG_BYTES - 3) }), {
    code: 'INVALID_ARGUMENT',
    message: 'Expected tags to be at most 16384 bytes in all, because every node of the cluster keeps them, got "16385 bytes"',
  });
});

test('any other bytes than the one right encoding are no tags', () => {
  const encoded = Buffer.from(encodeTags({ a: '1', b: '2' }));
  for (const wrong of [
    Buffer.concat([encoded, Buffer.from([0])]),
    encoded.subarray(0, -1),
    Buffer.from([2, 1, 98, 1, 50, 1, 97, 1, 49]),
    Buffer.from([2, 1, 97, 1, 49, 1, 97, 1, 49]),
    Buffer.from([1, 1, 0xff, 0]),
    encodeTags({ a: 'x'.repeat(MAX_TAG_BYTES) }),
  ]) {
    assert.equal(decodeTags(wrong), undefined);
  }
});

test('up to 512 bytes of tags stand in announcements, and more are referred to', () => {
  const small = { a: 'x'.repeat(MAX_INLINE_TAG_BYTES - 5) };
  assert.deepEqual(ownTags(small, hashTags), { tags: small, tagsHash: undefined, tagsReference: undefined });
  const large = { a: 'x'.repeat(MAX_INLINE_TAG_BYTES) };
  const { tagsHash, tagsReference } = ownTags(large, hashTags);
  assert.deepEqual(tagsReference, { bytes: encodeTags(large).length, hash: hashTags(encodeTags(large)) });
  assert.equal(tagsHash, tagsReference?.hash);
});

test('an announcement refers to large tags, and what newer versions add to it is skipped', () => {
  fc.assert(
    fc.property(references, fc.integer({ min: 2, max: 255 }), fc.uint8Array({ maxLength: 40 }), (tagsReference, type, body) => {
      const writer = new ByteWriter();
      writeAnnouncedTags(writer, { tags: {}, tagsReference });
      writer.writeUint8(type);
      writer.writeBytes(body);
      assert.deepEqual(readAnnouncedTags(new ByteReader(writer.take())), { tags: {}, tagsReference });
    }),
  );
});

for (const bytes of [0, MAX_INLINE_TAG_BYTES, MAX_TAG_BYTES + 4]) {
  test(`a reference to ${bytes} bytes of tags is malformed`, () => {
    const writer = new ByteWriter();
    writeAnnouncedTags(writer, { tags: {}, tagsReference: { bytes, hash: '00'.repeat(16) } });
    assert.throws(() => readAnnouncedTags(new ByteReader(writer.take())), MalformedBytesError);
  });
}

test('questions for tags and their answers come back as they were', () => {
  const requests: fc.Arbitrary<TagsRequest> = plain({
    clusterName: fc.string(),
    wanted: fc.array(plain({ nodeId: nodeIds, hash: hashes }), { maxLength: 5 }),
  });
  const replies: fc.Arbitrary<TagsReply> = plain({
    found: fc.array(plain({ nodeId: nodeIds, encoded: fc.uint8Array({ maxLength: 600 }) }), { maxLength: 5 }),
  });
  fc.assert(fc.property(requests, (request) => assert.deepEqual(reread(tagsRequestCodec, request), request)));
  fc.assert(fc.property(replies, (reply) => assert.deepEqual(reread(tagsReplyCodec, reply), reply)));
});

test('no bytes make the readers throw anything but MalformedBytesError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      for (const codec of [tagsRequestCodec, tagsReplyCodec] as readonly Codec<unknown>[]) {
        try {
          codec.decode(new ByteReader(bytes));
        } catch (error) {
          assert.ok(error instanceof MalformedBytesError);
        }
      }
      decodeTags(bytes);
    }),
  );
});

function reread<T>(codec: Codec<T>, value: T): T {
  const writer = new ByteWriter();
  codec.encode(value, writer);
  return JSON.parse(JSON.stringify(codec.decode(new ByteReader(writer.take())), asList), fromList) as T;
}

/** Bytes are compared as bytes, whatever class carries them. */
function asList(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { bytes: [...value] } : value;
}

function fromList(_: string, value: unknown): unknown {
  const { bytes } = (value ?? {}) as { readonly bytes?: number[] };
  return Array.isArray(bytes) ? Uint8Array.from(bytes) : value;
}
