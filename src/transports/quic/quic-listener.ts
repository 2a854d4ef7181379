import { toPeerCertificate } from '../../certs/peer-certificate.ts';
import type { Connection, Listener, ListenOptions, Peer } from '../../ports/transport.ts';
import { formatAddress } from '../../util/address.ts';
import { udpNetwork } from '../udp/udp-network.ts';
import { QuicConnection } from './quic-connection.ts';
import { ENGINE_OPTIONS, loadEngine, MAX_LANES } from './quic-engine.ts';
import { listenError } from './quic-error.ts';
import { type CheckedListenOptions, checkListenOptions, expectAddress } from './quic-options.ts';
import { resolveHost } from './resolve-host.ts';

type EngineServer = import('@currentspace/http3').QuicServer;
type EngineServerSession = import('@currentspace/http3').QuicServerSession;

/**
 * Starts a QUIC server.
 *
 * @throws RpcError `ALREADY_EXISTS` port in use, `PERMISSION_DENIED` port needs a privilege, `INVALID_ARGUMENT` options or address, `UNAVAILABLE` else.
 */
export async function listenQuic(options: ListenOptions): Promise<Listener> {
  const { host, port } = expectAddress(options.address, 0);
  const checked = checkListenOptions(options);
  const engine = await loadEngine();
  const [ip] = await resolveHost(host);
  await probePort(ip, port);
  const { ca, ...rest } = checked;
  const server = engine.createQuicServer({
    ...ENGINE_OPTIONS,
    ...rest,
    ...(ca === undefined ? {} : { ca }),
    initialMaxStreamsBidi: MAX_LANES,
    // The engine drops connections above its limit without a word. Up to this many more are told why by the listener.
    maxConnections: checked.maxConnections + REFUSED_WITH_REASON,
  });
  const listener = new QuicListener(server, { ...checked, onConnection: options.onConnection });
  await listener.start(ip, port);
  return listener;
}

interface QuicListenerOptions extends CheckedListenOptions {
  readonly onConnection: (connection: Connection) => void;
}

class QuicListener implements Listener {
  readonly #server: EngineServer;
  readonly #options: QuicListenerOptions;
  readonly #connections = new Set<QuicConnection>();
  #address = '';
  #closing: Promise<void> | undefined;

  constructor(server: EngineServer, options: QuicListenerOptions) {
    this.#server = server;
    this.#options = options;
    server.on('session', (session) => this.#onSession(session));
    // Errors of connections that never finished their handshake: their senders learn of it, and there is nobody else to tell.
    server.on('error', () => undefined);
  }

  get address(): string {
    return this.#address;
  }

  async start(host: string, port: number): Promise<void> {
    try {
      const bound = await this.#server.listen(port, host);
      this.#address = formatAddress(bound.address, bound.port);
    } catch (error) {
      throw listenError(error, formatAddress(host, port));
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const connection of this.#connections) connection.close(0, 'the server closed');
    await this.#server.close();
  }

  #onSession(session: EngineServerSession): void {
    const connection = new QuicConnection({
      session,
      peer: peerOf(session),
      onEnded: (ended) => this.#connections.delete(ended),
    });
    if (this.#closing !== undefined) return connection.close(0, 'the server closed');
    const { maxConnections } = this.#options;
    if (this.#connections.size >= maxConnections)
      return connection.close(0, `the server has its ${maxConnections} connections and takes no more`);
    this.#connections.add(connection);
    this.#options.onConnection(connection);
  }
}

/** Both sides of a dual-stack socket see IPv4 addresses in IPv6 clothes. */
function peerOf(session: EngineServerSession): Peer {
  const address = formatAddress(session.remoteAddress.replace(/^::ffff:(?=\d+\.)/, ''), session.remotePort);
  const certificate = session.getPeerCertificate();
  return certificate === null ? { address } : { address, certificate: toPeerCertificate(certificate) };
}

/**
 * Binds the address with a plain socket and lets it go: after a failed start the engine would keep the process alive, and its message is poorer. With port 0 too, as
 * the address may be one of another machine.
 */
async function probePort(host: string, port: number): Promise<void> {
  const socket = await udpNetwork().bind(formatAddress(host, port), () => undefined);
  await socket.close();
}

const REFUSED_WITH_REASON = 256;
