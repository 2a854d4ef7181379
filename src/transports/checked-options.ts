import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { checkKeyPair, parseCertificates } from '../certs/pem.ts';
import { expectInteger, expectText, invalidArgument } from '../errors/expect.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { ConnectOptions, ListenerIdentity, ListenOptions } from '../ports/transport.ts';
import { type HostPort, parseAddress } from '../util/address.ts';
import { type CheckedIdentities, type CheckedIdentity, toPemBuffer } from './checked-identities.ts';

/** The options of `listen` for a transport with TLS, checked, with defaults. */
export interface CheckedListenOptions {
  readonly alpn: string;
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
  readonly clientAuth: 'none' | 'request' | 'require';
  readonly maxConnections: number;
  readonly idleTimeoutMs: number;
}

/**
 * Checks everything that can be checked before TLS sees it: the messages of engines for a bad certificate say only that TLS failed, and after a failed start
 * the QUIC engine keeps the process alive.
 *
 * @throws RpcError `INVALID_ARGUMENT`
 */
export function checkListenOptions(options: ListenOptions): CheckedListenOptions {
  const { cert, key, ca, clientAuth = 'none', maxConnections = DEFAULT_MAX_CONNECTIONS, idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS } = options;
  expectText('alpn', options.alpn);
  expectInteger('maxConnections', maxConnections, 1);
  expectInteger('idleTimeoutMs', idleTimeoutMs, 1);
  if (cert === undefined)
    throw invalidArgument(
      'cert',
      'a PEM certificate (there is no connection without TLS; make one with: npx rpcnet certs --out certs)',
      cert,
    );
  if (key === undefined) throw invalidArgument('key', 'the PEM private key of the certificate', key);
  checkKeyPair({ cert, key, certName: 'cert', keyName: 'key' });
  const checked = {
    alpn: options.alpn,
    cert: toPemBuffer(cert),
    key: toPemBuffer(key),
    clientAuth,
    maxConnections,
    idleTimeoutMs,
  };
  // The QUIC engine refuses a ca that it would not use.
  if (clientAuth === 'none') return checked;
  if (ca === undefined)
    throw invalidArgument('ca', `the PEM certificates of who may sign client certificates (clientAuth is "${clientAuth}")`, ca);
  parseCertificates(ca, 'ca');
  return { ...checked, ca: toPemBuffer(ca) };
}

/**
 * The options of a listener with another identity, checked again as for a new listener and by OpenSSL.
 *
 * @throws RpcError `INVALID_ARGUMENT`
 */
export function withIdentity<T extends CheckedListenOptions>(options: T, identity: ListenerIdentity): T {
  const { cert, key, ca = options.ca } = identity;
  const { alpn, clientAuth } = options;
  const checked = checkListenOptions({
    address: '',
    alpn,
    clientAuth,
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    onConnection: () => undefined,
  });
  try {
    createSecureContext({ cert: checked.cert, key: checked.key });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RpcError('INVALID_ARGUMENT', `TLS cannot use the new certificate: ${reason}`, { cause });
  }
  return { ...options, cert: checked.cert, key: checked.key, ...(checked.ca === undefined ? {} : { ca: checked.ca }) };
}

/** The options of `connect` for a transport with TLS, checked, with defaults. */
export interface CheckedConnectOptions extends CheckedIdentity {
  readonly alpn: string;
  readonly serverName: string;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** @throws RpcError `INVALID_ARGUMENT` */
export function checkConnectOptions(options: ConnectOptions, identities: CheckedIdentities): CheckedConnectOptions {
  const { ca, cert, key, serverName = DEFAULT_SERVER_NAME, connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options;
  const { idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS } = options;
  expectText('alpn', options.alpn);
  expectText('serverName', serverName);
  expectInteger('connectTimeoutMs', connectTimeoutMs, 1);
  expectInteger('idleTimeoutMs', idleTimeoutMs, 1);
  if (isIP(serverName) !== 0)
    throw invalidArgument('serverName', 'a DNS name that the certificate carries (IP addresses are not matched)', serverName);
  return { alpn: options.alpn, serverName, connectTimeoutMs, idleTimeoutMs, ...identities.check({ ca, cert, key }) };
}

/** Splits an address that can be listened on or connected to. @throws RpcError `INVALID_ARGUMENT` */
export function expectAddress(address: string, minPort: 0 | 1): HostPort {
  const parsed = parseAddress(address);
  if (parsed === undefined || parsed.port < minPort) {
    throw invalidArgument('address', `host:port with a port from ${minPort} to 65535 ([host]:port for IPv6)`, address);
  }
  return parsed;
}

/** After this long without a sign of the peer a connection is given up. */
const DEFAULT_IDLE_TIMEOUT_MS = 30_000;
const DEFAULT_SERVER_NAME = 'localhost';
const DEFAULT_CONNECT_TIMEOUT_MS = 5000;
const DEFAULT_MAX_CONNECTIONS = 10_000;
