import type { Transport } from '../../ports/transport.ts';
import { CheckedIdentities } from '../checked-identities.ts';
import { TicketStore } from '../ticket-store.ts';
import { dialQuic } from './quic-dial.ts';
import { listenQuic } from './quic-listener.ts';

/**
 * The default transport: raw QUIC streams of `@currentspace/http3`, the only importer of that engine.
 *
 * A lane is one bidirectional QUIC stream that lives as long as its connection. What the engine does badly is dealt with in this folder and named where it
 * is dealt with:
 *
 * | the engine | here |
 * |---|---|
 * | may lose the callback of a write made inside a `data` handler | `quic-lane.ts` defers such writes to the end of the tick |
 * | may lose a lone FIN; `destroy()` tells the peer nothing; cancelling reaches an idle peer late | no end of a lane means anything: lanes are never ended, and one that ends is `onEnd` |
 * | buffers without limit when a reader stops | nothing here: callbacks take the bytes at once, and the layer above limits the sender by credit |
 * | throws at the limit of streams, only on the client | `quic-connection.ts` counts on both sides |
 * | drops what is not sent yet when a session is closed | nothing here: the layer above drains first |
 * | lets `connect` resolve before the server has judged the client's certificate | the close that follows has `isTlsRefusal` and a reason |
 * | says nothing of why TLS failed but a number in the close event | `quic-error.ts` reads the TLS alert out of it |
 * | notices a dead port only by time | `connectTimeoutMs`, 5 s by default |
 * | matches only DNS names of a certificate | `serverName` is always a DNS name, `localhost` by default |
 * | keeps the process alive after a failed `listen` | `quic-listener.ts` tries the address with a plain socket and checks certificate and key first |
 * | cannot tell why when a server closes before it has seen the client's last handshake packet | `quic-error.ts` says so: code 0, `by` the remote side |
 * | closes what a closing server has not shown yet with words of its own | `quic-error.ts` translates them |
 * | costs a thread and 2.5 MB a client session | a session is closed on every way out; share connections |
 * | emits `error` on streams, sessions and servers | each has a listener from the moment it exists |
 * | has no keepalive | nothing here: the layer above pings |
 *
 * Each transport made here keeps its own session tickets for later connections to the same servers. The engine does not tell whether one was accepted (`isResumed` is
 * undefined), and opens no stream before its handshake is complete, so there is no early data (0-RTT).
 *
 * Beside these: a client cannot see the server's certificate (`peer.certificate` is undefined there, though it was verified), and a pinned certificate
 * must be self-signed: one that an authority has signed is trusted by that authority's certificate only.
 */
export function quicTransport(): Transport {
  const state = { tickets: new TicketStore(), identities: new CheckedIdentities() };
  return {
    name: 'quic',
    sharing: 'quic',
    listen: listenQuic,
    connect: (address, options, signal) => dialQuic({ address, options, ...state, signal }),
  };
}
