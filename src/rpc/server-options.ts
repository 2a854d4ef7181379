import type { CallSettings } from '../call/call-settings.ts';
import { expectInteger, invalidArgument } from '../errors/expect.ts';
import type { ClientAuth, Pem, Transport } from '../ports/transport.ts';
import { resolveCallSettings } from './client-options.ts';
import type { ServerInterceptor } from './interceptor.ts';

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
  /** Calls served at once, all connections together; `maxCalls` is the limit of one connection. Default 65,536. A stream counts for as long as it lasts. */
  readonly maxServerCalls?: number;
  /** What a call that is refused because of `maxCalls` or `maxServerCalls` is told to wait, in milliseconds, give or take a half. Default 200. */
  readonly overloadRetryAfterMs?: number;
  /** A connection without any traffic ends after this. Default 30,000 ms. */
  readonly idleTimeoutMs?: number;
  /** Answers health checks over the network (`HealthClient`). Default false. */
  readonly health?: boolean;
  /** Tells clients which services there are, with the types of their methods (`ReflectionClient`). Default false. */
  readonly reflection?: boolean;
  /** What every call passes through before its handler; the first is the outermost. Default: none. */
  readonly interceptors?: readonly ServerInterceptor[];
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
  readonly maxServerCalls: number;
  readonly overloadRetryAfterMs: number;
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
    maxConnections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    maxServerCalls: options.maxServerCalls ?? DEFAULT_MAX_SERVER_CALLS,
    overloadRetryAfterMs: options.overloadRetryAfterMs ?? 200,
    idleTimeoutMs,
  };
  expectPem('cert', settings.cert);
  expectPem('key', settings.key);
  expectInteger('maxConnections', settings.maxConnections, 1);
  expectInteger('maxServerCalls', settings.maxServerCalls, 1);
  expectInteger('overloadRetryAfterMs', settings.overloadRetryAfterMs, 1);
  expectInteger('idleTimeoutMs', settings.idleTimeoutMs, 1);
  if (settings.clientAuth !== 'none' && settings.ca === undefined) {
    throw invalidArgument('ca', `given, because clientAuth is "${settings.clientAuth}"`, settings.ca);
  }
  return settings;
}

const DEFAULT_MAX_CONNECTIONS = 10_000;
const DEFAULT_MAX_SERVER_CALLS = 65_536;

function expectPem(name: string, value: unknown): void {
  if ((typeof value === 'string' && value.length > 0) || (value instanceof Uint8Array && value.length > 0)) return;
  throw invalidArgument(name, 'PEM text (make development certificates with: npx rpcnet certs --out certs)', value);
}
