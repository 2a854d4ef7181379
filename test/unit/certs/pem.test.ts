import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { createDevelopmentCertificates, type DevelopmentCertificates } from '../../../src/certs/development-certificates.ts';
import { checkKeyPair, parseCertificates, parsePrivateKey, pemText, subjectOf } from '../../../src/certs/pem.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');

function mistake(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof RpcError && error.code === 'INVALID_ARGUMENT' && message.test(error.message);
}

describe('PEM', () => {
  let made: DevelopmentCertificates;
  let other: DevelopmentCertificates;
  before(async () => {
    made = await createDevelopmentCertificates({ nowMs: NOW_MS });
    other = await createDevelopmentCertificates({ nowMs: NOW_MS });
  });

  it('gives the certificates of a chain in its order, whatever stands between them', () => {
    const chain = `leaf\n${made.node.cert}\nauthority:\n${made.ca.cert}end`;
    for (const pem of [chain, Buffer.from(chain), new Uint8Array(Buffer.from(chain))]) {
      const subjects = parseCertificates(pem, 'cert').map(subjectOf);
      assert.equal(subjects.length, 2);
      assert.equal(subjects[0], 'CN=localhost');
      assert.match(subjects[1] ?? '', /^CN=RpcNet development CA [0-9a-f]{8}$/);
    }
  });

  it('reads Windows line ends', () => {
    assert.equal(parseCertificates(made.node.cert.replaceAll('\n', '\r\n'), 'cert').length, 1);
  });

  it('reads bytes that are a window of a larger buffer', () => {
    const padded = Buffer.from(`xxxx${made.node.key}yyyy`);
    assert.equal(pemText(new Uint8Array(padded.buffer, padded.byteOffset + 4, made.node.key.length)), made.node.key);
  });

  it('says what is wrong with a certificate', () => {
    assert.throws(() => parseCertificates('', 'ca'), mistake(/^ca holds no PEM certificate/));
    assert.throws(() => parseCertificates(made.node.key, 'ca'), mistake(/^ca holds no PEM certificate/));
    const broken = made.node.cert.replace(/\n[^-]{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
    assert.throws(() => parseCertificates(made.ca.cert + broken, 'ca'), mistake(/^certificate 2 of ca cannot be read/));
  });

  it('says what is wrong with a private key', () => {
    assert.throws(() => parsePrivateKey(made.node.cert, 'key'), mistake(/^key holds no PEM private key/));
    const nonsense = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----';
    assert.throws(() => parsePrivateKey(nonsense, 'key'), mistake(/^key cannot be read as a private key/));
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
    });
    assert.throws(
      () => parsePrivateKey(privateKey, 'key.pem'),
      mistake(/^key\.pem is protected by a passphrase; .*openssl pkey -in key\.pem/),
    );
  });

  it('accepts a pair that belongs together and names the two that do not', () => {
    const names = { certName: 'node.pem', keyName: 'key.pem' };
    const leaf = checkKeyPair({ cert: made.node.cert + made.ca.cert, key: made.node.key, ...names });
    assert.equal(subjectOf(leaf), 'CN=localhost');
    const mixed = { cert: made.node.cert, key: other.node.key, ...names };
    assert.throws(() => checkKeyPair(mixed), mistake(/key\.pem does not belong to the certificate node\.pem \(CN=localhost\)/));
  });
});
