import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { RpcError } from '../errors/rpc-error.ts';
import type { Pem } from '../ports/transport.ts';

/**
 * The certificates of a PEM text, in its order: leaf first in a chain.
 *
 * `name` is what messages call it, for example `cert` or a file's path.
 * @throws RpcError `INVALID_ARGUMENT` when there is none, or one cannot be read.
 */
export function parseCertificates(pem: Pem, name: string): readonly [X509Certificate, ...X509Certificate[]] {
  const blocks = pemText(pem).match(CERTIFICATE_BLOCK) ?? [];
  const [first, ...rest] = blocks.map((block, index) => parseCertificate(block, `certificate ${index + 1} of ${name}`));
  if (first === undefined)
    throw new RpcError('INVALID_ARGUMENT', `${name} holds no PEM certificate: expected a block "-----BEGIN CERTIFICATE-----"`);
  return [first, ...rest];
}

/**
 * The private key of a PEM text.
 *
 * @throws RpcError `INVALID_ARGUMENT` when there is none, it is protected by a passphrase, or it cannot be read.
 */
export function parsePrivateKey(pem: Pem, name: string): KeyObject {
  const text = pemText(pem);
  if (!PRIVATE_KEY_BLOCK.test(text)) {
    throw new RpcError('INVALID_ARGUMENT', `${name} holds no PEM private key: expected a block "-----BEGIN PRIVATE KEY-----"`);
  }
  if (ENCRYPTED.test(text)) {
    throw new RpcError(
      'INVALID_ARGUMENT',
      `${name} is protected by a passphrase; write it without one: openssl pkey -in ${name} -out plain_key.pem`,
    );
  }
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new RpcError('INVALID_ARGUMENT', `${name} cannot be read as a private key: ${messageOf(cause)}`, { cause });
  }
}

/** A certificate and the key that should belong to it, with what messages call them. */
export interface KeyPair {
  readonly cert: Pem;
  readonly key: Pem;
  readonly certName: string;
  readonly keyName: string;
}

/**
 * Checks that both parts can be read and belong together, and returns the leaf certificate.
 *
 * @throws RpcError `INVALID_ARGUMENT` naming the part that is wrong.
 */
export function checkKeyPair(pair: KeyPair): X509Certificate {
  const [leaf] = parseCertificates(pair.cert, pair.certName);
  const key = parsePrivateKey(pair.key, pair.keyName);
  if (leaf.checkPrivateKey(key)) return leaf;
  throw new RpcError(
    'INVALID_ARGUMENT',
    `The private key ${pair.keyName} does not belong to the certificate ${pair.certName} (${subjectOf(leaf)}): pass the two that were made together`,
  );
}

/** PEM as text, whichever way it was given. */
export function pemText(pem: Pem): string {
  return typeof pem === 'string' ? pem : Buffer.from(pem.buffer, pem.byteOffset, pem.byteLength).toString('latin1');
}

/** The subject of a certificate on one line, for messages. */
export function subjectOf(certificate: X509Certificate): string {
  return certificate.subject.replaceAll('\n', ', ') || 'no subject';
}

function parseCertificate(block: string, name: string): X509Certificate {
  try {
    return new X509Certificate(block);
  } catch (cause) {
    throw new RpcError('INVALID_ARGUMENT', `${name} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

const CERTIFICATE_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const PRIVATE_KEY_BLOCK = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/;
