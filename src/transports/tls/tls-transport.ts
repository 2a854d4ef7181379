import type { Transport } from '../../ports/transport.ts';
import { CheckedIdentities } from '../checked-identities.ts';
import { TicketStore } from '../ticket-store.ts';
import { TlsContexts } from './tls-contexts.ts';
import { dialTls } from './tls-dial.ts';
import { listenTls } from './tls-listener.ts';

/**
 * TLS 1.3 on TCP, for where UDP does not pass or the QUIC engine has no binary.
 *
 * One socket carries all lanes of a connection, told apart by the header of each record (`tls-record.ts`). Sockets of their own would multiply handshakes and file
 * descriptors and gain little: TCP holds up everything behind a lost packet anyway, and large messages take turns on one lane. Because of that {@link Connection.usefulLanes}
 * is 1 here, and calls keep to the first lane.
 *
 * Each transport made here keeps its own session tickets for later connections to the same servers.
 */
export function tlsTransport(): Transport {
  const state = { tickets: new TicketStore(), contexts: new TlsContexts(), identities: new CheckedIdentities() };
  return { name: 'tls', listen: listenTls, connect: (address, options, signal) => dialTls({ address, options, ...state, signal }) };
}
