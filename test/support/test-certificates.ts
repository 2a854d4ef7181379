import { createDevelopmentAuthority, type DevelopmentAuthority, type MadeCertificate } from '../../src/certs/development-certificates.ts';

/** Everything that tests of TLS need: two authorities that know nothing of each other, and good and bad certificates. */
export interface TestCertificates {
  readonly authority: DevelopmentAuthority;
  readonly node: MadeCertificate;
  readonly expired: MadeCertificate;
  readonly otherAuthority: DevelopmentAuthority;
  /** Signed by the other authority. */
  readonly stranger: MadeCertificate;
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
  };
}

const YEAR_MS = 365 * 86_400_000;
