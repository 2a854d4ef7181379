import type { Transport } from '../../src/ports/transport.ts';
import { autoTransport } from '../../src/transports/auto/auto-transport.ts';
import { quicTransport } from '../../src/transports/quic/quic-transport.ts';
import { tlsTransport } from '../../src/transports/tls/tls-transport.ts';

/** The transports that go over real sockets, by the names that scripts in other processes are given. */
export type TransportName = 'quic' | 'tls' | 'auto';

export function createTransport(name: TransportName): Transport {
  return { quic: quicTransport, tls: tlsTransport, auto: autoTransport }[name]();
}
