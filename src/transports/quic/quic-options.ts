import { isIP } from 'node:net';
import { checkKeyPair, parseCertificates } from '../../certs/pem.ts';
import { expectInteger, expectText, invalidArgument } from '../../errors/expect.ts';
import type { ConnectOptions, ListenOptions, Pem } from '../../ports/transport.ts';
import { type HostPort, parseAddress } from '../../util/address.ts';
import { DEFAULT_IDLE_TIMEOUT_MS, systemAuthorities, toEnginePem } from './quic-engine.ts';

/** The options of `listen`, checked, with defaults, as the engine takes them. */
export interface CheckedListenOptions {
  readonly alpn: string[];
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
  readonly clientAuth: 'none' | 'request' | 'require';
  readonly maxConnections: number;
  readonly maxIdleTimeoutMs: number;
}

/**
 * Checks everything that can be checked before the engine sees it: its own message for a bad certificate says only that TLS failed, and after a failed start it
 * keeps the process alive.
 *
 * @throws RpcError `INVALID_ARGUMENT`
 */
export function checkListenOptions(options: ListenOptions): CheckedListenOptions {
  const { cert, key, ca, clientAuth = 'none', maxConnections = DEFAULT_MAX_CONNECTIONS, idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS } = options;
  expectText('alpn', options.alpn);
  expectInteger('maxConnections', maxConnections, 1);
  expectInteger('idleTimeoutMs', idleTimeoutMs, 1);
  if (cert === undefined)
    throw invalidArgument('cert', 'a PEM certificate (QUIC is never without TLS; make one with: npx rpcnet certs --out certs)', cert);
  if (key === undefined) throw invalidArgument('key', 'the PEM private key of the certificate', key);
  checkKeyPair({ cert, key, certName: 'cert', keyName: 'key' });
  const checked = {
    alpn: [options.alpn],
    cert: toEnginePem(cert),
    key: toEnginePem(key),
    clientAuth,
    maxConnections,
    maxIdleTimeoutMs: idleTimeoutMs,
  };
  // The engine refuses a ca that it would not use.
  if (clientAuth === 'none') return checked;
  if (ca === undefined)
    throw invalidArgument('ca', `the PEM certificates of who may sign client certificates (clientAuth is "${clientAuth}")`, ca);
  parseCertificates(ca, 'ca');
  return { ...checked, ca: toEnginePem(ca) };
}

/** The options of `connect`, checked, with defaults. */
export interface CheckedConnectOptions {
  readonly tls: { readonly alpn: string[]; readonly ca: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  readonly serverName: string;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Where trust comes from, for messages. */
  readonly trust: string;
}

/** @throws RpcError `INVALID_ARGUMENT` */
export function checkConnectOptions(options: ConnectOptions): CheckedConnectOptions {
  const { ca, cert, key, serverName = DEFAULT_SERVER_NAME, connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options;
  const { idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS } = options;
  expectText('alpn', options.alpn);
  expectText('serverName', serverName);
  expectInteger('connectTimeoutMs', connectTimeoutMs, 1);
  expectInteger('idleTimeoutMs', idleTimeoutMs, 1);
  if (isIP(serverName) !== 0)
    throw invalidArgument('serverName', 'a DNS name that the certificate carries (the engine does not match IP addresses)', serverName);
  const trusted = ca === undefined ? systemAuthorities() : toEnginePem(ca);
  const tls = { alpn: [options.alpn], ca: trusted, ...checkOwnCertificate(cert, key) };
  return { tls, serverName, connectTimeoutMs, idleTimeoutMs, trust: describeTrust(ca) };
}

/** Splits an address that can be listened on or connected to. @throws RpcError `INVALID_ARGUMENT` */
export function expectAddress(address: string, minPort: 0 | 1): HostPort {
  const parsed = parseAddress(address);
  if (parsed === undefined || parsed.port < minPort) {
    throw invalidArgument('address', `host:port with a port from ${minPort} to 65535 ([host]:port for IPv6)`, address);
  }
  return parsed;
}

function checkOwnCertificate(cert: Pem | undefined, key: Pem | undefined): { cert?: Buffer; key?: Buffer } {
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined) throw invalidArgument('cert', 'the PEM certificate of the given key', cert);
  if (key === undefined) throw invalidArgument('key', 'the PEM private key of the given certificate', key);
  checkKeyPair({ cert, key, certName: 'cert', keyName: 'key' });
  return { cert: toEnginePem(cert), key: toEnginePem(key) };
}

function describeTrust(ca: Pem | undefined): string {
  if (ca === undefined) return 'an authority that Node.js ships; pass ca for one of your own';
  const certificates = parseCertificates(ca, 'ca');
  if (certificates.some((certificate) => certificate.ca || certificate.checkIssued(certificate))) return 'the given ca';
  return 'the given ca, which is neither an authority nor self-signed: pass the certificate of the authority that signed it';
}

const DEFAULT_SERVER_NAME = 'localhost';
const DEFAULT_CONNECT_TIMEOUT_MS = 5000;
const DEFAULT_MAX_CONNECTIONS = 10_000;
