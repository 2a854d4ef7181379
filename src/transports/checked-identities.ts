import { checkKeyPair, parseCertificates } from '../certs/pem.ts';
import { invalidArgument } from '../errors/expect.ts';
import type { Pem } from '../ports/transport.ts';

/** What this side of a connection trusts and shows. Without `ca` the authorities that Node.js ships are trusted. */
export interface OwnIdentity {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** An identity that was found to be good. */
export interface CheckedIdentity {
  readonly identity: OwnIdentity;
  /** Where trust comes from, for messages. */
  readonly trust: string;
}

/** An identity as it was given. */
export interface GivenIdentity {
  readonly ca?: Pem | undefined;
  readonly cert?: Pem | undefined;
  readonly key?: Pem | undefined;
}

/**
 * Checks what connections are to show and to trust, and remembers the last few that were good: reading certificates and a key takes longer than a
 * handshake, and a node of a cluster connects to many others with the same ones.
 */
export class CheckedIdentities {
  /** The one used last comes first. */
  #known: readonly CheckedIdentity[] = [];

  /** @throws RpcError `INVALID_ARGUMENT` naming the part that is wrong. */
  check(given: GivenIdentity): CheckedIdentity {
    const identity = toIdentity(given);
    const known = this.#known.find((entry) => isSameIdentity(entry.identity, identity)) ?? checkIdentity(given, identity);
    if (this.#known[0] !== known) this.#known = [known, ...this.#known.filter((entry) => entry !== known)].slice(0, MAX_KNOWN);
    return known;
  }
}

/** The bytes of PEM, not to be changed. */
export function toPemBuffer(pem: Pem): Buffer {
  return typeof pem === 'string' ? Buffer.from(pem) : Buffer.from(pem.buffer, pem.byteOffset, pem.byteLength);
}

function toIdentity({ ca, cert, key }: GivenIdentity): OwnIdentity {
  return {
    ...(ca === undefined ? {} : { ca: toPemBuffer(ca) }),
    ...(cert === undefined ? {} : { cert: toPemBuffer(cert) }),
    ...(key === undefined ? {} : { key: toPemBuffer(key) }),
  };
}

function checkIdentity({ ca, cert, key }: GivenIdentity, identity: OwnIdentity): CheckedIdentity {
  if (cert !== undefined || key !== undefined) {
    if (cert === undefined) throw invalidArgument('cert', 'the PEM certificate of the given key', cert);
    if (key === undefined) throw invalidArgument('key', 'the PEM private key of the given certificate', key);
    checkKeyPair({ cert, key, certName: 'cert', keyName: 'key' });
  }
  return { identity: copyOf(identity), trust: describeTrust(ca) };
}

/** Buffers belong to whoever gave them, and may be overwritten. */
function copyOf({ ca, cert, key }: OwnIdentity): OwnIdentity {
  return {
    ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
    ...(cert === undefined ? {} : { cert: Buffer.from(cert) }),
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
  };
}

function isSameIdentity(a: OwnIdentity, b: OwnIdentity): boolean {
  return isSamePart(a.ca, b.ca) && isSamePart(a.cert, b.cert) && isSamePart(a.key, b.key);
}

function isSamePart(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}

function describeTrust(ca: Pem | undefined): string {
  if (ca === undefined) return 'an authority that Node.js ships; pass ca for one of your own';
  const certificates = parseCertificates(ca, 'ca');
  if (certificates.some((certificate) => certificate.ca || certificate.checkIssued(certificate))) return 'the given ca';
  return 'the given ca, which is neither an authority nor self-signed: pass the certificate of the authority that signed it';
}

/** A process has one, or a new one beside the one before; more than that is somebody who talks to several clusters. */
const MAX_KNOWN = 8;
