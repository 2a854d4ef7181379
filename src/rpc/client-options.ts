import { type CallSettings, DEFAULT_CALL_SETTINGS } from '../call/call-settings.ts';
import { expectInteger, expectText, invalidArgument } from '../errors/expect.ts';
import type { Pem, Transport } from '../ports/transport.ts';
import { MIN_CREDIT_BYTES, MOST_METADATA_BYTES } from '../wire/limits.ts';
import type { ClientInterceptor } from './interceptor.ts';

/** Settings of a client; every one optional. */
export interface RpcClientOptions extends Partial<Omit<CallSettings, 'helloTimeoutMs'>> {
  /** PEM of the authority that signed the server's certificate, or of that certificate itself (pinned). Default: the system's authorities. */
  readonly ca?: Pem;
  /** This side's certificate and key (PEM), shown when the server asks for one. */
  readonly cert?: Pem;
  readonly key?: Pem;
  /** The DNS name that the server's certificate must carry. Default `localhost`. */
  readonly serverName?: string;
  /** Connecting, handshake included, may take this long. Default 5,000 ms. */
  readonly connectTimeoutMs?: number;
  /** A connection without any traffic ends after this. Default 30,000 ms; keep-alive pings are sent in time to prevent it. */
  readonly idleTimeoutMs?: number;
  /** Deadline of unary calls that name none, in milliseconds; 0 is no deadline. Default 30,000. */
  readonly defaultTimeoutMs?: number;
  /**
   * What a call does while there is no connection: `wait` until its deadline while the client reconnects (default), or `fail` with `UNAVAILABLE`
   * when the next attempt to connect fails, for callers that have somewhere else to go.
   */
  readonly whenDisconnected?: 'wait' | 'fail';
  /** Calls that may wait for a connection at the same time; above it they fail with `RESOURCE_EXHAUSTED` at once. Default 10,000. */
  readonly maxWaitingCalls?: number;
  /**
   * Whether clients of this process with the same address, certificates and settings use one connection. Each still has its own `close()`, state and
   * defaults. Default: true where a connection is dear (QUIC: a thread and 2.5 MB each), else false.
   */
  readonly shareConnection?: boolean;
  /** What every call of this client passes through; the first is the outermost. Default: none. */
  readonly interceptors?: readonly ClientInterceptor[];
  /** How bytes travel. Default: QUIC. */
  readonly transport?: Transport;
}

/** The options with every default filled in. */
export interface ClientSettings extends CallSettings {
  readonly ca?: Pem;
  readonly cert?: Pem;
  readonly key?: Pem;
  readonly serverName: string;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly defaultTimeoutMs: number;
  readonly whenDisconnected: 'wait' | 'fail';
  readonly maxWaitingCalls: number;
  readonly shareConnection: boolean | undefined;
}

/** Fills in defaults and checks. @throws RpcError `INVALID_ARGUMENT` naming the option, what was expected and what came. */
export function resolveClientOptions(options: RpcClientOptions): ClientSettings {
  const connectTimeoutMs = options.connectTimeoutMs ?? 5_000;
  const idleTimeoutMs = options.idleTimeoutMs ?? 30_000;
  const settings: ClientSettings = {
    ...resolveCallSettings({ ...options, helloTimeoutMs: connectTimeoutMs }, idleTimeoutMs),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.cert === undefined ? {} : { cert: options.cert }),
    ...(options.key === undefined ? {} : { key: options.key }),
    serverName: options.serverName ?? 'localhost',
    connectTimeoutMs,
    idleTimeoutMs,
    defaultTimeoutMs: options.defaultTimeoutMs ?? 30_000,
    whenDisconnected: options.whenDisconnected ?? 'wait',
    maxWaitingCalls: options.maxWaitingCalls ?? 10_000,
    shareConnection: options.shareConnection,
  };
  expectInteger('connectTimeoutMs', settings.connectTimeoutMs, 1);
  expectInteger('idleTimeoutMs', settings.idleTimeoutMs, 1);
  expectInteger('defaultTimeoutMs', settings.defaultTimeoutMs, 0);
  expectInteger('maxWaitingCalls', settings.maxWaitingCalls, 0);
  expectText('serverName', settings.serverName);
  if ((settings.cert === undefined) !== (settings.key === undefined)) {
    throw invalidArgument('cert and key', 'given together', settings.cert === undefined ? 'a key alone' : 'a certificate alone');
  }
  return settings;
}

/** The settings of the call engine that client and server share, checked. */
export function resolveCallSettings(options: Partial<CallSettings>, idleTimeoutMs: number): CallSettings {
  const settings: CallSettings = {
    maxMessageBytes: options.maxMessageBytes ?? DEFAULT_CALL_SETTINGS.maxMessageBytes,
    maxMetadataBytes: options.maxMetadataBytes ?? DEFAULT_CALL_SETTINGS.maxMetadataBytes,
    callCreditBytes: options.callCreditBytes ?? DEFAULT_CALL_SETTINGS.callCreditBytes,
    connectionCreditBytes: options.connectionCreditBytes ?? DEFAULT_CALL_SETTINGS.connectionCreditBytes,
    maxLanes: options.maxLanes ?? DEFAULT_CALL_SETTINGS.maxLanes,
    maxCalls: options.maxCalls ?? DEFAULT_CALL_SETTINGS.maxCalls,
    keepAliveMs: options.keepAliveMs ?? DEFAULT_CALL_SETTINGS.keepAliveMs,
    livenessTimeoutMs: options.livenessTimeoutMs ?? DEFAULT_CALL_SETTINGS.livenessTimeoutMs,
    helloTimeoutMs: options.helloTimeoutMs ?? DEFAULT_CALL_SETTINGS.helloTimeoutMs,
  };
  expectInteger('maxMessageBytes', settings.maxMessageBytes, 1);
  expectInteger('maxMetadataBytes', settings.maxMetadataBytes, 1);
  if (settings.maxMetadataBytes > MOST_METADATA_BYTES)
    throw invalidArgument('maxMetadataBytes', `at most ${MOST_METADATA_BYTES}: metadata travels in one frame`, settings.maxMetadataBytes);
  expectInteger('callCreditBytes', settings.callCreditBytes, MIN_CREDIT_BYTES);
  expectInteger('connectionCreditBytes', settings.connectionCreditBytes, MIN_CREDIT_BYTES);
  expectInteger('maxLanes', settings.maxLanes, 1);
  expectInteger('maxCalls', settings.maxCalls, 1);
  expectInteger('keepAliveMs', settings.keepAliveMs, 1);
  expectInteger('livenessTimeoutMs', settings.livenessTimeoutMs, 1);
  // A ping must come well before the transport gives the connection up.
  return { ...settings, keepAliveMs: Math.min(settings.keepAliveMs, Math.ceil(idleTimeoutMs / 2)) };
}
