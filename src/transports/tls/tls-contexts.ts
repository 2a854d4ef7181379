import { createSecureContext, type SecureContext } from 'node:tls';
import type { OwnIdentity } from '../checked-identities.ts';
import { identityKey, keepRecent } from '../ticket-store.ts';

/** A TLS context for each identity that a client has had: making one means parsing certificates. Bounded; the one used least recently goes first. */
export class TlsContexts {
  readonly #contexts = new Map<string, SecureContext>();

  get(identity: OwnIdentity): SecureContext {
    const key = identityKey(identity);
    const context = this.#contexts.get(key) ?? createSecureContext({ ...identity, ...TLS_VERSIONS });
    keepRecent(this.#contexts, { key, value: context, limit: MAX_CONTEXTS });
    return context;
  }
}

/** TLS 1.3 and nothing else. */
export const TLS_VERSIONS = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const;

const MAX_CONTEXTS = 64;
