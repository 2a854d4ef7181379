import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Datagram, readDatagram, writeHeader, writePart } from '../../../src/swim/message-codec.ts';
import { type DatagramHeader, MAX_PARTS, type Part } from '../../../src/swim/messages.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import { addresses, epochs, nodeIds, plain, tagSets, uint32s } from './arbitraries.ts';

const HEADER: DatagramHeader = { nodeId: 'sender', epoch: 1_700_000_000_000, load: 3 };

const version = { nodeId: nodeIds, epoch: epochs, incarnation: uint32s };
const parts: fc.Arbitrary<Part> = fc.oneof(
  plain({ kind: fc.constantFrom('ack' as const, 'nack' as const), sequence: uint32s }),
  plain({ kind: fc.constant('alive' as const), ...version, address: addresses, gossipAddress: addresses, tags: tagSets }),
  plain({ kind: fc.constantFrom('suspect' as const, 'failed' as const), ...version, from: nodeIds }),
  plain({ kind: fc.constant('left' as const), ...version }),
  plain({ kind: fc.constant('rival' as const), address: addresses }),
);
const claims: fc.Arbitrary<Part> = plain({
  kind: fc.constant('youAre' as const),
  state: fc.constantFrom('alive' as const, 'suspect' as const, 'failed' as const, 'left' as const),
  epoch: epochs,
  incarnation: uint32s,
  address: addresses,
  gossipAddress: fc.oneof(fc.constant(''), addresses),
});
const pings: fc.Arbitrary<Part> = fc.oneof(
  plain({ kind: fc.constant('ping' as const), sequence: uint32s, targetId: nodeIds, targetEpoch: epochs }),
  plain({ kind: fc.constant('pingRequest' as const), sequence: uint32s, targetId: nodeIds, targetEpoch: epochs, timeoutMs: fc.nat() }),
);

test('what is written is read back', () => {
  fc.assert(
    fc.property(
      plain({ nodeId: nodeIds, epoch: epochs, load: fc.nat() }),
      fc.tuple(fc.option(pings), fc.option(claims)),
      fc.array(parts, { maxLength: 10 }),
      (header, single, others) => {
        const all = [...single.filter((part) => part !== null), ...others];
        assert.deepEqual(readDatagram(datagram(header, all)), { header, parts: all, dropped: [] });
      },
    ),
  );
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1500 }), (bytes) => void readDatagram(bytes)),
    { numRuns: 2000 },
  );
});

test('no bytes behind a good header make it throw, and nothing impossible comes out', () => {
  const junk = fc.uint8Array({ maxLength: 400 });
  fc.assert(
    fc.property(junk, (bytes) => {
      const read = readGood(Buffer.concat([datagram(HEADER, []), bytes]));
      for (const part of read.parts) if ('nodeId' in part) assert.ok(part.nodeId.length > 0 && Buffer.byteLength(part.nodeId) <= 128);
    }),
    { numRuns: 2000 },
  );
});

test('a datagram with flipped bits never makes it throw', () => {
  const bits = fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(parts, { minLength: 1, maxLength: 5 }), bits, (all, flips) => {
      const bytes = datagram(HEADER, all);
      for (const [place, bit] of flips) bytes[place % bytes.length] = (bytes[place % bytes.length] as number) ^ (1 << bit);
      readDatagram(bytes);
    }),
    { numRuns: 1000 },
  );
});

describe('a datagram', () => {
  const ping: Part = { kind: 'ping', sequence: 1, targetId: 'target', targetEpoch: 1 };
  const ack: Part = { kind: 'ack', sequence: 7 };

  test('of another version is not read', () => {
    const bytes = datagram(HEADER, [ack]);
    bytes[0] = 2;
    assert.equal(readDatagram(bytes), 'version');
  });

  test('that is empty or ends in its header is malformed', () => {
    assert.equal(readDatagram(new Uint8Array()), 'malformed');
    assert.equal(readDatagram(datagram(HEADER, []).subarray(0, 5)), 'malformed');
  });

  test('has at most one ping, whatever the kind', () => {
    const second: Part = { kind: 'pingRequest', sequence: 2, targetId: 'target', targetEpoch: 1, timeoutMs: 500 };
    assert.deepEqual(readGood(datagram(HEADER, [ping, ack, second, ping])), {
      header: HEADER,
      parts: [ping, ack],
      dropped: ['secondPing', 'secondPing'],
    });
  });

  test('has at most 64 parts; the rest is not read', () => {
    const read = readGood(
      datagram(
        HEADER,
        Array.from({ length: MAX_PARTS + 5 }, () => ack),
      ),
    );
    assert.equal(read.parts.length, MAX_PARTS);
    assert.deepEqual(read.dropped, ['tooManyParts']);
  });

  test('may have parts of a newer version: they are skipped by their length', () => {
    const unknown = Buffer.from([200, 3, 0, 1, 2, 3]);
    const bytes = Buffer.concat([datagram(HEADER, [ack]), unknown, datagram(HEADER, [ack]).subarray(datagram(HEADER, []).length)]);
    assert.deepEqual(readGood(bytes), { header: HEADER, parts: [ack, ack], dropped: ['unknownPart'] });
  });

  test('with a broken part keeps the others', () => {
    const broken = Buffer.from([1, 2, 0, 9, 9]);
    const bytes = Buffer.concat([datagram(HEADER, [ack]), broken, datagram(HEADER, [ack]).subarray(datagram(HEADER, []).length)]);
    assert.deepEqual(readGood(bytes), { header: HEADER, parts: [ack, ack], dropped: ['malformedPart'] });
  });

  test('that was cut off keeps what is complete', () => {
    const bytes = datagram(HEADER, [ack, ping]);
    assert.deepEqual(readGood(bytes.subarray(0, bytes.length - 2)), { header: HEADER, parts: [ack], dropped: ['malformedPart'] });
  });

  test('whose part was extended by a newer version is read without the extension', () => {
    const bytes = datagram(HEADER, [ack]);
    const extended = Buffer.concat([bytes, Buffer.from([42, 43])]);
    extended[bytes.length - 6] = 6;
    assert.deepEqual(readGood(extended), { header: HEADER, parts: [ack], dropped: [] });
  });

  test('with the largest record of all fits the largest datagram', () => {
    const address = `${'h'.repeat(154)}:65535`;
    const tags = { k: 'v'.repeat(508) };
    const nodeId = 'n'.repeat(128);
    const alive: Part = {
      kind: 'alive',
      nodeId,
      epoch: Number.MAX_SAFE_INTEGER - 0xffff_ffff,
      incarnation: 0xffff_ffff,
      address,
      gossipAddress: address,
      tags,
    };
    const bytes = datagram({ nodeId, epoch: alive.epoch, load: 0xffff_ffff }, [alive]);
    assert.ok(bytes.length <= 1166, `${bytes.length} bytes`);
    assert.deepEqual(readGood(bytes).parts, [alive]);
  });

  test('with a key named like a property of all objects keeps it as a tag', () => {
    const tags = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string>;
    const alive: Part = { kind: 'alive', nodeId: 'n', epoch: 1, incarnation: 0, address: 'h:1', gossipAddress: 'h:2', tags };
    assert.deepEqual(readGood(datagram(HEADER, [alive])).parts, [alive]);
  });
});

function datagram(header: DatagramHeader, all: readonly Part[]): Buffer {
  const writer = new ByteWriter();
  writeHeader(writer, header);
  for (const part of all) writePart(writer, part);
  return writer.take();
}

function readGood(bytes: Uint8Array): Datagram {
  const read = readDatagram(bytes);
  if (typeof read === 'string') throw new Error(`Expected a datagram, got ${read}`);
  return read;
}
