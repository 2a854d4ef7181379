import type { ServerCalls } from '../call/server-calls.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { Connection, Listener, ListenerIdentity } from '../ports/transport.ts';
import { Deferred } from '../util/deferred.ts';
import type { Runtime } from './runtime.ts';

/** A new certificate for a server that listens. */
export interface CertificateUpdate extends ListenerIdentity {
  /**
   * How long calls may go on that are on connections which cannot live through it (those over QUIC), in milliseconds. Default 10,000; 0 ends them at
   * once with `UNAVAILABLE`. Their clients connect again by themselves.
   */
  readonly graceMs?: number;
}

/**
 * Gives a listener its new certificate. Connections that cannot live through it are brought to their end as at the close of a server: told to go, given time for
 * the calls they have, and closed. New ones of that protocol are turned away meanwhile; their clients try again.
 */
export class CertificateRenewal {
  readonly #connections: ReadonlySet<ServerCalls>;
  readonly #runtime: Runtime;
  readonly #graceMs: number;
  /** The protocol that starts again right now. */
  #protocol: string | undefined;
  #drained: Deferred<void> | undefined;

  constructor(options: { readonly connections: ReadonlySet<ServerCalls>; readonly runtime: Runtime; readonly graceMs: number }) {
    this.#connections = options.connections;
    this.#runtime = options.runtime;
    this.#graceMs = options.graceMs;
  }

  /** @throws RpcError as `Listener.updateIdentity`; `FAILED_PRECONDITION` when the transport has no certificates. */
  async run(listener: Listener, identity: ListenerIdentity): Promise<void> {
    if (listener.updateIdentity === undefined)
      throw new RpcError('FAILED_PRECONDITION', 'The transport of this server cannot change its certificate');
    try {
      await listener.updateIdentity(identity, (protocol) => this.#drain(protocol));
    } finally {
      this.#protocol = undefined;
    }
  }

  /** Whether a new connection came by the protocol that starts again. */
  turnsAway(connection: Connection): boolean {
    return this.#protocol !== undefined && connection.protocol === this.#protocol;
  }

  /** A connection of the server has ended. */
  noteClosed(): void {
    if (this.#drained !== undefined && this.#concerned().length === 0) this.#drained.resolve();
  }

  async #drain(protocol: string): Promise<void> {
    this.#protocol = protocol;
    for (const connection of this.#concerned()) {
      if (connection.core.isOpen) connection.drain(REASON);
      else connection.close(REASON);
    }
    await this.#untilDrained(this.#graceMs);
    for (const connection of this.#concerned()) connection.abort(new RpcError('UNAVAILABLE', `The call was not done when ${REASON}`));
    await this.#untilDrained(FAREWELL_MS);
  }

  #concerned(): ServerCalls[] {
    return [...this.#connections].filter((calls) => calls.core.connection.protocol === this.#protocol);
  }

  async #untilDrained(limitMs: number): Promise<void> {
    if (limitMs === 0 || this.#concerned().length === 0) return;
    const drained = new Deferred<void>();
    this.#drained = drained;
    const timer = this.#runtime.clock.schedule(limitMs, () => drained.resolve());
    await drained.promise;
    timer.cancel();
    this.#drained = undefined;
  }
}

const REASON = 'the server got a new certificate';

/** Clients whose calls were ended get this long to read why. */
const FAREWELL_MS = 200;
