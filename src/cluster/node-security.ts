import { RpcError } from '../errors/rpc-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { CertificateBook } from './certificate-book.ts';
import {
  coverOf,
  type Expulsion,
  findExpulsion,
  isRefusedCertificate,
  mergeExpulsion,
  mergeExpulsions,
  nextVersion,
} from './expulsions.ts';
import type { GossipCipher } from './gossip-cipher.ts';
import { type GossipKey, isSameKey } from './gossip-key.ts';
import {
  advance,
  beginRotation,
  canTalk,
  compareKeyStates,
  foundedKeyState,
  type KeyState,
  mergeKeyStates,
  validKeys,
} from './key-state.ts';
import { MAX_COUNTER, type SecurityState } from './security-state.ts';

/** What a node's security works with. */
export interface NodeSecurityOptions {
  readonly nodeId: string;
  readonly clock: Clock;
  readonly cipher: GossipCipher;
  readonly certificates: CertificateBook;
  /** The keys in the node's options, if it has any: they stay as they are. */
  readonly configured: KeyState | undefined;
  /** For how long the last key of this side is still opened with after another side's replaced it, in milliseconds. */
  readonly overlapMs: number;
  readonly events: SecurityEvents;
}

/** Who hears of what was decided elsewhere. */
export interface SecurityEvents {
  /** Another side of the cluster had other keys, and they are used here now: those on this side need them too. */
  onForeignKeys(): void;
  /** This node or another one was expelled. */
  onExpelled(expulsion: Expulsion, isLocal: boolean): void;
  /** A node that was expelled may join again. */
  onReadmitted(nodeId: string): void;
}

/**
 * What this node holds of the cluster's keys and of those who were expelled, and the only place that changes either: it hands the keys to the cipher and says what
 * became new. When to begin or go on with a rotation is `key-rotation.ts`.
 */
export class NodeSecurity {
  readonly #options: NodeSecurityOptions;
  #keys: KeyState | undefined;
  /** When the newest key was made, and when the present phase was seen first, both on this node's clock. */
  #madeAtMs = 0;
  #phaseSinceMs = 0;
  #expulsions: readonly Expulsion[] = [];
  /** When the list of expelled nodes was found to be another than that for which the key was made. */
  #expulsionsSinceMs = 0;

  constructor(options: NodeSecurityOptions) {
    this.#options = options;
    if (options.configured) this.#setKeys(options.configured, 0);
  }

  get keys(): KeyState | undefined {
    return this.#keys;
  }

  get expulsions(): readonly Expulsion[] {
    return this.#expulsions;
  }

  /** Datagrams that could not be opened so far, by reason. */
  get refusals(): GossipCipher['refusals'] {
    return this.#options.cipher.refusals;
  }

  /** How long ago the newest key was made, in milliseconds. */
  get keyAgeMs(): number {
    return this.#keys === undefined ? 0 : this.#options.clock.now() - this.#madeAtMs;
  }

  /** For how long the rotation under way has been in its phase, in milliseconds; 0 when none is. */
  get unsettledMs(): number {
    return this.#keys === undefined || this.#keys.phase === 'settled' ? 0 : this.#options.clock.now() - this.#phaseSinceMs;
  }

  /** For how long nodes have been expelled who may know the key, in milliseconds; 0 when there are none. */
  get exposedMs(): number {
    const { keys } = this;
    if (keys === undefined || keys.isConfigured || keys.madeFor === coverOf(this.#expulsions)) return 0;
    return Math.max(1, this.#options.clock.now() - this.#expulsionsSinceMs);
  }

  /** What other nodes are told. */
  snapshot(): SecurityState {
    return { keys: this.#keys, keyAgeMs: this.keyAgeMs, expulsions: this.#expulsions };
  }

  /** What a seed is told. Who listens at its address shows only in its answer, so it gets no key that it could not have: one from the options must be compared. */
  snapshotForSeed(): SecurityState {
    const snapshot = this.snapshot();
    return snapshot.keys?.isConfigured ? snapshot : { ...snapshot, keys: undefined };
  }

  /** The keys; the node that is asked first makes the first. */
  found(): KeyState {
    this.#keys ?? this.#setKeys(foundedKeyState(coverOf(this.#expulsions)), 0);
    return this.#keys as KeyState;
  }

  /** Begins a rotation with a new key that everybody but the expelled gets. Only when the one before is settled. @throws RpcError `RESOURCE_EXHAUSTED` after 2^48 of them. */
  beginRotation(): void {
    const keys = this.found();
    if (keys.phase !== 'settled' || keys.isConfigured) return;
    expectRoomAbove('generation of the gossip key', keys.generation);
    this.#setKeys(beginRotation(keys, coverOf(this.#expulsions)), 0);
  }

  /** Takes the next step of the rotation under way. */
  advance(): void {
    const keys = this.found();
    if (!keys.isConfigured && keys.phase !== 'settled') this.#setKeys(advance(keys), this.keyAgeMs);
  }

  /** @throws RpcError `FAILED_PRECONDITION` when keys are configured on one side and the other side's do not go with them. */
  expectAgreement(theirs: KeyState | undefined): void {
    const { configured } = this.#options;
    if (!configured && !theirs?.isConfigured) return;
    if (configured && theirs?.isConfigured && canTalk(configured, theirs)) return;
    throw new RpcError(
      'FAILED_PRECONDITION',
      'The gossip keys of the two nodes differ: set the same gossip.key (or gossip.keys that go together) on all nodes, or on none',
    );
  }

  /** Takes over what another node told, where it is newer. @throws RpcError as {@link expectAgreement}. */
  adopt(theirs: SecurityState): void {
    if (theirs.keys) this.#adoptKeys(theirs.keys, theirs.keyAgeMs);
    if (theirs.expulsions.length > 0) this.#setExpulsions(mergeExpulsions(this.#expulsions, theirs.expulsions));
  }

  /** Whether another node needs to be told of the keys that this one has. */
  isAheadOf(theirs: KeyState): boolean {
    return this.#keys !== undefined && !this.#keys.isConfigured && compareKeyStates(this.#keys, theirs) > 0;
  }

  /** Expels a node. @throws RpcError `RESOURCE_EXHAUSTED` after 2^48 expulsions and readmissions. */
  expel(nodeId: string, reason: string): void {
    this.#decide({ nodeId, isExpelled: true, reason });
  }

  /** Takes an expulsion back; false when there was none. @throws RpcError as {@link expel}. */
  readmit(nodeId: string): boolean {
    if (!this.isExpelled(nodeId)) return false;
    this.#decide({ nodeId, isExpelled: false, reason: '' });
    return true;
  }

  /** Why a peer is kept out, if it is. */
  findExpulsion(peer: { readonly nodeId: string | undefined; readonly fingerprint: string | undefined }): Expulsion | undefined {
    return findExpulsion(this.#expulsions, peer);
  }

  /** Whether the node of this name is kept out. */
  isExpelled(nodeId: string): boolean {
    return this.#expulsions.some((expulsion) => expulsion.isExpelled && expulsion.nodeId === nodeId);
  }

  /** Whether a server with this certificate gets no key from this node. */
  isRefusedCertificate(fingerprint: string): boolean {
    return this.#expulsions.some((expulsion) => isRefusedCertificate(expulsion, fingerprint));
  }

  /** A node that was let in showed this certificate. */
  noteCertificate(nodeId: string, fingerprint: string): void {
    this.#options.certificates.note(nodeId, fingerprint);
  }

  #decide(decision: Pick<Expulsion, 'nodeId' | 'isExpelled' | 'reason'>): void {
    const version = nextVersion(this.#expulsions);
    expectRoomAbove('version of the list of expelled nodes', version - 1);
    this.#setExpulsions(mergeExpulsions(this.#expulsions, [{ ...decision, version, fingerprints: [], shared: [] }]));
  }

  #adoptKeys(theirs: KeyState, ageMs: number): void {
    this.expectAgreement(theirs);
    const ours = this.#keys;
    if (ours?.isConfigured || (ours && compareKeyStates(mergeKeyStates(ours, theirs), ours) === 0)) return;
    const isForeign = ours !== undefined && !validKeys(theirs).some((key) => isSameKey(key, sealingKey(ours)));
    this.#setKeys(theirs, ageMs);
    if (!isForeign) return;
    this.#openALittleLonger(sealingKey(ours), theirs);
    this.#options.events.onForeignKeys();
  }

  /** Those on this side use the old key until they are told. */
  #openALittleLonger(old: GossipKey, keys: KeyState): void {
    const { cipher, clock, overlapMs } = this.#options;
    const [sealing, other] = validKeys(keys);
    if (sealing === undefined || other !== undefined) return;
    cipher.use([sealing, old]);
    clock.schedule(
      overlapMs,
      () => {
        if (this.#keys === keys) cipher.use([sealing]);
      },
      { unref: true },
    );
  }

  #setKeys(keys: KeyState, ageMs: number): void {
    const { clock, cipher } = this.#options;
    this.#keys = keys;
    this.#phaseSinceMs = clock.now();
    this.#madeAtMs = clock.now() - ageMs;
    cipher.use(validKeys(keys));
  }

  #setExpulsions(merged: readonly Expulsion[]): void {
    const before = new Map(this.#expulsions.map((expulsion) => [expulsion.nodeId, expulsion]));
    const cover = coverOf(this.#expulsions);
    const completed = merged.map((expulsion) => this.#withCertificates(expulsion));
    if (JSON.stringify(completed) === JSON.stringify(this.#expulsions)) return;
    this.#expulsions = completed;
    if (coverOf(this.#expulsions) !== cover) this.#expulsionsSinceMs = this.#options.clock.now();
    for (const expulsion of this.#expulsions) {
      const isNew = before.get(expulsion.nodeId)?.version !== expulsion.version;
      before.delete(expulsion.nodeId);
      if (isNew) this.#tell(expulsion);
    }
    // There was no room for them: they are not held expelled in one place and let in at another.
    for (const { nodeId, isExpelled } of before.values()) if (isExpelled) this.#options.events.onReadmitted(nodeId);
  }

  #tell(expulsion: Expulsion): void {
    const { nodeId, events } = this.#options;
    if (expulsion.isExpelled) events.onExpelled(expulsion, expulsion.nodeId === nodeId);
    else events.onReadmitted(expulsion.nodeId);
  }

  /** Adds what this node knows of the certificates of an expelled one. */
  #withCertificates(expulsion: Expulsion): Expulsion {
    if (!expulsion.isExpelled) return expulsion;
    const { certificates } = this.#options;
    const known = { ...expulsion, fingerprints: certificates.of(expulsion.nodeId), shared: [] };
    const own = mergeExpulsion(expulsion, known);
    const shared = own.fingerprints.filter((fingerprint) => certificates.isShownByOther(fingerprint, own.nodeId));
    return shared.length === 0 ? own : mergeExpulsion(own, { ...own, shared });
  }
}

/** What would be told is not believed by anybody, and with it nothing else that this node tells. */
function expectRoomAbove(what: string, counter: number): void {
  if (counter < MAX_COUNTER) return;
  throw new RpcError(
    'RESOURCE_EXHAUSTED',
    `The ${what} is ${counter}, the highest there is: a node made it up; stop all nodes and start them again`,
    {
      retryable: false,
    },
  );
}

function sealingKey(keys: KeyState): GossipKey {
  return validKeys(keys)[0] as GossipKey;
}
