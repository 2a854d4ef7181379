import { readFile } from 'node:fs/promises';
import { RpcError } from '../errors/rpc-error.ts';
import { checkKeyPair, parseCertificates, subjectOf } from './pem.ts';

/**
 * Certificates: reading the files of a node's identity, checking PEM, and making certificates for development. What TLS does with them belongs to the
 * transports.
 */

/** Where the files of an identity are. */
export interface IdentityPaths {
  /** The certificate chain, leaf first. */
  readonly certPath: string;
  readonly keyPath: string;
  /** The authorities whose certificates this side trusts. */
  readonly caPath?: string;
}

/** A certificate with its private key and, where given, the authorities to trust: PEM texts, ready for the options of a server or a client. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

/**
 * Reads and checks the PEM files of an identity, so that a mistake is found at the start and not at the first connection.
 *
 * `nowMs` is the present in milliseconds since 1970; default: the machine's clock.
 * @throws RpcError `NOT_FOUND` for a missing file, `PERMISSION_DENIED` for one that may not be read, `INVALID_ARGUMENT` when a file is not PEM or
 *   the key does not belong to the certificate, `FAILED_PRECONDITION` for a certificate that has expired or is not valid yet.
 */
export async function loadIdentity(paths: IdentityPaths, nowMs: number = Date.now()): Promise<Identity> {
  const { certPath, keyPath, caPath } = paths;
  const cert = await readPemFile(certPath);
  const key = await readPemFile(keyPath);
  const ca = caPath === undefined ? undefined : await readPemFile(caPath);
  const leaf = checkKeyPair({ cert, key, certName: certPath, keyName: keyPath });
  checkValidity(certPath, leaf, nowMs);
  if (ca === undefined || caPath === undefined) return { cert, key };
  for (const authority of parseCertificates(ca, caPath)) checkValidity(caPath, authority, nowMs);
  return { cert, key, ca };
}

async function readPemFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (cause) {
    throw readError(path, cause);
  }
}

function readError(path: string, cause: unknown): RpcError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT')
    return new RpcError('NOT_FOUND', `There is no file ${path}; make one with: npx rpcnet certs --out certs`, { cause });
  if (code === 'EACCES' || code === 'EPERM')
    return new RpcError('PERMISSION_DENIED', `The file ${path} may not be read by this user (${code})`, { cause });
  return new RpcError('INVALID_ARGUMENT', `The file ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}

type DatedCertificate = Parameters<typeof subjectOf>[0];

function checkValidity(path: string, certificate: DatedCertificate, nowMs: number): void {
  const what = `The certificate in ${path} (${subjectOf(certificate)})`;
  if (nowMs > Date.parse(certificate.validTo)) {
    throw new RpcError(
      'FAILED_PRECONDITION',
      `${what} expired on ${certificate.validTo}; renew it, or for development: npx rpcnet certs --out certs --force`,
    );
  }
  if (nowMs < Date.parse(certificate.validFrom)) {
    throw new RpcError('FAILED_PRECONDITION', `${what} is not valid before ${certificate.validFrom}; check the clock of this machine`);
  }
}
