import { createHash, timingSafeEqual } from 'node:crypto';
import { RpcError } from '../errors/rpc-error.ts';
import type { CallContext } from '../rpc/call-context.ts';
import { metadataText } from '../wire/metadata.ts';

/**
 * Decides who may call the internal methods of a node: a peer whose certificate was verified, or one that shows the join token when one is set.
 * Where both are set, the token alone is enough.
 */
export class PeerGuard {
  readonly #tokenHash: Buffer | undefined;

  constructor(joinToken: string | undefined) {
    this.#tokenHash = joinToken === undefined ? undefined : hashOf(joinToken);
  }

  /** @throws RpcError `PERMISSION_DENIED` saying what is missing. */
  check(context: CallContext): void {
    if (context.peer.certificate) return;
    const shown = metadataText(context.metadata, JOIN_TOKEN_KEY);
    if (this.#tokenHash && shown !== undefined && timingSafeEqual(this.#tokenHash, hashOf(shown))) return;
    const wanted = this.#tokenHash
      ? 'a client certificate signed by the cluster’s authority, or the join token'
      : 'a client certificate signed by the cluster’s authority';
    throw new RpcError('PERMISSION_DENIED', `${context.peer.address} may not take part in the cluster: it must show ${wanted}`);
  }
}

/** Where the token travels: only over connections whose server was verified. */
export const JOIN_TOKEN_KEY = 'rpcnet-join-token';

/** Hashes have one length, so comparing takes the same time whatever was shown. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
