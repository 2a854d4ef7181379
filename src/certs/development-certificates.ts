import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { Extension, JsonGeneralName } from '@peculiar/x509';
import { expectInteger, expectText, invalidArgument } from '../errors/expect.ts';
import { loadX509Library, type X509Library } from './x509-library.ts';

/** What a made certificate says; every option has a default. */
export interface DevelopmentCertificateOptions {
  /** DNS names and IP addresses beside `localhost`, `127.0.0.1` and `::1`. */
  readonly hosts?: readonly string[];
  /** For how many days both certificates are valid. Default 365, minimum 1. */
  readonly days?: number;
  /** The common name of the node's certificate, which handlers see as the peer's name. Default `localhost`. */
  readonly commonName?: string;
  /** The present, in milliseconds since 1970. Default: the machine's clock. */
  readonly nowMs?: number;
}

/** A certificate and its private key, as PEM texts. */
export interface MadeCertificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority of one's own and a certificate for a node, signed by it, that serves both as a server's and as a client's. */
export interface DevelopmentCertificates {
  readonly ca: MadeCertificate;
  readonly node: MadeCertificate;
}

/** An authority that can sign. */
export interface DevelopmentAuthority extends MadeCertificate {
  /** Signs a new certificate with a new key. */
  issue(options?: DevelopmentCertificateOptions): Promise<MadeCertificate>;
}

/**
 * Makes an authority and a node certificate (EC P-256) for development and tests. Not for production: the authority's key is just a file.
 *
 * @throws RpcError `INVALID_ARGUMENT` for an option that cannot be used.
 * @example
 * const { ca, node } = await createDevelopmentCertificates({ hosts: ['worker.local'] });
 * const server = new Server({ cert: node.cert, key: node.key });
 */
export async function createDevelopmentCertificates(options: DevelopmentCertificateOptions = {}): Promise<DevelopmentCertificates> {
  const authority = await createDevelopmentAuthority(options);
  return { ca: { cert: authority.cert, key: authority.key }, node: await authority.issue(options) };
}

/** Makes an authority alone, to sign several certificates with. Only `days` and `nowMs` of the options concern it. */
export async function createDevelopmentAuthority(options: DevelopmentCertificateOptions = {}): Promise<DevelopmentAuthority> {
  checkOptions(options);
  const x509 = await loadX509Library();
  const keys = await generateKeys();
  // Two authorities of the same name would make TLS libraries report a bad signature instead of an unknown authority.
  const name = [{ CN: [`RpcNet development CA ${randomBytes(4).toString('hex')}`] }];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(options),
    serialNumber: randomSerial(),
    name,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const issue = async (leafOptions: DevelopmentCertificateOptions = {}): Promise<MadeCertificate> => {
    checkOptions(leafOptions);
    const leafKeys = await generateKeys();
    const leaf = await x509.X509CertificateGenerator.create({
      ...validity(leafOptions),
      serialNumber: randomSerial(),
      subject: [{ CN: [leafOptions.commonName ?? DEFAULT_COMMON_NAME] }],
      issuer: certificate.subject,
      publicKey: leafKeys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: await leafExtensions(x509, { hosts: leafOptions.hosts ?? [], own: leafKeys.publicKey, issuer: keys.publicKey }),
    });
    return { cert: leaf.toString('pem').concat('\n'), key: keyPem(leafKeys) };
  };
  return { cert: certificate.toString('pem').concat('\n'), key: keyPem(keys), issue };
}

function checkOptions(options: DevelopmentCertificateOptions): void {
  if (options.days !== undefined) expectInteger('days', options.days, 1);
  if (options.commonName !== undefined) expectText('commonName', options.commonName);
  options.hosts?.forEach((host, index) => {
    if (isIP(host) === 0 && !DNS_NAME.test(host)) throw invalidArgument(`hosts[${index}]`, 'a DNS name or an IP address', host);
  });
}

interface LeafNames {
  readonly hosts: readonly string[];
  readonly own: webcrypto.CryptoKey;
  readonly issuer: webcrypto.CryptoKey;
}

async function leafExtensions(x509: X509Library, { hosts, own, issuer }: LeafNames): Promise<Extension[]> {
  const names = [...new Set([...ALWAYS_NAMED, ...hosts])];
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    new x509.SubjectAlternativeNameExtension(names.map(toGeneralName)),
    await x509.SubjectKeyIdentifierExtension.create(own),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
  ];
}

function toGeneralName(host: string): JsonGeneralName {
  return { type: isIP(host) === 0 ? 'dns' : 'ip', value: host };
}

function validity(options: DevelopmentCertificateOptions): { notBefore: Date; notAfter: Date } {
  const nowMs = options.nowMs ?? Date.now();
  const days = options.days ?? DEFAULT_DAYS;
  return { notBefore: new Date(nowMs - CLOCK_TOLERANCE_MS), notAfter: new Date(nowMs + days * DAY_MS) };
}

/** 16 random bytes, positive and without a leading zero byte as RFC 5280 (4.1.2.2) wants it. */
function randomSerial(): string {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial.toString('hex');
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function keyPem(keys: webcrypto.CryptoKeyPair): string {
  return KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const ALWAYS_NAMED: readonly string[] = ['localhost', '127.0.0.1', '::1'];
const DEFAULT_COMMON_NAME = 'localhost';
const DEFAULT_DAYS = 365;
const DNS_NAME = /^(?:\*\.)?(?:[\w-]{1,63}\.)*[\w-]{1,63}$/;
const DAY_MS = 86_400_000;

/** Machines whose clock is a little behind should accept a certificate made a moment ago. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
