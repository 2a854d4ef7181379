import type { Transport } from '../../src/ports/transport.ts';
import { quicTransport } from '../../src/transports/quic/quic-transport.ts';
import { tlsTransport } from '../../src/transports/tls/tls-transport.ts';

/** A transport by the name it has in options. */
export function transportOf(name: 'quic' | 'tls'): Transport {
  return name === 'quic' ? quicTransport() : tlsTransport();
}
