import assert from 'node:assert/strict';
import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { GossipCipher } from '../../../src/cluster/gossip-cipher.ts';
import { configuredGossipKey } from '../../../src/cluster/gossip-key.ts';
import { writeHeader, writePart } from '../../../src/swim/message-codec.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';

const secret = Buffer.alloc(32, 7);

describe('a gossip datagram, read by hand after docs/protocol.md', () => {
  test('has the header of the document, and opens with the key derived as it says', () => {
    const cipher = new GossipCipher('blue');
    cipher.install(configuredGossipKey('gossip.key', secret));
    cipher.seal(Buffer.from('first'));
    const packet = cipher.seal(Buffer.from('second')) ?? Buffer.alloc(0);
    assert.equal(packet[0], 1);
    assert.equal(packet[1], createHash('sha256').update(secret).digest()[0]);
    assert.equal(packet.readBigUInt64LE(10), 1n);
    assert.equal(openByHand(packet, 'blue'), 'second');
  });

  test('does not open under the name of another cluster', () => {
    const cipher = new GossipCipher('blue');
    cipher.install(configuredGossipKey('gossip.key', secret));
    const packet = cipher.seal(Buffer.from('text')) ?? Buffer.alloc(0);
    assert.throws(() => openByHand(packet, 'green'));
  });

  test('has a plain text of header and parts', () => {
    const writer = new ByteWriter();
    writeHeader(writer, { nodeId: 'a', epoch: 300, load: 2 });
    writePart(writer, { kind: 'ping', sequence: 5, targetId: 'bc', targetEpoch: 1 });
    writePart(writer, { kind: 'left', nodeId: 'd', epoch: 1, incarnation: 9 });
    const header = '01 0161 ac02 02';
    const ping = '01 0800 05000000 026263 01';
    const left = '08 0700 0164 01 09000000';
    assert.equal(writer.view().toString('hex'), (header + ping + left).replaceAll(' ', ''));
  });
});

function openByHand(packet: Buffer, clusterName: string): string {
  const header = packet.subarray(0, 18);
  const info = Buffer.concat([Buffer.from('rpcnet gossip 1'), header.subarray(2, 10)]);
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.from(clusterName), info, 32));
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.concat([Buffer.alloc(4), header.subarray(10, 18)]));
  decipher.setAAD(Buffer.concat([header, Buffer.from(clusterName)]));
  decipher.setAuthTag(packet.subarray(-16));
  return Buffer.concat([decipher.update(packet.subarray(18, -16)), decipher.final()]).toString();
}
