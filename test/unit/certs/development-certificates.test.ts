import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { createDevelopmentAuthority, createDevelopmentCertificates } from '../../../src/certs/development-certificates.ts';
import { checkKeyPair } from '../../../src/certs/pem.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');

describe('development certificates', () => {
  it('are an authority and a node certificate signed by it, each with its key', async () => {
    const { ca, node } = await createDevelopmentCertificates({ nowMs: NOW_MS });
    const authority = checkKeyPair({ ...ca, certName: 'ca', keyName: 'key' });
    const leaf = checkKeyPair({ ...node, certName: 'node', keyName: 'key' });
    assert.equal(authority.ca, true);
    assert.equal(leaf.ca, false);
    assert.equal(leaf.checkIssued(authority), true);
    assert.equal(leaf.verify(authority.publicKey), true);
    assert.equal(authority.verify(authority.publicKey), true);
  });

  it('are made out to localhost and the loopback addresses, and to what else is asked for, once each', async () => {
    const { node } = await createDevelopmentCertificates({
      nowMs: NOW_MS,
      hosts: ['worker.local', '10.0.0.7', 'localhost', '*.lab.local', 'fe80::1'],
    });
    const leaf = new X509Certificate(node.cert);
    for (const name of ['localhost', 'worker.local', 'a.lab.local']) assert.ok(leaf.checkHost(name), name);
    for (const ip of ['127.0.0.1', '::1', '10.0.0.7', 'fe80::1']) assert.ok(leaf.checkIP(ip), ip);
    assert.equal(leaf.checkHost('elsewhere'), undefined);
    assert.equal(leaf.subjectAltName?.match(/DNS:localhost/g)?.length, 1);
  });

  it('are valid from a little before now for the days asked for', async () => {
    const { ca, node } = await createDevelopmentCertificates({ nowMs: NOW_MS, days: 10 });
    for (const { cert } of [ca, node]) {
      const { validFrom, validTo } = new X509Certificate(cert);
      assert.equal(Date.parse(validFrom), NOW_MS - 5 * 60_000);
      assert.equal(Date.parse(validTo), NOW_MS + 10 * 86_400_000);
    }
  });

  it('carry the common name asked for, and serve both sides of TLS', async () => {
    const { node } = await createDevelopmentCertificates({ nowMs: NOW_MS, commonName: 'worker 1' });
    const leaf = new X509Certificate(node.cert);
    assert.equal(leaf.subject, 'CN=worker 1');
    assert.deepEqual([...leaf.keyUsage].sort(), ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  });

  it('come from authorities of different names and have different serial numbers', async () => {
    const [one, two] = [await createDevelopmentAuthority({ nowMs: NOW_MS }), await createDevelopmentAuthority({ nowMs: NOW_MS })];
    assert.notEqual(new X509Certificate(one.cert).subject, new X509Certificate(two.cert).subject);
    const serials = [await one.issue({ nowMs: NOW_MS }), await one.issue({ nowMs: NOW_MS })].map(
      ({ cert }) => new X509Certificate(cert).serialNumber,
    );
    assert.notEqual(serials[0], serials[1]);
    for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
  });

  const mistakes = [
    { options: { days: 0 }, message: /Expected days to be an integer of at least 1, got 0/ },
    { options: { days: 1.5 }, message: /Expected days/ },
    { options: { commonName: '' }, message: /Expected commonName/ },
    { options: { hosts: ['fine', 'not fine'] }, message: /Expected hosts\[1\] to be a DNS name or an IP address, got "not fine"/ },
    { options: { hosts: ['https://x'] }, message: /Expected hosts\[0\]/ },
  ];
  for (const { options, message } of mistakes) {
    it(`are refused for ${JSON.stringify(options)}`, async () => {
      await assert.rejects(
        createDevelopmentCertificates({ nowMs: NOW_MS, ...options }),
        (error) => error instanceof RpcError && error.code === 'INVALID_ARGUMENT' && message.test(error.message),
      );
    });
  }

  it('leave no trace of the metadata functions that their library asks for', async () => {
    await createDevelopmentCertificates({ nowMs: NOW_MS });
    assert.equal('getMetadata' in Reflect, false);
    assert.equal('getOwnMetadata' in Reflect, false);
  });
});
