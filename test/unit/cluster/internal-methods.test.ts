import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGossipKey, type GossipKey } from '../../../src/cluster/gossip-key.ts';
import { joinMethod } from '../../../src/cluster/internal-methods.ts';
import { configuredKeyState } from '../../../src/cluster/key-state.ts';
import { NO_SECURITY } from '../../../src/cluster/security-state.ts';
import { ByteReader } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';

describe('a gossip key on its way to another node', () => {
  it('arrives as it was', () => {
    const key = createGossipKey();
    assert.deepEqual(readBack(key), key);
    assert.equal(readBack(undefined), undefined);
  });

  it('is refused under an id that is not its own', () => {
    const { id, secret } = createGossipKey();
    assert.throws(() => readBack({ id: (id + 1) % 256, secret }), { message: new RegExp(`has id ${id}, not ${(id + 1) % 256}`) });
  });
});

function readBack(key: GossipKey | undefined): GossipKey | undefined {
  const writer = new ByteWriter();
  const security = key ? { ...NO_SECURITY, keys: configuredKeyState(key, undefined) } : NO_SECURITY;
  joinMethod.response.encode({ message: { kind: 'refused', reason: 'leaving', message: '' }, security }, writer);
  const read = joinMethod.response.decode(new ByteReader(writer.take())).security.keys?.key;
  return read && { id: read.id, secret: Buffer.from(read.secret) };
}
