import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadIdentity } from '../../../src/certs/load-identity.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { createTestCertificates, type TestCertificates } from '../../support/test-certificates.ts';

describe('loading an identity', () => {
  let folder: string;
  let certificates: TestCertificates;
  const at = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rpcnet-identity-'));
    certificates = await createTestCertificates();
    const { node, authority, expired } = certificates;
    await writeFile(at('cert.pem'), node.cert);
    await writeFile(at('key.pem'), node.key);
    await writeFile(at('ca.pem'), authority.cert);
    await writeFile(at('expired.pem'), expired.cert);
    await writeFile(at('expired-key.pem'), expired.key);
    await writeFile(at('text.pem'), 'hello');
  });
  after(() => rm(folder, { recursive: true }));

  const load = (cert: string, key: string, ca?: string): ReturnType<typeof loadIdentity> =>
    loadIdentity({ certPath: at(cert), keyPath: at(key), ...(ca === undefined ? {} : { caPath: at(ca) }) });

  it('gives the texts of its files', async () => {
    const { node, authority } = certificates;
    assert.deepEqual(await load('cert.pem', 'key.pem'), { cert: node.cert, key: node.key });
    assert.deepEqual(await load('cert.pem', 'key.pem', 'ca.pem'), { cert: node.cert, key: node.key, ca: authority.cert });
  });

  const mistakes = [
    { files: ['missing.pem', 'key.pem'], code: 'NOT_FOUND', message: /no file .*missing\.pem; make one with: npx rpcnet certs/ },
    { files: ['cert.pem', 'text.pem'], code: 'INVALID_ARGUMENT', message: /text\.pem holds no PEM private key/ },
    { files: ['text.pem', 'key.pem'], code: 'INVALID_ARGUMENT', message: /text\.pem holds no PEM certificate/ },
    {
      files: ['cert.pem', 'expired-key.pem'],
      code: 'INVALID_ARGUMENT',
      message: /expired-key\.pem does not belong to the certificate .*cert\.pem/,
    },
    { files: ['expired.pem', 'expired-key.pem'], code: 'FAILED_PRECONDITION', message: /expired\.pem \(CN=localhost\) expired on/ },
    { files: ['cert.pem', 'key.pem', 'text.pem'], code: 'INVALID_ARGUMENT', message: /text\.pem holds no PEM certificate/ },
    { files: ['cert.pem', 'key.pem', 'expired.pem'], code: 'FAILED_PRECONDITION', message: /expired\.pem .*expired on/ },
    { files: ['.', 'key.pem'], code: 'INVALID_ARGUMENT', message: /cannot be read/ },
  ] as const;
  for (const { files, code, message } of mistakes) {
    it(`fails with ${code} for ${files.join(', ')}`, async () => {
      await assert.rejects(load(files[0], files[1], files[2]), (error) => {
        assert.ok(error instanceof RpcError);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it('fails with FAILED_PRECONDITION for a certificate that is not valid yet', async () => {
    const paths = { certPath: at('cert.pem'), keyPath: at('key.pem') };
    await assert.rejects(loadIdentity(paths, Date.now() - 86_400_000), /not valid before .*; check the clock/);
  });

  it('fails with PERMISSION_DENIED for a file that may not be read', {
    skip: process.getuid?.() === 0 && 'root may read everything',
  }, async () => {
    await writeFile(at('secret.pem'), certificates.node.key);
    await chmod(at('secret.pem'), 0o000);
    await assert.rejects(load('cert.pem', 'secret.pem'), (error) => error instanceof RpcError && error.code === 'PERMISSION_DENIED');
  });
});
