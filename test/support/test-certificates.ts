import { KeyObject, webcrypto } from 'node:crypto';
import { createDevelopmentAuthority, type DevelopmentAuthority, type MadeCertificate } from '../../src/certs/development-certificates.ts';
import { loadX509Library } from '../../src/certs/x509-library.ts';

/** Everything that tests of TLS need: two authorities that know nothing of each other, and good and bad certificates. */
export interface TestCertificates {
  readonly authority: DevelopmentAuthority;
  readonly node: MadeCertificate;
  readonly expired: MadeCertificate;
  readonly otherAuthority: DevelopmentAuthority;
  /** Signed by the other authority. */
  readonly stranger: MadeCertificate;
  /** Signed by nobody but itself, for `localhost`. */
  readonly selfSigned: MadeCertificate;
}

export async function createTestCertificates(): Promise<TestCertificates> {
  const authority = await createDevelopmentAuthority();
  const otherAuthority = await createDevelopmentAuthority();
  return {
    authority,
    node: await authority.issue({ commonName: 'test node' }),
    expired: await authority.issue({ nowMs: Date.now() - 3 * YEAR_MS }),
    otherAuthority,
    stranger: await otherAuthority.issue({ commonName: 'stranger' }),
    selfSigned: await createSelfSigned(),
  };
}

async function createSelfSigned(): Promise<MadeCertificate> {
  const x509 = await loadX509Library();
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + YEAR_MS),
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  return { cert: certificate.toString('pem'), key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString() };
}

const YEAR_MS = 365 * 86_400_000;
