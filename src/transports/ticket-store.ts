import { createHash } from 'node:crypto';
import type { OwnIdentity } from './checked-identities.ts';

/** What a ticket was got with, and all that it may be used for. */
export interface TicketScope {
  /** `host:port` of the server, resolved. */
  readonly address: string;
  readonly serverName: string;
  readonly alpn: string;
  readonly identity: OwnIdentity;
}

/**
 * The latest session ticket for each server: with it a handshake needs no certificates and no signatures.
 *
 * A ticket stands for a certificate that was checked against the `ca` and the name of its connection, and a handshake that uses it checks nothing again. So it is kept
 * under all of these: with another `ca`, certificate or server name it is never used. Bounded; what was used least recently goes first. A ticket serves for as long as a
 * session may last (RFC 8446, 4.6.1: seven days at most), and here for {@link MAX_AGE_MS}.
 */
export class TicketStore {
  readonly #tickets = new Map<string, { readonly ticket: Buffer; readonly keptAt: number }>();

  /** Where tickets of a scope are kept. */
  slot({ address, serverName, alpn, identity }: TicketScope): string {
    return JSON.stringify([address, serverName, alpn, identityKey(identity)]);
  }

  ticket(slot: string): Buffer | undefined {
    const kept = this.#tickets.get(slot);
    if (kept === undefined || performance.now() - kept.keptAt < MAX_AGE_MS) return kept?.ticket;
    this.#tickets.delete(slot);
    return undefined;
  }

  keep(slot: string, ticket: Buffer): void {
    keepRecent(this.#tickets, { key: slot, value: { ticket, keptAt: performance.now() }, limit: MAX_TICKETS });
  }

  /** A handshake with the ticket failed. */
  drop(slot: string): void {
    this.#tickets.delete(slot);
  }
}

/** Sets an entry of a map as its most recent one, and removes the oldest ones above the limit. */
export function keepRecent<T>(map: Map<string, T>, entry: { readonly key: string; readonly value: T; readonly limit: number }): void {
  map.delete(entry.key);
  map.set(entry.key, entry.value);
  for (const oldest of map.keys()) {
    if (map.size <= entry.limit) return;
    map.delete(oldest);
  }
}

/** Stands for what a side trusts and shows. */
export function identityKey({ ca, cert, key }: OwnIdentity): string {
  const hash = createHash('sha256');
  for (const part of [ca, cert, key]) hash.update(part === undefined ? '-' : `${part.length}:`).update(part ?? '');
  return hash.digest('base64');
}

const MAX_TICKETS = 256;

/** So long at most is a certificate trusted that has expired or was replaced meanwhile. */
const MAX_AGE_MS = 3_600_000;
