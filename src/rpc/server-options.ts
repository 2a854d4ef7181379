import type { CallSettings } from '../call/call-settings.ts';
import { expectInteger, invalidArgument } from '../errors/expect.ts';
import type { ClientAuth, Pem, Transport } from '../ports/transport.ts';
import { resolveCallSettings } from './client-options.ts';

/** Settings of a server. Certificate and key are needed, the rest is optional. */
export interface RpcServerOptions extends Partial<CallSettings> {
  /** PEM certificate chain, leaf first. */
  readonly cert: Pem;
  /** PEM private key of the leaf. */
  readonly key: Pem;
  /** PEM of the authority that signs client certificates. Needed for `request` and `require`. */
  readonly ca?: Pem;
  /** Whether clients are asked for a certificate. Default: `request` when `ca` is given, else `none`. */
  readonly clientAuth?: ClientAuth;
  /** Connections above this are refused. Default 10,000. */
  readonly maxConnections?: number;
  /** A connection without any traffic ends after this. Default 30,000 ms. */
  readonly idleTimeoutMs?: number;
  /** How bytes travel. Default: QUIC. */
  readonly transport?: Transport;
}

/** The options with every default filled in. */
export interface ServerSettings extends CallSettings {
  readonly cert: Pem;
  readonly key: Pem;
  readonly ca?: Pem;
  readonly clientAuth: ClientAuth;
  readonly maxConnections: number;
  readonly idleTimeoutMs: number;
}

/** Fills in defaults and checks. @throws RpcError `INVALID_ARGUMENT` naming the option, what was expected and what came. */
export function resolveServerOptions(options: RpcServerOptions): ServerSettings {
  const idleTimeoutMs = options.idleTimeoutMs ?? 30_000;
  const settings: ServerSettings = {
    ...resolveCallSettings(options, idleTimeoutMs),
    cert: options.cert,
    key: options.key,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    clientAuth: options.clientAuth ?? (options.ca === undefined ? 'none' : 'request'),
    maxConnections: options.maxConnections ?? 10_000,
    idleTimeoutMs,
  };
  expectPem('cert', settings.cert);
  expectPem('key', settings.key);
  expectInteger('maxConnections', settings.maxConnections, 1);
  expectInteger('idleTimeoutMs', settings.idleTimeoutMs, 1);
  if (settings.clientAuth !== 'none' && settings.ca === undefined) {
    throw invalidArgument('ca', `given, because clientAuth is "${settings.clientAuth}"`, settings.ca);
  }
  return settings;
}

function expectPem(name: string, value: unknown): void {
  if ((typeof value === 'string' && value.length > 0) || (value instanceof Uint8Array && value.length > 0)) return;
  throw invalidArgument(name, 'PEM text (make development certificates with: npx rpcnet certs --out certs)', value);
}
