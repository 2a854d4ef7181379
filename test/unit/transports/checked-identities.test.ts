import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { CheckedIdentities } from '../../../src/transports/checked-identities.ts';
import { createTestCertificates, type TestCertificates } from '../../support/test-certificates.ts';

let certificates: TestCertificates;
before(async () => {
  certificates = await createTestCertificates();
});

test('the same identity is checked once, in whichever form it comes', () => {
  const identities = new CheckedIdentities();
  const { cert, key } = certificates.node;
  const ca = certificates.authority.cert;
  const first = identities.check({ ca, cert, key });
  assert.equal(identities.check({ ca: Buffer.from(ca), cert, key: new Uint8Array(Buffer.from(key)) }), first);
  assert.equal(first.trust, 'the given ca');
});

test('another part makes another identity', () => {
  const identities = new CheckedIdentities();
  const { cert, key } = certificates.node;
  const first = identities.check({ cert, key });
  const trusting = identities.check({ cert, key, ca: certificates.authority.cert });
  assert.notEqual(trusting, first);
  assert.equal(trusting.identity.ca?.toString(), certificates.authority.cert);
  assert.equal(identities.check({ cert, key }), first);
});

test('what is wrong is found out each time', () => {
  const identities = new CheckedIdentities();
  const pair = { cert: certificates.node.cert, key: certificates.stranger.key };
  for (let i = 0; i < 2; i++)
    assert.throws(
      () => identities.check(pair),
      (error) => error instanceof RpcError && /does not belong to the certificate/.test(error.message),
    );
  assert.throws(
    () => identities.check({ cert: pair.cert }),
    (error) => error instanceof RpcError && /private key/.test(error.message),
  );
});

test('a buffer that is overwritten does not change what was checked', () => {
  const identities = new CheckedIdentities();
  const { cert, key } = certificates.node;
  const bytes = Buffer.from(cert);
  const first = identities.check({ cert: bytes, key });
  bytes.fill(0);
  assert.equal(first.identity.cert?.toString(), cert);
  assert.throws(
    () => identities.check({ cert: bytes, key }),
    (error) => error instanceof RpcError && /holds no PEM certificate/.test(error.message),
  );
});
