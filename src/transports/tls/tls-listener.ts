import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { toPeerCertificate } from '../../certs/peer-certificate.ts';
import type { Connection, Listener, ListenerIdentity, ListenOptions, Peer } from '../../ports/transport.ts';
import { formatAddress } from '../../util/address.ts';
import { Deferred } from '../../util/deferred.ts';
import { bindError } from '../bind-error.ts';
import { type CheckedListenOptions, checkListenOptions, expectAddress, withIdentity } from '../checked-options.ts';
import { resolveHost } from '../resolve-host.ts';
import { LINGER_MS, linger, TlsConnection } from './tls-connection.ts';
import { TLS_VERSIONS } from './tls-contexts.ts';
import { NONE_SHOWN } from './tls-error.ts';
import { refusalRecord } from './tls-record.ts';

/**
 * Starts a TLS server.
 *
 * @throws RpcError `ALREADY_EXISTS` port in use, `PERMISSION_DENIED` port needs a privilege, `INVALID_ARGUMENT` options or address, `UNAVAILABLE` else.
 */
export async function listenTls(options: ListenOptions): Promise<Listener> {
  const { host, port } = expectAddress(options.address, 0);
  const checked = checkListenOptions(options);
  const [ip] = await resolveHost(host);
  const listener = new TlsListener({ ...checked, onConnection: options.onConnection });
  await listener.start(ip, port);
  return listener;
}

interface TlsListenerOptions extends CheckedListenOptions {
  readonly onConnection: (connection: Connection) => void;
}

class TlsListener implements Listener {
  readonly #server: Server;
  #options: TlsListenerOptions;
  readonly #connections = new Set<TlsConnection>();
  /** Every socket that is not closed: those in the middle of a handshake and those that deliver their farewell too. */
  readonly #sockets = new Set<Socket>();
  #address = '';
  #closing: Promise<void> | undefined;

  constructor(options: TlsListenerOptions) {
    this.#options = options;
    this.#server = createServer({
      ...identityOf(options),
      ...TLS_VERSIONS,
      ALPNProtocols: [options.alpn],
      requestCert: options.clientAuth !== 'none',
      // Judged in #onSecure: Node.js would cut a client off without telling it why.
      rejectUnauthorized: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      noDelay: true,
    });
    // The system would refuse without a word. Up to this many more are told why, or may be in the middle of a handshake.
    this.#server.maxConnections = options.maxConnections + REFUSED_WITH_REASON;
    this.#server.on('connection', (socket) => this.#track(socket));
    this.#server.on('secureConnection', (socket) => this.#onSecure(socket));
    // Clients that never finished their handshake, port scanners among them: their socket is closed, and there is nobody else to tell.
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  get address(): string {
    return this.#address;
  }

  async start(host: string, port: number): Promise<void> {
    const bound = new Deferred<void>();
    const onError = (error: Error): void => bound.reject(bindError(error, { address: formatAddress(host, port), protocol: 'TCP' }));
    this.#server.once('error', onError);
    this.#server.listen({ host, port, backlog: BACKLOG }, () => bound.resolve());
    await bound.promise;
    this.#server.off('error', onError);
    // Accepting can fail later, when the process has too many files open; the client it concerned sees it.
    this.#server.on('error', () => undefined);
    const address = this.#server.address();
    if (address !== null && typeof address === 'object') this.#address = formatAddress(address.address, address.port);
  }

  /** Open connections go on. Tickets of before are worth nothing any more: the keys that protect them belong to the old context. */
  async updateIdentity(identity: ListenerIdentity): Promise<void> {
    const options = withIdentity(this.#options, identity);
    this.#server.setSecureContext({ ...identityOf(options), ...TLS_VERSIONS });
    this.#options = options;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closed = new Deferred<void>();
    this.#server.close(() => closed.resolve());
    for (const connection of this.#connections) connection.close(0, 'the server closed');
    // Handshakes under way may finish, to be told the same.
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, LINGER_MS);
    await closed.promise;
    clearTimeout(timer);
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #onSecure(socket: TLSSocket): void {
    const { alpn, idleTimeoutMs, maxConnections } = this.#options;
    socket.on('error', ignore);
    // A client may offer no protocol at all; TLS itself refuses only the wrong ones.
    if (socket.alpnProtocol !== alpn || socket.remoteAddress === undefined) return void socket.destroy();
    const problem = this.#problemOf(socket);
    if (problem !== undefined) return refuse(socket, problem);
    const connection = new TlsConnection({
      socket,
      peer: this.#peerOf(socket),
      isServer: true,
      isResumed: socket.isSessionReused(),
      idleTimeoutMs,
      onEnded: (ended) => this.#connections.delete(ended),
    });
    if (this.#closing !== undefined) return connection.close(0, 'the server closed');
    if (this.#connections.size >= maxConnections)
      return connection.close(0, `the server has its ${maxConnections} connections and takes no more`);
    this.#connections.add(connection);
    this.#options.onConnection(connection);
  }

  /** What is wrong with a client's certificate, as a code of OpenSSL's verification. A resumed session comes with the certificate and the verdict of its first handshake. */
  #problemOf(socket: TLSSocket): string | undefined {
    const { clientAuth } = this.#options;
    if (clientAuth === 'none') return undefined;
    if (socket.getPeerX509Certificate() === undefined) return clientAuth === 'require' ? NONE_SHOWN : undefined;
    return socket.authorized ? undefined : String(socket.authorizationError);
  }

  /** Both sides of a dual-stack socket see IPv4 addresses in IPv6 clothes. */
  #peerOf(socket: TLSSocket): Peer {
    const address = formatAddress((socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, ''), socket.remotePort ?? 0);
    const certificate = this.#options.clientAuth === 'none' ? undefined : socket.getPeerX509Certificate();
    return certificate === undefined ? { address } : { address, certificate: toPeerCertificate(certificate) };
  }
}

function identityOf({ cert, key, ca }: TlsListenerOptions): { cert: Buffer; key: Buffer; ca?: Buffer } {
  return ca === undefined ? { cert, key } : { cert, key, ca };
}

/** Tells a client over the finished TLS connection what is wrong with its certificate. Nothing that it sends is looked at. */
function refuse(socket: TLSSocket, problem: string): void {
  socket.end(refusalRecord(problem));
  linger(socket);
}

function ignore(): void {
  // The close that follows is what counts.
}

const REFUSED_WITH_REASON = 256;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** 200 clients may come at once; the system cuts this to its own limit. */
const BACKLOG = 1024;
