import type { Transport } from '../ports/transport.ts';
import type { ClientSettings } from './client-options.ts';
import { type ConnectionOptions, SharedConnection } from './shared-connection.ts';

/**
 * The connections of a process that clients share. Two clients share one when address, transport and everything that shapes a connection are equal:
 * whom they trust, who they say they are, and their limits and times.
 */
export class SharedConnections {
  readonly #byAddress = new Map<string, SharedConnection[]>();

  /** The connection for such a client: one that is there, or a new one. It ends when its last holder releases it. */
  find(address: string, options: ConnectionOptions): SharedConnection {
    const there = this.#byAddress.get(address) ?? [];
    const fitting = there.find((connection) => isShareable(connection.options, options));
    if (fitting) return fitting;
    const made = new SharedConnection(address, { ...options, onUnused: () => this.#forget(made) });
    this.#byAddress.set(address, [...there, made]);
    return made;
  }

  #forget(connection: SharedConnection): void {
    const rest = (this.#byAddress.get(connection.address) ?? []).filter((other) => other !== connection);
    if (rest.length > 0) this.#byAddress.set(connection.address, rest);
    else this.#byAddress.delete(connection.address);
  }
}

/** Whether clients share a connection over this transport unless they say otherwise: where connections are dear. */
export function isSharedByDefault(transport: Transport): boolean {
  return transport.sharing !== undefined;
}

function isShareable(a: ConnectionOptions, b: ConnectionOptions): boolean {
  if (!isSameTransport(a.transport, b.transport)) return false;
  return Object.entries(SHAPES).every(([name, shapes]) => {
    const key = name as keyof ClientSettings;
    return shapes === 'client' || isSame(a.settings[key], b.settings[key]);
  });
}

function isSameTransport(a: Transport, b: Transport): boolean {
  return a === b || (a.sharing !== undefined && a.sharing === b.sharing);
}

/** Equal values; PEM may be text or bytes. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  return isPem(a) && isPem(b) && Buffer.from(a).equals(Buffer.from(b));
}

function isPem(value: unknown): value is string {
  return typeof value === 'string' || value instanceof Uint8Array;
}

/** What each setting shapes: the connection, so that only clients with the same value share one, or the client alone. */
const SHAPES: Readonly<Record<keyof ClientSettings, 'connection' | 'client'>> = {
  ca: 'connection',
  cert: 'connection',
  key: 'connection',
  serverName: 'connection',
  connectTimeoutMs: 'connection',
  idleTimeoutMs: 'connection',
  maxMessageBytes: 'connection',
  maxMetadataBytes: 'connection',
  callCreditBytes: 'connection',
  connectionCreditBytes: 'connection',
  maxLanes: 'connection',
  maxCalls: 'connection',
  keepAliveMs: 'connection',
  livenessTimeoutMs: 'connection',
  helloTimeoutMs: 'connection',
  defaultTimeoutMs: 'client',
  whenDisconnected: 'client',
  maxWaitingCalls: 'client',
  shareConnection: 'client',
};
