import { RpcError } from '../../errors/rpc-error.ts';
import type { Connection, ConnectOptions } from '../../ports/transport.ts';
import { formatAddress, type HostPort } from '../../util/address.ts';
import { Deferred } from '../../util/deferred.ts';
import type { CheckedIdentities } from '../checked-identities.ts';
import { type CheckedConnectOptions, checkConnectOptions, expectAddress } from '../checked-options.ts';
import { resolveHost } from '../resolve-host.ts';
import type { TicketStore } from '../ticket-store.ts';
import { endSession, QuicConnection } from './quic-connection.ts';
import { ENGINE_OPTIONS, type Engine, type EngineSession, loadEngine, MAX_LANES, systemAuthorities } from './quic-engine.ts';
import { type DialTarget, dialError, handshakeError } from './quic-error.ts';

/** What a call of `connect` is made of. */
export interface QuicDialOptions {
  readonly address: string;
  readonly options: ConnectOptions;
  readonly tickets: TicketStore;
  readonly identities: CheckedIdentities;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to a QUIC server.
 *
 * A host name with several addresses is tried address by address, each a little after the one before; the first handshake to finish wins (the idea of RFC 8305).
 * @throws RpcError `UNAVAILABLE` nothing answers, `UNAUTHENTICATED` TLS refused a side, `FAILED_PRECONDITION` no common ALPN protocol, `CANCELLED` the signal,
 *   `INVALID_ARGUMENT` options or address.
 */
export async function dialQuic({ address, options, tickets, identities, signal }: QuicDialOptions): Promise<Connection> {
  const endpoint = expectAddress(address, 1);
  const checked = checkConnectOptions(options, identities);
  if (signal?.aborted) throw cancelled(address);
  const engine = await loadEngine();
  // Aborted in the meantime.
  if (signal?.aborted) throw cancelled(address);
  const dial = new QuicDial({ engine, address, endpoint, options: checked, tickets });
  return dial.run(signal);
}

interface DialOptions {
  readonly engine: Engine;
  /** As the user wrote it. */
  readonly address: string;
  readonly endpoint: HostPort;
  readonly options: CheckedConnectOptions;
  readonly tickets: TicketStore;
}

/**
 * One call of `connect`: it holds every session it has begun until one of them is handed over, and closes the others on every way out (each costs a thread).
 *
 * Running until the first of: a handshake finished, every address failed, the time was up, the signal aborted.
 */
class QuicDial {
  readonly #dial: DialOptions;
  readonly #outcome = new Deferred<Connection>();
  readonly #sessions = new Set<EngineSession>();
  #untried: string[] = [];
  #firstError: RpcError | undefined;
  #stagger: NodeJS.Timeout | undefined;
  #isSettled = false;

  constructor(dial: DialOptions) {
    this.#dial = dial;
  }

  async run(signal: AbortSignal | undefined): Promise<Connection> {
    const { address, options } = this.#dial;
    const timeout = setTimeout(() => this.#fail(timedOut(address, options.connectTimeoutMs)), options.connectTimeoutMs);
    const onAbort = (): void => this.#fail(cancelled(address));
    signal?.addEventListener('abort', onAbort);
    // Both arrive in the outcome.
    this.#start().catch((error: unknown) => this.#fail(dialError(error, this.#target(address))));
    try {
      return await this.#outcome.promise;
    } finally {
      clearTimeout(timeout);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #start(): Promise<void> {
    const addresses = await resolveHost(this.#dial.endpoint.host);
    if (this.#isSettled) return;
    this.#untried = addresses.slice(0, MAX_ADDRESSES);
    this.#tryNext();
  }

  #tryNext(): void {
    clearTimeout(this.#stagger);
    const ip = this.#untried.shift();
    if (ip === undefined || this.#isSettled) return;
    this.#stagger = this.#untried.length === 0 ? undefined : setTimeout(() => this.#tryNext(), STAGGER_MS);
    this.#try(ip);
  }

  #try(ip: string): void {
    const { engine, endpoint, options, tickets } = this.#dial;
    const { alpn, identity, serverName, idleTimeoutMs } = options;
    const resolved = formatAddress(ip, endpoint.port);
    const slot = tickets.slot({ address: resolved, serverName, alpn, identity });
    const sessionTicket = tickets.ticket(slot);
    const session = engine.connectQuic(
      { address: ip, port: endpoint.port, servername: serverName },
      // The time for connecting is kept here, once for all addresses.
      {
        ...ENGINE_OPTIONS,
        ...identity,
        ca: identity.ca ?? systemAuthorities(),
        alpn: [alpn],
        maxIdleTimeoutMs: idleTimeoutMs,
        initialMaxStreamsBidi: MAX_LANES,
        connectTimeoutMs: 0,
        ...(sessionTicket === undefined ? {} : { sessionTicket }),
      },
    );
    this.#sessions.add(session);
    session.on('sessionTicket', (ticket) => tickets.keep(slot, ticket));
    // Made before the handshake is complete, so that a lane or an end that comes together with it is kept.
    const connection = new QuicConnection({ session, peer: { address: resolved } });
    const target = this.#target(resolved === this.#dial.address ? resolved : `${this.#dial.address} (${resolved})`);
    let closeError: RpcError | undefined;
    session.on('close', (info) => {
      closeError = handshakeError(info, target);
    });
    session.ready().then(
      () => this.#succeed(session, connection),
      // The close event, which alone has the reason, comes in the same turn as this rejection or just before it.
      (error: unknown) => {
        // A ticket may be the reason; without it the next attempt begins from nothing.
        tickets.drop(slot);
        setImmediate(() => this.#onAttemptFailed(session, closeError ?? dialError(error, target)));
      },
    );
  }

  #succeed(session: EngineSession, connection: QuicConnection): void {
    if (this.#isSettled) return;
    this.#sessions.delete(session);
    this.#settle();
    this.#outcome.resolve(connection);
  }

  #onAttemptFailed(session: EngineSession, error: RpcError): void {
    if (this.#isSettled) return;
    this.#sessions.delete(session);
    endSession(session, 0, '');
    // What TLS said is worth more than a silent address beside it.
    if (this.#firstError === undefined || this.#firstError.code === 'UNAVAILABLE') this.#firstError = error;
    if (this.#untried.length > 0) this.#tryNext();
    else if (this.#sessions.size === 0) this.#fail(this.#firstError);
  }

  #fail(error: RpcError): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#outcome.reject(error.code === 'CANCELLED' ? error : (this.#firstError ?? error));
  }

  #settle(): void {
    this.#isSettled = true;
    clearTimeout(this.#stagger);
    for (const session of this.#sessions) endSession(session, 0, '');
    this.#sessions.clear();
  }

  #target(address: string): DialTarget {
    const { alpn, identity, serverName, trust } = this.#dial.options;
    return { address, serverName, trust, alpn, hasOwnCertificate: identity.cert !== undefined };
  }
}

function timedOut(address: string, timeoutMs: number): RpcError {
  const hint = 'check that the server runs, listens on QUIC (UDP) there, and that no firewall drops UDP';
  return new RpcError('UNAVAILABLE', `Nothing answered at ${address} within ${timeoutMs} ms; ${hint}`, { notTaken: true });
}

function cancelled(address: string): RpcError {
  return new RpcError('CANCELLED', `Connecting to ${address} was aborted`, { notTaken: true });
}

/** RFC 8305, section 8: the time between two attempts. */
const STAGGER_MS = 250;

/** Each attempt is a thread while it lasts. */
const MAX_ADDRESSES = 4;
