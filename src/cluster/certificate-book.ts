import { MAX_FINGERPRINTS } from './expulsions.ts';

/**
 * Which node showed which certificates when it called this one, by SHA-256 fingerprint: so that a node that is expelled later can be refused by its certificates too,
 * and one certificate that several nodes share is told apart from that.
 */
export class CertificateBook {
  /** The last few of each node, newest last. */
  readonly #byNode = new Map<string, readonly string[]>();
  readonly #ownNodeId: string;
  readonly #ownFingerprint: () => string | undefined;

  constructor(ownNodeId: string, ownFingerprint: () => string | undefined) {
    this.#ownNodeId = ownNodeId;
    this.#ownFingerprint = ownFingerprint;
  }

  /** A node that was let in showed this certificate. */
  note(nodeId: string, fingerprint: string): void {
    const shown = this.of(nodeId);
    if (nodeId === this.#ownNodeId || shown.at(-1) === fingerprint) return;
    this.#byNode.delete(nodeId);
    this.#byNode.set(nodeId, [...shown.filter((other) => other !== fingerprint), fingerprint].slice(-MAX_FINGERPRINTS));
    if (this.#byNode.size <= MAX_NODES) return;
    const oldest = this.#byNode.keys().next();
    if (!oldest.done) this.#byNode.delete(oldest.value);
  }

  /** What a node showed last, at most 4 certificates, the newest at the end. */
  of(nodeId: string): readonly string[] {
    return this.#byNode.get(nodeId) ?? [];
  }

  /** Whether another node than this one shows the certificate, as far as is known here. */
  isShownByOther(fingerprint: string, nodeId: string): boolean {
    if (this.#ownNodeId !== nodeId && this.#ownFingerprint() === fingerprint) return true;
    for (const [other, shown] of this.#byNode) if (other !== nodeId && shown.includes(fingerprint)) return true;
    return false;
  }
}

/** More than the members a node may track. */
const MAX_NODES = 20_000;
