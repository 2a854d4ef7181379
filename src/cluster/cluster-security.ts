import { invalidArgument } from '../errors/expect.ts';
import { RpcError } from '../errors/rpc-error.ts';
import { expectNodeId } from '../swim/limits.ts';
import { MAX_EXPELLED, MAX_REASON_CHARACTERS } from './expulsions.ts';
import type { CipherRefusal } from './gossip-cipher.ts';
import type { KeyRotation, SecurityChange } from './key-rotation.ts';
import { type KeyPhase, validKeys } from './key-state.ts';
import type { NodeSecurity } from './node-security.ts';

/** The keys and expulsions that a node knows of; no secrets. */
export interface SecurityStatus {
  /** Rotations of the gossip key so far. */
  readonly generation: number;
  /** `settled`, or how far a rotation is; `none` while this node has no key yet. */
  readonly phase: KeyPhase | 'none';
  /** The ids of the valid keys, a byte each; gossip is sealed with the first. */
  readonly keyIds: readonly number[];
  /** How long ago the newest key was made, in milliseconds. */
  readonly keyAgeMs: number;
  /** Whether the keys are in the options of the nodes. */
  readonly isConfigured: boolean;
  readonly expelled: readonly { readonly nodeId: string; readonly reason: string }[];
  /** Datagrams that this node could not open so far, by reason. */
  readonly refusedDatagrams: Readonly<Partial<Record<CipherRefusal, number>>>;
}

/** What the security of a cluster works with. */
export interface ClusterSecurityOptions {
  readonly nodeId: string;
  readonly security: NodeSecurity;
  readonly rotation: KeyRotation;
  /** @throws RpcError when this node has left. */
  readonly expectPresent: () => void;
}

/**
 * Replaces the gossip key, and keeps nodes out. One node is asked, any of them, and tells the others.
 *
 * @example
 * await cluster.security.expel('worker-7', 'its disk was stolen');
 */
export class ClusterSecurity {
  readonly #options: ClusterSecurityOptions;

  constructor(options: ClusterSecurityOptions) {
    this.#options = options;
  }

  /**
   * Makes a new gossip key and has every node use it, without losing a datagram. Resolves when they do; the old key is forgotten a little later.
   * @throws RpcError `FAILED_PRECONDITION` when the keys are in the options of the nodes, `RESOURCE_EXHAUSTED` when a node has made up the highest generation there is,
   * `CANCELLED` when this node leaves meanwhile.
   */
  async rotateKey(): Promise<SecurityChange> {
    const { security, rotation } = this.#expectPresent();
    if (security.keys?.isConfigured) {
      const message = 'The gossip keys are in the options of the nodes: replace them there, as docs/membership.md says';
      throw new RpcError('FAILED_PRECONDITION', message);
    }
    return rotation.rotate();
  }

  /**
   * Keeps a node out from now on: all others refuse it by its name and by the certificate that it showed, drop its datagrams, and use a new gossip key that it
   * does not get. Resolves when they use it. The name need not be known yet. With configured keys the node keeps the key: replace that too.
   * @throws RpcError `INVALID_ARGUMENT` for this node's own name, `RESOURCE_EXHAUSTED` when 128 are expelled or a node has made up the highest version there is, `CANCELLED` when this node leaves meanwhile.
   */
  async expel(nodeId: string, reason = ''): Promise<SecurityChange> {
    const { security, rotation } = this.#expectPresent();
    expectNodeId(nodeId);
    if (nodeId === this.#options.nodeId) throw invalidArgument('nodeId', 'the name of another node: this one can leave', nodeId);
    if (typeof reason !== 'string' || reason.length > MAX_REASON_CHARACTERS)
      throw invalidArgument('reason', `a text of at most ${MAX_REASON_CHARACTERS} characters`, reason);
    if (!security.isExpelled(nodeId)) {
      const { expelled } = this.status();
      if (expelled.length >= MAX_EXPELLED) throw tooMany();
      security.expel(nodeId, reason);
    }
    return this.#change(security, rotation);
  }

  /**
   * Lets a node that was expelled join again; it has to be started again. Resolves when all others know and use a new gossip key.
   * @throws RpcError `NOT_FOUND` when it is not expelled, `CANCELLED` when this node leaves meanwhile.
   */
  async readmit(nodeId: string): Promise<SecurityChange> {
    const { security, rotation } = this.#expectPresent();
    expectNodeId(nodeId);
    if (!security.readmit(nodeId)) throw new RpcError('NOT_FOUND', `Node ${JSON.stringify(nodeId)} is not expelled`);
    return this.#change(security, rotation);
  }

  /** What this node knows at this moment. */
  status(): SecurityStatus {
    const { security } = this.#options;
    const { keys } = security;
    return {
      generation: keys?.generation ?? 0,
      phase: keys?.phase ?? 'none',
      keyIds: keys ? validKeys(keys).map(({ id }) => id) : [],
      keyAgeMs: security.keyAgeMs,
      isConfigured: keys?.isConfigured ?? false,
      expelled: security.expulsions.flatMap(({ isExpelled, nodeId, reason }) => (isExpelled ? [{ nodeId, reason }] : [])),
      refusedDatagrams: { ...security.refusals },
    };
  }

  /** Another list of expelled nodes is due another key, unless the keys are not the cluster's to change. */
  async #change(security: NodeSecurity, rotation: KeyRotation): Promise<SecurityChange> {
    if (security.keys?.isConfigured || security.exposedMs === 0) return rotation.spread();
    let change = await rotation.rotate();
    // A rotation that another node began before it heard of this may have won, and its key may have been handed to the expelled node.
    for (let i = 1; i < MAX_ROTATIONS && security.exposedMs > 0; i++) change = await rotation.rotate();
    return change;
  }

  #expectPresent(): ClusterSecurityOptions {
    this.#options.expectPresent();
    return this.#options;
  }
}

/** In a row. If others still interfere after so many, the node with the lowest name goes on later. */
const MAX_ROTATIONS = 3;

function tooMany(): RpcError {
  const message = `${MAX_EXPELLED} nodes are expelled, not more can be: readmit some, or replace the certificates’ authority or the join token`;
  return new RpcError('RESOURCE_EXHAUSTED', message, { retryable: false });
}
