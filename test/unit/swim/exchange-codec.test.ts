import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JoinReply, JoinRequest, MemberRecord, SyncReply, SyncRequest } from '../../../src/swim/exchange.ts';
import { joinReplyCodec, joinRequestCodec, recordBytes, syncReplyCodec, syncRequestCodec } from '../../../src/swim/exchange-codec.ts';
import { ByteReader, MalformedBytesError } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import type { Codec } from '../../../src/wire/codec.ts';
import { addresses, epochs, nodeIds, plain, tagSets, uint32s } from './arbitraries.ts';

const states = fc.constantFrom('alive' as const, 'suspect' as const, 'failed' as const, 'left' as const);
const digestEntries = plain({ nodeId: nodeIds, epoch: epochs, incarnation: uint32s, state: states });
const records: fc.Arbitrary<MemberRecord> = plain({
  nodeId: nodeIds,
  epoch: epochs,
  incarnation: uint32s,
  state: states,
  address: addresses,
  gossipAddress: addresses,
  tags: tagSets,
});
const lists = fc.array(records, { maxLength: 4 });

const joinRequests: fc.Arbitrary<JoinRequest> = plain({
  clusterName: fc.string(),
  minVersion: fc.nat(),
  maxVersion: fc.nat(),
  self: records,
});
const joinReplies: fc.Arbitrary<JoinReply> = fc.oneof(
  plain({
    kind: fc.constant('accepted' as const),
    version: fc.nat(),
    sender: records,
    epochFloor: fc.option(epochs, { nil: undefined }),
    members: lists,
    hasMore: fc.boolean(),
  }),
  plain({
    kind: fc.constant('refused' as const),
    reason: fc.constantFrom(
      'clusterName' as const,
      'protocolVersion' as const,
      'nameConflict' as const,
      'leaving' as const,
      'self' as const,
      'full' as const,
    ),
    message: fc.string(),
  }),
  plain({
    kind: fc.constant('refused' as const),
    reason: fc.constant('nameConflict' as const),
    message: fc.string(),
    ownerAddress: addresses,
  }),
);
const syncRequests: fc.Arbitrary<SyncRequest> = plain({
  clusterName: fc.string(),
  sender: records,
  page: fc.nat(3),
  pages: fc.integer({ min: 4, max: 9 }),
  digest: fc.option(fc.array(digestEntries, { maxLength: 5 }), { nil: undefined }),
  records: lists,
});
const syncReplies: fc.Arbitrary<SyncReply> = plain({
  sender: records,
  records: lists,
  wanted: fc.array(nodeIds, { maxLength: 4 }),
  hasMore: fc.boolean(),
});

for (const { name, codec, values } of [
  { name: 'a join request', codec: joinRequestCodec as Codec<unknown>, values: joinRequests as fc.Arbitrary<unknown> },
  { name: 'a join reply', codec: joinReplyCodec as Codec<unknown>, values: joinReplies },
  { name: 'a sync request', codec: syncRequestCodec as Codec<unknown>, values: syncRequests },
  { name: 'a sync reply', codec: syncReplyCodec as Codec<unknown>, values: syncReplies },
]) {
  test(`${name} is read back as it was written`, () => {
    fc.assert(fc.property(values, (value) => assert.deepEqual(codec.decode(new ByteReader(encode(codec, value))), value)));
  });

  test(`${name} made of junk is malformed, and nothing else`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => decodeOrReject(codec, bytes)),
      { numRuns: 1000 },
    );
  });

  test(`${name} that was damaged is malformed or another one, and nothing else`, () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.nat(255), (value, place, byte) => {
        const bytes = encode(codec, value);
        bytes[place % bytes.length] = byte;
        decodeOrReject(codec, bytes);
        decodeOrReject(codec, bytes.subarray(0, place % bytes.length));
      }),
    );
  });
}

test('the size of a record is never underestimated', () => {
  fc.assert(
    fc.property(records, (record) => {
      const reply: SyncReply = { sender: record, records: [], wanted: [], hasMore: false };
      assert.ok(encode(syncReplyCodec as Codec<unknown>, reply).length - 3 <= recordBytes(record));
    }),
  );
});

function encode(codec: Codec<unknown>, value: unknown): Buffer {
  const writer = new ByteWriter();
  codec.encode(value, writer);
  return writer.take();
}

function decodeOrReject(codec: Codec<unknown>, bytes: Uint8Array): void {
  try {
    codec.decode(new ByteReader(bytes));
  } catch (error) {
    if (!(error instanceof MalformedBytesError)) throw error;
  }
}
