import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deriveSessionKey, type GossipKey, isSameKey } from './gossip-key.ts';
import { ReplayWindow } from './replay-window.ts';

/** Why a datagram was not opened. */
export type CipherRefusal = 'tooShort' | 'version' | 'unknownKey' | 'notAuthentic' | 'replayed' | 'ownEcho' | 'tooManyUnknown';

/**
 * Seals and opens gossip datagrams with AES-256-GCM.
 *
 *     0        1       2          10         18            n - 16
 *     version  key id  session    counter    ciphertext …  tag
 *
 * `session` is 8 random bytes that a node draws when it starts; the key of a session is derived from the cluster's key, the cluster's name and
 * those bytes, and the counter is the nonce. So no nonce comes twice, also after a restart or with the clock set back. The header and the
 * cluster's name are authenticated; a datagram that was seen before is refused.
 *
 * Whoever has the cluster's key can pass for any member; docs/architecture.md says what is promised and what not.
 */
export class GossipCipher {
  readonly #clusterName: string;
  readonly #aadSuffix: Buffer;
  /** What was seen under each key: those in use first, then former ones, which open nothing; but should one come back, what was seen under it stays seen. */
  #keys: InstalledKey[] = [];
  /** The keys in use: the first seals, all open. */
  #opening: readonly InstalledKey[] = [];
  readonly #session: Buffer = randomBytes(SESSION_BYTES);
  #ownKey: Buffer | undefined;
  #counter = 0;
  readonly #refusals: Partial<Record<CipherRefusal, number>> = {};
  /** Derivations for sessions that are not known, in the current second: what garbage on the port may cost. */
  #unknownTries = 0;
  #unknownSecond = 0;

  constructor(clusterName: string) {
    this.#clusterName = clusterName;
    this.#aadSuffix = Buffer.from(clusterName);
  }

  /** Whether a key is installed; without one nothing can be sealed or opened. */
  get hasKey(): boolean {
    return this.#opening.length > 0;
  }

  get key(): GossipKey | undefined {
    return this.#opening[0]?.key;
  }

  /** Seals with this key from now on; the one before stays good for opening. */
  install(key: GossipKey): void {
    const present = this.key;
    if (present && isSameKey(present, key)) return;
    this.use(present ? [key, present] : [key]);
  }

  /** Seals with the first of these keys from now on and opens with all of them, at most two. What is sealed with another one is refused from now on. */
  use(keys: readonly GossipKey[]): void {
    const [sealing] = keys;
    if (sealing === undefined) return;
    const before = this.key;
    // One key given twice is one: with two records of what was seen, each datagram could come twice.
    const different = keys.filter((key, i) => keys.findIndex((other) => isSameKey(other, key)) === i);
    const used = different.slice(0, OPENING_KEYS).map((key) => this.#remembered(key));
    this.#opening = used;
    this.#keys = [...used, ...this.#keys.filter((installed) => !used.includes(installed))].slice(0, MAX_REMEMBERED_KEYS);
    if (!before || !isSameKey(before, sealing)) this.#ownKey = deriveSessionKey(sealing, this.#clusterName, this.#session);
  }

  #remembered(key: GossipKey): InstalledKey {
    return this.#keys.find((installed) => isSameKey(installed.key, key)) ?? { key, sessions: new Map() };
  }

  /** Encrypts one datagram; undefined without a key. */
  seal(plaintext: Uint8Array): Buffer | undefined {
    const { key } = this;
    if (!key || !this.#ownKey) return undefined;
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header[0] = VERSION;
    header[1] = key.id;
    this.#session.copy(header, 2);
    header.writeBigUInt64LE(BigInt(this.#counter++), 10);
    const cipher = createCipheriv('aes-256-gcm', this.#ownKey, nonceOf(header));
    cipher.setAAD(Buffer.concat([header, this.#aadSuffix]));
    const body = cipher.update(plaintext);
    cipher.final();
    return Buffer.concat([header, body, cipher.getAuthTag()]);
  }

  /** Datagrams that were not opened so far, by reason. */
  get refusals(): Readonly<Partial<Record<CipherRefusal, number>>> {
    return this.#refusals;
  }

  /** Decrypts one datagram, or says why not. `now` is in milliseconds and bounds what garbage costs. */
  open(packet: Uint8Array, now: number): Buffer | CipherRefusal {
    const outcome = this.#open(packet, now);
    if (typeof outcome === 'string') this.#refusals[outcome] = (this.#refusals[outcome] ?? 0) + 1;
    return outcome;
  }

  #open(packet: Uint8Array, now: number): Buffer | CipherRefusal {
    if (packet.length < OVERHEAD_BYTES) return 'tooShort';
    if (packet[0] !== VERSION) return 'version';
    const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
    if (bytes.subarray(2, 2 + SESSION_BYTES).equals(this.#session)) return 'ownEcho';
    let refusal: CipherRefusal = 'unknownKey';
    // Two keys may share an id: the one that fits is found by trying.
    for (const installed of this.#opening) {
      if (installed.key.id !== packet[1]) continue;
      const outcome = this.#openWith(installed, bytes, now);
      if (typeof outcome !== 'string') return outcome;
      refusal = outcome;
    }
    return refusal;
  }

  #openWith(installed: InstalledKey, bytes: Buffer, now: number): Buffer | CipherRefusal {
    const name = bytes.toString('latin1', 2, 2 + SESSION_BYTES);
    const counter = Number(bytes.readBigUInt64LE(10));
    let session = installed.sessions.get(name);
    if (!session) {
      if (!this.#mayTryUnknown(now)) return 'tooManyUnknown';
      const key = deriveSessionKey(installed.key, this.#clusterName, bytes.subarray(2, 2 + SESSION_BYTES));
      session = { key, window: new ReplayWindow() };
    }
    if (!session.window.isFresh(counter)) return 'replayed';
    const plaintext = this.#decrypt(bytes, session.key);
    if (!plaintext) return 'notAuthentic';
    session.window.accept(counter);
    remember(installed.sessions, name, session);
    return plaintext;
  }

  #decrypt(bytes: Buffer, key: Buffer): Buffer | undefined {
    const header = bytes.subarray(0, HEADER_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(header));
    decipher.setAAD(Buffer.concat([header, this.#aadSuffix]));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    const plaintext = decipher.update(bytes.subarray(HEADER_BYTES, bytes.length - TAG_BYTES));
    try {
      decipher.final();
      return plaintext;
    } catch {
      // The only way Node.js says that the tag does not fit.
      return undefined;
    }
  }

  #mayTryUnknown(now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.#unknownSecond) {
      this.#unknownSecond = second;
      this.#unknownTries = 0;
    }
    return this.#unknownTries++ < MAX_UNKNOWN_PER_SECOND;
  }
}

/** A key, and the sessions that have sent something authentic under it, in the order of their last use. */
interface InstalledKey {
  readonly key: GossipKey;
  readonly sessions: Map<string, Session>;
}

interface Session {
  readonly key: Buffer;
  readonly window: ReplayWindow;
}

function remember(sessions: Map<string, Session>, name: string, session: Session): void {
  sessions.delete(name);
  sessions.set(name, session);
  if (sessions.size <= MAX_SESSIONS) return;
  const oldest = sessions.keys().next();
  if (!oldest.done) sessions.delete(oldest.value);
}

function nonceOf(header: Buffer): Buffer {
  const nonce = Buffer.alloc(12);
  header.copy(nonce, 4, 10, 18);
  return nonce;
}

const VERSION = 1;
const SESSION_BYTES = 8;
const HEADER_BYTES = 18;
const TAG_BYTES = 16;

/** What sealing adds to a datagram. */
export const OVERHEAD_BYTES: number = HEADER_BYTES + TAG_BYTES;

const OPENING_KEYS = 2;
const MAX_REMEMBERED_KEYS = 4;
/** More than the members a node may track, so that only sessions of past lives are forgotten. */
const MAX_SESSIONS = 20_000;
const MAX_UNKNOWN_PER_SECOND = 2_000;
