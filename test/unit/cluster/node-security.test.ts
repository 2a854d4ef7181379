import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CertificateBook } from '../../../src/cluster/certificate-book.ts';
import { GossipCipher } from '../../../src/cluster/gossip-cipher.ts';
import { gossipKey } from '../../../src/cluster/gossip-key.ts';
import { advance, beginRotation, foundedKeyState, type KeyState } from '../../../src/cluster/key-state.ts';
import { NodeSecurity } from '../../../src/cluster/node-security.ts';
import { NO_SECURITY, readSecurity, writeSecurity } from '../../../src/cluster/security-state.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { ByteReader } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';

describe('keys of another side of the cluster', () => {
  it('replace those of this side, are passed on, and the old one is opened a little longer', () => {
    const node = make();
    const old = node.security.found();
    const theirs = advance(advance(beginRotation(foundedKeyState(''), '')));
    node.security.adopt({ ...NO_SECURITY, keys: theirs });
    assert.deepEqual(node.told, ['foreign']);
    assert.equal(node.security.keys, theirs);
    assert.ok(node.opens(old) && node.opens(theirs));
    node.clock.advance(1_000);
    assert.ok(!node.opens(old) && node.opens(theirs));
  });

  it('change nothing when they are older', () => {
    const node = make();
    node.security.found();
    node.security.beginRotation();
    const { keys } = node.security;
    node.security.adopt({ ...NO_SECURITY, keys: foundedKeyState('') });
    assert.equal(node.security.keys, keys);
    assert.deepEqual(node.told, []);
  });
});

describe('the next step of a rotation that this node takes part in', () => {
  it('is taken over without a word', () => {
    const node = make();
    let theirs = beginRotation(node.security.found(), '');
    for (let i = 0; i < 3; i++) {
      node.security.adopt({ ...NO_SECURITY, keys: theirs });
      assert.equal(node.security.keys, theirs);
      theirs = advance(theirs);
    }
    assert.deepEqual(node.told, []);
  });
});

describe('the age of a key', () => {
  it('is that of the node that told of it, and goes on from there', () => {
    const node = make();
    node.security.adopt({ ...NO_SECURITY, keys: foundedKeyState(''), keyAgeMs: 5_000 });
    node.clock.advance(700);
    assert.equal(node.security.snapshot().keyAgeMs, 5_700);
  });
});

describe('counters', () => {
  it('never become so high that what is told is not believed, whatever another node claims', () => {
    const node = make();
    const highest = { nodeId: 'x', version: 2 ** 48, isExpelled: true, reason: '', fingerprints: [], shared: [] };
    node.security.adopt({ keys: { ...foundedKeyState(''), generation: 2 ** 48 }, keyAgeMs: 0, expulsions: [highest] });
    const full = { code: 'RESOURCE_EXHAUSTED', message: /start them again/ };
    assert.throws(() => node.security.beginRotation(), full);
    assert.throws(() => node.security.expel('b', ''), full);
    assert.throws(() => node.security.readmit('x'), full);
    const writer = new ByteWriter();
    writeSecurity(writer, node.security.snapshot());
    assert.equal(readSecurity(new ByteReader(writer.take())).keys?.generation, 2 ** 48);
  });
});

describe('an expulsion', () => {
  it('is told once, with what this node knows of certificates, and is due another key', () => {
    const node = make();
    node.security.found();
    node.security.noteCertificate('b', 'B');
    node.security.noteCertificate('c', 'POOL');
    node.security.noteCertificate('d', 'POOL');
    for (const nodeId of ['b', 'c']) node.security.expel(nodeId, 'why');
    node.security.adopt(node.security.snapshot());
    assert.deepEqual(node.told, ['b expelled', 'c expelled']);
    assert.ok(node.security.isRefusedCertificate('B'));
    assert.ok(!node.security.isRefusedCertificate('POOL'));
    assert.ok(node.security.exposedMs > 0);
    node.security.beginRotation();
    assert.equal(node.security.exposedMs, 0);
  });

  it('of this node is told as such', () => {
    const node = make();
    const expulsion = { nodeId: 'me', version: 1, isExpelled: true, reason: '', fingerprints: [], shared: [] };
    node.security.adopt({ ...NO_SECURITY, expulsions: [expulsion] });
    assert.deepEqual(node.told, ['me expelled itself']);
  });

  it('with a certificate that this node shows itself refuses nobody by it', () => {
    const node = make();
    node.security.noteCertificate('b', 'MINE');
    node.security.expel('b', '');
    assert.ok(!node.security.isRefusedCertificate('MINE'));
  });

  it('that there is no room for any more is told as taken back', () => {
    const node = make();
    node.security.expel('old', '');
    const newer = Array.from({ length: 256 }, (_, i) => ({ nodeId: `n${i}`, version: i + 2, isExpelled: true, reason: '' }));
    node.security.adopt({ ...NO_SECURITY, expulsions: newer.map((one) => ({ ...one, fingerprints: [], shared: [] })) });
    assert.ok(!node.security.isExpelled('old'));
    assert.equal(node.told.at(-1), 'old readmitted');
  });

  it('is told again after a readmission', () => {
    const node = make();
    node.security.expel('b', '');
    assert.equal(node.security.readmit('b'), true);
    assert.equal(node.security.readmit('b'), false);
    node.security.expel('b', '');
    assert.deepEqual(node.told, ['b expelled', 'b readmitted', 'b expelled']);
  });
});

function make(): { security: NodeSecurity; clock: FakeClock; told: string[]; opens: (keys: KeyState) => boolean } {
  const clock = new FakeClock();
  const cipher = new GossipCipher('test');
  const told: string[] = [];
  const security = new NodeSecurity({
    nodeId: 'me',
    clock,
    cipher,
    certificates: new CertificateBook('me', () => 'MINE'),
    configured: undefined,
    overlapMs: 1_000,
    events: {
      onForeignKeys: () => told.push('foreign'),
      onExpelled: ({ nodeId }, isLocal) => told.push(`${nodeId} expelled${isLocal ? ' itself' : ''}`),
      onReadmitted: (nodeId) => told.push(`${nodeId} readmitted`),
    },
  });
  const opens = ({ key }: KeyState): boolean => {
    const sender = new GossipCipher('test');
    sender.use([gossipKey(key.secret)]);
    return typeof cipher.open(sender.seal(Buffer.from('x')) as Buffer, clock.now()) !== 'string';
  };
  return { security, clock, told, opens };
}
