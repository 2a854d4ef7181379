import assert from 'node:assert/strict';
import type { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { toPeerCertificate } from '../../../src/certs/peer-certificate.ts';

/** Only what is read of a certificate; the texts are as Node.js writes them. */
function certificate(subject: string | undefined, subjectAltName: string | undefined): X509Certificate {
  return { subject, subjectAltName, fingerprint256: 'AB:CD', raw: Buffer.from([1, 2]) } as X509Certificate;
}

describe('peer certificate', () => {
  const commonNames = [
    { subject: 'CN=localhost', name: 'localhost' },
    { subject: 'O=Example\nCN=worker 1\nOU=Lab', name: 'worker 1' },
    { subject: 'O=CN=not this one', name: '' },
    { subject: 'CN=a\\,b\\=c', name: 'a,b=c' },
    { subject: 'CN=first\nCN=second', name: 'first' },
    { subject: '', name: '' },
    { subject: undefined, name: '' },
  ];
  for (const { subject, name } of commonNames) {
    it(`has the common name ${JSON.stringify(name)} for the subject ${JSON.stringify(subject)}`, () => {
      assert.equal(toPeerCertificate(certificate(subject, undefined)).commonName, name);
    });
  }

  const subjectNames = [
    { text: undefined, names: [] },
    { text: '', names: [] },
    { text: 'DNS:localhost', names: ['DNS:localhost'] },
    {
      text: 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
      names: ['DNS:localhost', 'IP Address:127.0.0.1', 'IP Address:0:0:0:0:0:0:0:1'],
    },
    { text: 'URI:spiffe://example/worker, DNS:*.example', names: ['URI:spiffe://example/worker', 'DNS:*.example'] },
    { text: 'DNS:"good.example, DNS:evil.example", DNS:last', names: ['DNS:good.example, DNS:evil.example', 'DNS:last'] },
    { text: 'URI:"https://example/\\u0000\\"x\\"", DNS:last', names: ['URI:https://example/\u0000"x"', 'DNS:last'] },
  ];
  for (const { text, names } of subjectNames) {
    it(`has ${names.length} subject names in ${JSON.stringify(text)}`, () => {
      assert.deepEqual(toPeerCertificate(certificate('CN=x', text)).subjectNames, names);
    });
  }

  it('carries the fingerprint and the bytes', () => {
    const { fingerprint256, raw } = toPeerCertificate(certificate('CN=x', undefined));
    assert.equal(fingerprint256, 'AB:CD');
    assert.deepEqual([...raw], [1, 2]);
  });
});
