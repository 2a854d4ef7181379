import { createHash, timingSafeEqual } from 'node:crypto';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { PeerCertificate } from '../ports/transport.ts';
import type { CallContext } from '../rpc/call-context.ts';
import { parseAddress } from '../util/address.ts';
import { metadataText } from '../wire/metadata.ts';
import { expelledError } from './expelled-error.ts';
import type { NodeSecurity } from './node-security.ts';
import { RepeatedLine } from './repeated-line.ts';

/** A node that wants to take part in the cluster, as `authorize` sees it. */
export interface ClusterPeer {
  /** The name that it claims. What proves it, if anything, is for `authorize` to say. */
  readonly nodeId: string;
  /** `host:port` from which it calls. */
  readonly address: string;
  /** Its certificate, signed by the server's `ca`; undefined when it was let in for the join token. */
  readonly certificate: PeerCertificate | undefined;
}

/** What a guard decides by. */
export interface PeerGuardOptions {
  readonly joinTokens: readonly string[];
  readonly authorize: ((peer: ClusterPeer) => boolean) | undefined;
  readonly security: NodeSecurity;
  readonly logger: Logger;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Decides who may call the internal methods of a node: a peer whose certificate was verified, or one that shows a join token when one is set. Where both are set,
 * a token alone is enough. It has to say its name. After that `authorize` decides, if it is set; and whoever was expelled is refused whatever it shows.
 * Refusals are logged, now and then for each host and reason: it may be a node that somebody has just set up.
 */
export class PeerGuard {
  readonly #options: PeerGuardOptions;
  readonly #tokenHashes: readonly Buffer[];
  readonly #refusals: RepeatedLine;

  constructor(options: PeerGuardOptions) {
    this.#options = options;
    this.#tokenHashes = options.joinTokens.map(hashOf);
    this.#refusals = new RepeatedLine(options.clock);
  }

  /** `nodeId` is the name in the message, where it has one. @throws RpcError `PERMISSION_DENIED` saying what is missing. */
  check(context: CallContext, nodeId: string | undefined): void {
    try {
      this.#expectGood(context, nodeId);
    } catch (thrown) {
      this.#logRefusal(context.peer.address, nodeId, fromUnknown(thrown).message);
      throw thrown;
    }
  }

  #expectGood(context: CallContext, nodeId: string | undefined): void {
    const { certificate } = context.peer;
    if (!certificate) this.#expectToken(context);
    const shown = metadataText(context.metadata, NODE_ID_KEY);
    if (nodeId !== undefined && shown !== undefined && nodeId !== shown) throw denied(context, 'it goes by two names');
    const claimed = nodeId ?? shown ?? '';
    const { security } = this.#options;
    const expulsion = security.findExpulsion({ nodeId: claimed, fingerprint: certificate?.fingerprint256 });
    if (expulsion) throw expelledError(expulsion);
    // Or a node that was expelled would only have to keep its name to itself.
    if (claimed === '') throw denied(context, 'it does not say its name');
    this.#authorize(context, claimed);
    if (certificate) security.noteCertificate(claimed, certificate.fingerprint256);
  }

  #expectToken(context: CallContext): void {
    const shown = metadataText(context.metadata, JOIN_TOKEN_KEY);
    if (shown !== undefined && this.#isToken(hashOf(shown))) return;
    const certificate = 'a client certificate signed by the cluster’s authority';
    throw denied(context, `it must show ${this.#tokenHashes.length === 0 ? certificate : `${certificate}, or the join token`}`);
  }

  /** Compares with all of them, so that the time says nothing about which one fits. */
  #isToken(shown: Buffer): boolean {
    return this.#tokenHashes.reduce((isFound, hash) => timingSafeEqual(hash, shown) || isFound, false);
  }

  #logRefusal(address: string, nodeId: string | undefined, reason: string): void {
    const { host } = parseAddress(address) ?? { host: address };
    // The port is another one each time.
    const level = this.#refusals.isLoud(`${host} ${reason.replace(address, '')}`) ? 'warn' : 'debug';
    this.#options.logger[level]('a peer was refused', { nodeId, address, reason });
  }

  #authorize(context: CallContext, nodeId: string): void {
    const { authorize, logger } = this.#options;
    if (!authorize) return;
    const { address, certificate } = context.peer;
    let isAllowed = false;
    try {
      isAllowed = authorize({ nodeId, address, certificate }) === true;
    } catch (thrown) {
      logger.error('authorize threw; the node is refused', { nodeId, address, reason: fromUnknown(thrown).message });
    }
    if (!isAllowed) throw denied(context, `this node’s authorize does not accept it as ${JSON.stringify(nodeId)}`);
  }
}

function denied({ peer }: CallContext, why: string): RpcError {
  return new RpcError('PERMISSION_DENIED', `${peer.address} may not take part in the cluster: ${why}`);
}

/** Where the token travels: only over connections whose server was verified. */
export const JOIN_TOKEN_KEY = 'rpcnet-join-token';

/** Under which name a node calls another. */
export const NODE_ID_KEY = 'rpcnet-node-id';

/** Hashes have one length, so comparing takes the same time whatever was shown. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
