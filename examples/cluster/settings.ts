import { join } from 'node:path';
import { type Identity, loadIdentity, RpcError } from 'rpcnet';

/** What a program was told through the environment. An empty variable counts as not set. */
export function textSetting(name: string, fallback: string): string {
  return process.env[name] || fallback;
}

/** A whole number of at least 0 from the environment. */
export function numberSetting(name: string, fallback: number): number {
  const text = textSetting(name, String(fallback));
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RpcError('INVALID_ARGUMENT', `Expected ${name} to be a whole number of at least 0, got "${text}"`);
}

/** `true` or `false` from the environment; false when it is not set. */
export function flagSetting(name: string): boolean {
  const text = textSetting(name, 'false');
  if (text === 'true' || text === 'false') return text === 'true';
  throw new RpcError('INVALID_ARGUMENT', `Expected ${name} to be true or false, got "${text}"`);
}

/** The director's address, which every program needs. */
export function directorAddress(): string {
  return textSetting('DIRECTOR_ADDR', '127.0.0.1:61000');
}

/** Where the certificates are: `test_cert.pem`, `test_key.pem` and `ca_cert.pem`, as `npx rpcnet certs` writes them. */
export function certificateFolder(): string {
  return textSetting('CERT_DIR', 'certs');
}

/**
 * Reads and checks this node's certificate and key, and the authority that it trusts. All nodes of the tutorial share one certificate; in
 * production each has its own, signed by the same authority.
 */
export async function loadCertificates(): Promise<Identity & { readonly ca: string }> {
  const folder = certificateFolder();
  const {
    cert,
    key,
    ca = '',
  } = await loadIdentity({
    certPath: join(folder, 'test_cert.pem'),
    keyPath: join(folder, 'test_key.pem'),
    caPath: join(folder, 'ca_cert.pem'),
  });
  return { cert, key, ca };
}
