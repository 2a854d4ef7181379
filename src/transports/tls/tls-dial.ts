import type { OnReadOpts } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { toPeerCertificate } from '../../certs/peer-certificate.ts';
import { RpcError } from '../../errors/rpc-error.ts';
import type { Connection, ConnectOptions, Peer } from '../../ports/transport.ts';
import { formatAddress } from '../../util/address.ts';
import { Deferred } from '../../util/deferred.ts';
import type { CheckedIdentities } from '../checked-identities.ts';
import { type CheckedConnectOptions, checkConnectOptions, expectAddress } from '../checked-options.ts';
import { resolveHost } from '../resolve-host.ts';
import { raceStaggered } from '../staggered-race.ts';
import type { TicketStore } from '../ticket-store.ts';
import { TlsConnection } from './tls-connection.ts';
import type { TlsContexts } from './tls-contexts.ts';
import { noCommonProtocol, type TlsTarget, tlsDialError } from './tls-error.ts';
import { TlsInput } from './tls-input.ts';

/** What a call of `connect` is made of. */
export interface TlsDialOptions {
  readonly address: string;
  readonly options: ConnectOptions;
  readonly tickets: TicketStore;
  readonly contexts: TlsContexts;
  readonly identities: CheckedIdentities;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to a TLS server.
 *
 * A host name with several addresses is tried address by address, each a little after the one before; the first handshake to finish wins.
 * @throws RpcError `UNAVAILABLE` nothing answers, `UNAUTHENTICATED` TLS refused a side, `FAILED_PRECONDITION` no common ALPN protocol or no TLS 1.3 there, `CANCELLED`
 *   the signal, `INVALID_ARGUMENT` options or address.
 */
export async function dialTls({ address, options, tickets, contexts, identities, signal }: TlsDialOptions): Promise<Connection> {
  const endpoint = expectAddress(address, 1);
  const checked = checkConnectOptions(options, identities);
  if (signal?.aborted) throw cancelled(address);
  const abort = new AbortController();
  let failure: RpcError | undefined;
  const giveUp = (error: RpcError): void => {
    failure = error;
    abort.abort();
  };
  const onAbort = (): void => giveUp(cancelled(address));
  signal?.addEventListener('abort', onAbort);
  const timeout = setTimeout(() => giveUp(timedOut(address, checked.connectTimeoutMs)), checked.connectTimeoutMs);
  try {
    const ips = await settledOrAborted(resolveHost(endpoint.host), abort.signal);
    const attempts = ips.slice(0, MAX_ADDRESSES).map((ip) => (raceSignal: AbortSignal) => {
      const resolved = formatAddress(ip, endpoint.port);
      return new TlsAttempt({ ip, port: endpoint.port, address, resolved, options: checked, tickets, contexts }).run(raceSignal);
    });
    return await raceStaggered(attempts, {
      staggerMs: STAGGER_MS,
      signal: abort.signal,
      discard: (late: TlsConnection) => late.close(0, 'another address answered first'),
    });
  } catch (error) {
    // What TLS said at one address is worth more than that the time is up.
    throw failure?.code === 'CANCELLED' || isAborted(error) ? (failure ?? error) : error;
  } finally {
    clearTimeout(timeout);
    signal?.removeEventListener('abort', onAbort);
  }
}

interface AttemptOptions {
  readonly ip: string;
  readonly port: number;
  /** As the user wrote it. */
  readonly address: string;
  readonly resolved: string;
  readonly options: CheckedConnectOptions;
  readonly tickets: TicketStore;
  readonly contexts: TlsContexts;
}

/** One socket on its way to being a connection. */
class TlsAttempt {
  readonly #attempt: AttemptOptions;
  readonly #outcome = new Deferred<TlsConnection>();
  readonly #slot: string;

  constructor(attempt: AttemptOptions) {
    this.#attempt = attempt;
    const { resolved, options, tickets } = attempt;
    this.#slot = tickets.slot({ address: resolved, serverName: options.serverName, alpn: options.alpn, identity: options.identity });
  }

  async run(signal: AbortSignal): Promise<TlsConnection> {
    const socket = this.#connect();
    const onAbort = (): void => this.#fail(socket, abortedError());
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    try {
      return await this.#outcome.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #connect(): TLSSocket {
    const { ip, port, options, tickets, contexts } = this.#attempt;
    const session = tickets.ticket(this.#slot);
    const input = new TlsInput();
    const settings: ConnectionOptions & { readonly onread: OnReadOpts } = {
      host: ip,
      port,
      servername: options.serverName,
      secureContext: contexts.get(options.identity),
      ALPNProtocols: [options.alpn],
      onread: input.onread,
      ...(session === undefined ? {} : { session }),
    };
    const socket = connect(settings);
    socket.on('session', (ticket) => tickets.keep(this.#slot, ticket));
    const onFailure = (cause?: Error): void => this.#fail(socket, tlsDialError(cause, this.#target()));
    const onEnd = (): void => onFailure();
    socket.on('error', onFailure);
    socket.on('close', onEnd);
    socket.once('secureConnect', () => {
      socket.off('error', onFailure);
      socket.off('close', onEnd);
      this.#onSecure(socket, input);
    });
    return socket;
  }

  #onSecure(socket: TLSSocket, input: TlsInput): void {
    const { resolved, options } = this.#attempt;
    if (socket.alpnProtocol !== options.alpn) return this.#fail(socket, noCommonProtocol(this.#target()));
    const connection = new TlsConnection({
      socket,
      peer: peerOf(socket, resolved),
      isServer: false,
      input,
      isResumed: socket.isSessionReused(),
      idleTimeoutMs: options.idleTimeoutMs,
    });
    this.#outcome.resolve(connection);
  }

  #fail(socket: TLSSocket, error: RpcError): void {
    // A ticket may be the reason; without it the next attempt begins from nothing.
    if (!isAborted(error)) this.#attempt.tickets.drop(this.#slot);
    socket.on('error', ignore);
    socket.destroy();
    this.#outcome.reject(error);
  }

  #target(): TlsTarget {
    const { address, resolved, options } = this.#attempt;
    const { serverName, alpn, trust } = options;
    return { address: resolved === address ? resolved : `${address} (${resolved})`, serverName, alpn, trust };
  }
}

function peerOf(socket: TLSSocket, address: string): Peer {
  const certificate = socket.getPeerX509Certificate();
  return certificate === undefined ? { address } : { address, certificate: toPeerCertificate(certificate) };
}

/** The lookup of a name cannot be called off, only left. */
async function settledOrAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Deferred<never>();
  const onAbort = (): void => aborted.reject(abortedError());
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Stands for the reason, which is known where the abort came from. */
function abortedError(): RpcError {
  return new RpcError('CANCELLED', 'The attempt was aborted', { notTaken: true });
}

function isAborted(error: unknown): boolean {
  return error instanceof RpcError && error.code === 'CANCELLED';
}

function timedOut(address: string, timeoutMs: number): RpcError {
  const hint = 'check that the server runs, listens on TLS (TCP) there, and that no firewall drops its packets';
  return new RpcError('UNAVAILABLE', `Nothing answered at ${address} within ${timeoutMs} ms; ${hint}`, { notTaken: true });
}

function cancelled(address: string): RpcError {
  return new RpcError('CANCELLED', `Connecting to ${address} was aborted`, { notTaken: true });
}

function ignore(): void {
  // The attempt has failed already; what its socket says after that is of no use.
}

/** RFC 8305, section 8: the time between two attempts. */
const STAGGER_MS = 250;
const MAX_ADDRESSES = 4;
