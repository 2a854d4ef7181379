import { invalidArgument } from './errors/expect.ts';
import type { Logger } from './ports/logger.ts';
import type { Transport } from './ports/transport.ts';
import { systemLogger } from './system/console-logger.ts';
import { autoTransport } from './transports/auto/auto-transport.ts';
import { quicTransport } from './transports/quic/quic-transport.ts';
import { tlsTransport } from './transports/tls/tls-transport.ts';

/**
 * How bytes travel. `auto`: QUIC, and TLS on TCP where QUIC does not pass; a server listens with both on the same port. `quic` and `tls` pin one. Or a transport
 * of your own.
 */
export type TransportChoice = 'auto' | 'quic' | 'tls' | Transport;

/** The transport for a choice; `auto` when there is none. @throws RpcError `INVALID_ARGUMENT` */
export function chooseTransport(choice: TransportChoice = 'auto', logger: Logger = systemLogger): Transport {
  switch (choice) {
    case 'auto':
      return autoTransport({ logger });
    case 'quic':
      return quicTransport();
    case 'tls':
      return tlsTransport();
    default:
      // From JavaScript it may be anything.
      if (typeof choice !== 'object' || choice === null || typeof choice.connect !== 'function')
        throw invalidArgument('transport', '"auto", "quic", "tls" or a transport', choice);
      return choice;
  }
}
