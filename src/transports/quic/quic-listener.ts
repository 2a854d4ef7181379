import { toPeerCertificate } from '../../certs/peer-certificate.ts';
import type { Connection, Listener, ListenerIdentity, ListenOptions, Peer } from '../../ports/transport.ts';
import { formatAddress } from '../../util/address.ts';
import { type CheckedListenOptions, checkListenOptions, expectAddress, withIdentity } from '../checked-options.ts';
import { resolveHost } from '../resolve-host.ts';
import { udpNetwork } from '../udp/udp-network.ts';
import { QuicConnection } from './quic-connection.ts';
import { ENGINE_OPTIONS, type Engine, loadEngine, MAX_LANES } from './quic-engine.ts';
import { listenError } from './quic-error.ts';

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
  const listener = new QuicListener(engine, { ...checked, onConnection: options.onConnection });
  await listener.start(ip, port);
  return listener;
}

interface QuicListenerOptions extends CheckedListenOptions {
  readonly onConnection: (connection: Connection) => void;
}

class QuicListener implements Listener {
  readonly #engine: Engine;
  #options: QuicListenerOptions;
  readonly #connections = new Set<QuicConnection>();
  #server: EngineServer | undefined;
  #address = '';
  #restarting: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(engine: Engine, options: QuicListenerOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  get address(): string {
    return this.#address;
  }

  async start(host: string, port: number): Promise<void> {
    await probePort(host, port);
    this.#server = this.#createServer();
    try {
      const bound = await this.#server.listen(port, host);
      this.#address = formatAddress(bound.address, bound.port);
    } catch (error) {
      throw listenError(error, formatAddress(host, port));
    }
  }

  /**
   * The engine reads certificate and key once, when a server is made, and two of its servers cannot share a UDP port (it offers `reusePort` for HTTP/3 servers only). So the
   * server is made anew on the same port, and its connections end: their calls are brought to an end first.
   */
  async updateIdentity(identity: ListenerIdentity, beforeRestart: (protocol: string) => Promise<void>): Promise<void> {
    const options = withIdentity(this.#options, identity);
    // One after the other: the last one counts.
    const restarted = this.#restarting.then(async () => {
      if (this.#closing !== undefined) return;
      await beforeRestart('quic');
      await this.#restart(options);
    });
    this.#restarting = restarted.catch(() => undefined);
    await restarted;
  }

  async #restart(options: QuicListenerOptions): Promise<void> {
    const { host, port } = expectAddress(this.#address, 1);
    const old = this.#options;
    for (const connection of this.#connections) connection.close(0, 'the server has a new certificate');
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
    if (this.#closing !== undefined) return;
    this.#options = options;
    try {
      await this.start(host, port);
    } catch (error) {
      this.#options = old;
      await this.start(host, port);
      throw error;
    }
  }

  #createServer(): EngineServer {
    const { cert, key, ca, clientAuth, alpn, idleTimeoutMs, maxConnections } = this.#options;
    const server = this.#engine.createQuicServer({
      ...ENGINE_OPTIONS,
      cert,
      key,
      clientAuth,
      alpn: [alpn],
      maxIdleTimeoutMs: idleTimeoutMs,
      ...(ca === undefined ? {} : { ca }),
      initialMaxStreamsBidi: MAX_LANES,
      // The engine drops connections above its limit without a word. Up to this many more are told why by the listener.
      maxConnections: maxConnections + REFUSED_WITH_REASON,
    });
    server.on('session', (session) => this.#onSession(session));
    // Errors of connections that never finished their handshake: their senders learn of it, and there is nobody else to tell.
    server.on('error', () => undefined);
    return server;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const connection of this.#connections) connection.close(0, 'the server closed');
    await this.#restarting;
    await this.#server?.close();
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
