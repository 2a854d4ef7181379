import type { Logger } from '../../ports/logger.ts';
import type { Transport } from '../../ports/transport.ts';
import { quicTransport } from '../quic/quic-transport.ts';
import { tlsTransport } from '../tls/tls-transport.ts';
import { AutoDialer } from './auto-dial.ts';
import { listenAuto } from './auto-listener.ts';

/** What `autoTransport` is made of; tests and special networks replace parts. */
export interface AutoTransportOptions {
  readonly quic?: Transport;
  readonly tls?: Transport;
  /** How long QUIC is tried alone before TLS joins in. Default 300. */
  readonly headStartMs?: number;
  /** How long an address that only TLS reached is tried with TLS first. Default 60,000. */
  readonly rememberMs?: number;
  /** Hears when QUIC cannot be used. Default: nobody. */
  readonly logger?: Logger;
}

/**
 * QUIC where it passes, TLS on TCP where it does not.
 *
 * A server listens with both on the same port number. A client begins with QUIC; when that has no connection after `headStartMs`, or fails for another reason than a
 * refusal by TLS, TLS joins in. The first to finish its handshake wins, the other is dropped. Where TLS won, it goes first for the next `rememberMs`, so that a network
 * without UDP costs the wait once and not at every reconnect; after that QUIC has its chance again.
 *
 * On a machine for which the QUIC engine has no binary it is TLS alone, with one line in the log.
 */
export function autoTransport(options: AutoTransportOptions = {}): Transport {
  const { quic = quicTransport(), tls = tlsTransport(), logger, headStartMs = HEAD_START_MS, rememberMs = REMEMBER_MS } = options;
  const dialer = new AutoDialer({ quic, tls, headStartMs, rememberMs, logger });
  return {
    name: 'auto',
    // One of its own parts or times connects in its own way.
    ...(isUsual(options) ? { sharing: 'auto' } : {}),
    listen: (listenOptions) => listenAuto({ quic, tls, logger }, listenOptions),
    connect: (address, connectOptions, signal) => dialer.connect(address, connectOptions, signal),
  };
}

function isUsual({ quic, tls, headStartMs = HEAD_START_MS, rememberMs = REMEMBER_MS }: AutoTransportOptions): boolean {
  return quic === undefined && tls === undefined && headStartMs === HEAD_START_MS && rememberMs === REMEMBER_MS;
}

const HEAD_START_MS = 300;
const REMEMBER_MS = 60_000;
