import { RpcError } from '../../errors/rpc-error.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Connection, ConnectOptions, Transport } from '../../ports/transport.ts';
import { CheckedIdentities } from '../checked-identities.ts';
import { checkConnectOptions, expectAddress } from '../checked-options.ts';
import { loadEngine } from '../quic/quic-engine.ts';
import { isEngineMissing } from '../quic/quic-error.ts';
import { type Attempt, raceStaggered } from '../staggered-race.ts';

/** What a dialer works with. */
export interface AutoDialerOptions {
  readonly quic: Transport;
  readonly tls: Transport;
  readonly headStartMs: number;
  readonly rememberMs: number;
  readonly logger: Logger | undefined;
}

/** Connects with QUIC or TLS, whichever is first, and remembers where QUIC did not pass. */
export class AutoDialer {
  readonly #options: AutoDialerOptions;
  readonly #identities = new CheckedIdentities();
  /** Addresses that only TLS reached, with the monotonic time until which TLS goes first there. Bounded; the oldest goes first. */
  readonly #tlsFirstUntil = new Map<string, number>();
  #isQuicMissing = false;

  constructor(options: AutoDialerOptions) {
    this.#options = options;
  }

  /** @throws RpcError as both transports; `UNAVAILABLE` naming both attempts when neither reached the server. */
  async connect(address: string, options: ConnectOptions, signal?: AbortSignal): Promise<Connection> {
    expectAddress(address, 1);
    const { connectTimeoutMs } = checkConnectOptions(options, this.#identities);
    const { quic, tls, headStartMs } = this.#options;
    // Loading the engine, at the first use, must not cost QUIC its head start. A machine without it is found out by the attempt.
    await loadEngine().catch(() => undefined);
    if (this.#isQuicMissing) return tls.connect(address, options, signal);
    const dial = new AutoDial({ address, options, deadlineAt: performance.now() + connectTimeoutMs });
    const order = this.#isTlsFirst(address) ? [tls, quic] : [quic, tls];
    const connection = await raceStaggered(
      order.map((transport) => dial.attempt(transport)),
      {
        staggerMs: Math.min(headStartMs, connectTimeoutMs / 2),
        signal,
        discard: (late) => late.close(0, 'another transport answered first'),
        isFinal,
        combine: () => dial.combinedError(),
      },
    );
    this.#learn(dial, connection);
    return connection;
  }

  #isTlsFirst(address: string): boolean {
    return (this.#tlsFirstUntil.get(address) ?? 0) > performance.now();
  }

  #learn(dial: AutoDial, connection: Connection): void {
    const { quic, rememberMs, logger } = this.#options;
    const { address } = dial;
    const quicError = dial.errors.get(quic.name);
    if (quicError !== undefined && isEngineMissing(quicError)) {
      this.#isQuicMissing = true;
      logger?.warn('QUIC cannot be used on this machine, connecting over TLS', { reason: quicError.message });
      return;
    }
    if (connection === dial.connections.get(quic.name)) return void this.#tlsFirstUntil.delete(address);
    // TLS that went first and won says nothing new of QUIC.
    if (!dial.hasTried(quic.name)) return;
    logger?.debug('QUIC did not connect, TLS did', { address, reason: quicError?.message ?? 'no answer yet' });
    this.#tlsFirstUntil.delete(address);
    this.#tlsFirstUntil.set(address, performance.now() + rememberMs);
    for (const oldest of this.#tlsFirstUntil.keys()) {
      if (this.#tlsFirstUntil.size <= MAX_REMEMBERED) break;
      this.#tlsFirstUntil.delete(oldest);
    }
  }
}

interface DialParts {
  readonly address: string;
  readonly options: ConnectOptions;
  /** On the monotonic clock; both attempts end then. */
  readonly deadlineAt: number;
}

/** What one call of `connect` has tried, and what came of it. */
class AutoDial {
  readonly errors = new Map<string, RpcError>();
  readonly connections = new Map<string, Connection>();
  readonly #parts: DialParts;
  readonly #tried = new Set<string>();

  constructor(parts: DialParts) {
    this.#parts = parts;
  }

  get address(): string {
    return this.#parts.address;
  }

  hasTried(name: string): boolean {
    return this.#tried.has(name);
  }

  attempt(transport: Transport): Attempt<Connection> {
    const { address, options, deadlineAt } = this.#parts;
    return async (signal) => {
      this.#tried.add(transport.name);
      const connectTimeoutMs = Math.max(1, Math.ceil(deadlineAt - performance.now()));
      try {
        const connection = await transport.connect(address, { ...options, connectTimeoutMs }, signal);
        this.connections.set(transport.name, connection);
        return connection;
      } catch (error) {
        if (error instanceof RpcError) this.errors.set(transport.name, error);
        throw error;
      }
    };
  }

  /** Neither attempt came through. What is not `UNAVAILABLE` gives the code: it says more than that nothing answered. */
  combinedError(): RpcError {
    const failed = [...this.#tried].flatMap((name) => {
      const error = this.errors.get(name);
      return error === undefined ? [] : [{ name, error }];
    });
    const errors = failed.map(({ error }) => error);
    const cancelled = errors.find((error) => error.code === 'CANCELLED');
    if (cancelled !== undefined) return cancelled;
    const [only] = errors;
    if (errors.length === 1 && only !== undefined) return only;
    const cause = errors.find((error) => error.code !== 'UNAVAILABLE' && !isEngineMissing(error)) ?? only;
    const tried = failed.map(({ name, error }) => `over ${PROTOCOLS.get(name) ?? name}: ${error.message}`);
    return new RpcError(cause?.code ?? 'UNAVAILABLE', `No connection to ${this.address}. ${tried.join('. ')}`, {
      notTaken: errors.every((error) => error.notTaken),
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** A refusal by TLS or a caller's mistake is the same on the other way. */
function isFinal(error: RpcError): boolean {
  return error.code === 'UNAUTHENTICATED' || error.code === 'INVALID_ARGUMENT';
}

const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['quic', 'QUIC (UDP)'],
  ['tls', 'TLS (TCP)'],
]);
const MAX_REMEMBERED = 1024;
