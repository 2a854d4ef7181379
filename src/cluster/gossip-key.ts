import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { invalidArgument } from '../errors/expect.ts';

/** The secret that all nodes of a cluster share: whoever has it can read and write gossip. It travels only in the reply to an authorized join. */
export interface GossipKey {
  /** Which key a datagram was sealed with, 1 byte: so that two can be valid while one replaces the other. */
  readonly id: number;
  readonly secret: Uint8Array;
}

/** Bytes of the secret. */
export const GOSSIP_KEY_BYTES = 32;

/** A new random key: what the first node of a cluster makes. */
export function createGossipKey(): GossipKey {
  return gossipKey(randomBytes(GOSSIP_KEY_BYTES));
}

/** A key that the operator configured. @throws RpcError `INVALID_ARGUMENT` naming the option when it has another length, or is text: that would make other bytes than meant. */
export function configuredGossipKey(option: string, secret: Uint8Array): GossipKey {
  if (!((secret as unknown) instanceof Uint8Array)) throw invalidArgument(option, BYTES_WANTED, typeof secret);
  if (secret.length !== GOSSIP_KEY_BYTES) throw invalidArgument(option, BYTES_WANTED, `${secret.length} bytes`);
  return gossipKey(Uint8Array.from(secret));
}

export function isSameKey(a: GossipKey, b: GossipKey): boolean {
  return Buffer.compare(a.secret, b.secret) === 0;
}

/** The key with this secret. Its id is a byte of the secret's hash, so that two keys rarely share one. */
export function gossipKey(secret: Uint8Array): GossipKey {
  return { id: createHash('sha256').update(secret).digest()[0] as number, secret };
}

/** The key of one sender's session (RFC 5869): no two sessions share one, so a counter is enough as nonce. */
export function deriveSessionKey(key: GossipKey, clusterName: string, session: Uint8Array): Buffer {
  const info = Buffer.concat([Buffer.from('rpcnet gossip 1'), session]);
  return Buffer.from(hkdfSync('sha256', key.secret, Buffer.from(clusterName), info, GOSSIP_KEY_BYTES));
}

const BYTES_WANTED = `${GOSSIP_KEY_BYTES} random bytes as a Uint8Array (of text: Buffer.from(text, 'base64'))`;
