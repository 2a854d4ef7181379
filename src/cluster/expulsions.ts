import { createHash } from 'node:crypto';

/** What the cluster holds of a node that was expelled, or taken back after that. */
export interface Expulsion {
  readonly nodeId: string;
  /** Above that of every expulsion and readmission that was known when this one was made: of two about one node the higher counts. */
  readonly version: number;
  /** False when the node was readmitted: it may join again. */
  readonly isExpelled: boolean;
  /** Why, for people. */
  readonly reason: string;
  /** SHA-256 fingerprints of certificates that the node showed; in order, at most 4. */
  readonly fingerprints: readonly string[];
  /** Those of them that other nodes show too: they are refused nobody, because a fingerprint tells these nodes not apart. */
  readonly shared: readonly string[];
}

/** Joins two lists about any nodes. It does not matter who asks, in which order, and how often. */
export function mergeExpulsions(a: readonly Expulsion[], b: readonly Expulsion[]): readonly Expulsion[] {
  if (b.length === 0) return a;
  const byNode = new Map(a.map((expulsion) => [expulsion.nodeId, expulsion]));
  for (const expulsion of b) {
    const held = byNode.get(expulsion.nodeId);
    byNode.set(expulsion.nodeId, held ? mergeExpulsion(held, expulsion) : expulsion);
  }
  if (byNode.size <= MAX_KEPT_EXPULSIONS) return [...byNode.values()].sort(newestFirst);
  // The readmitted go first: nobody may come back only because others did.
  const byWorth = [...byNode.values()].sort((x, y) => Number(y.isExpelled) - Number(x.isExpelled) || newestFirst(x, y));
  return byWorth.slice(0, MAX_KEPT_EXPULSIONS).sort(newestFirst);
}

/** What two nodes hold of the same third one, joined. */
export function mergeExpulsion(a: Expulsion, b: Expulsion): Expulsion {
  if (a.version !== b.version) return a.version > b.version ? a : b;
  return {
    ...(compareAtOneVersion(a, b) >= 0 ? a : b),
    fingerprints: union(a.fingerprints, b.fingerprints),
    shared: union(a.shared, b.shared),
  };
}

/** The expulsion that keeps a peer out: by its name, or by a certificate that only the expelled node showed. */
export function findExpulsion(
  expulsions: readonly Expulsion[],
  peer: { readonly nodeId: string | undefined; readonly fingerprint: string | undefined },
): Expulsion | undefined {
  return expulsions.find((expulsion) => {
    if (!expulsion.isExpelled) return false;
    if (expulsion.nodeId === peer.nodeId) return true;
    return peer.fingerprint !== undefined && isRefusedCertificate(expulsion, peer.fingerprint);
  });
}

/** Whether this certificate is refused because of this expulsion. */
export function isRefusedCertificate({ isExpelled, fingerprints, shared }: Expulsion, fingerprint: string): boolean {
  return isExpelled && fingerprints.includes(fingerprint) && !shared.includes(fingerprint);
}

/** A version above all in the list. */
export function nextVersion(expulsions: readonly Expulsion[]): number {
  return expulsions.reduce((highest, { version }) => Math.max(highest, version), 0) + 1;
}

/** A short text that is another for each list of expelled nodes; empty when nobody is expelled. A gossip key remembers the one it was made for. */
export function coverOf(expulsions: readonly Expulsion[]): string {
  const expelled = expulsions.filter(({ isExpelled }) => isExpelled).map(({ nodeId, version }) => JSON.stringify([nodeId, version]));
  if (expelled.length === 0) return '';
  return createHash('sha256').update(expelled.sort().join('\n')).digest('hex').slice(0, COVER_CHARACTERS);
}

function compareAtOneVersion(a: Expulsion, b: Expulsion): number {
  if (a.isExpelled !== b.isExpelled) return a.isExpelled ? 1 : -1;
  return compareText(a.reason, b.reason);
}

function newestFirst(a: Expulsion, b: Expulsion): number {
  return b.version - a.version || compareText(a.nodeId, b.nodeId);
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort().slice(0, MAX_FINGERPRINTS);
}

/** Nodes that may be expelled at a time: the list travels with every exchange of views. */
export const MAX_EXPELLED = 128;
/** The readmitted and what parts of a cluster decided apart from each other included; above it entries are forgotten, the oldest of the readmitted first. */
export const MAX_KEPT_EXPULSIONS = 256;
/** Certificates of one node. */
export const MAX_FINGERPRINTS = 4;
/** Characters of a reason that are kept. */
export const MAX_REASON_CHARACTERS = 200;
/** Hexadecimal digits. */
export const COVER_CHARACTERS = 32;
