import { readNodeId } from '../swim/wire-fields.ts';
import { ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import { ByteWriter } from '../util/byte-writer.ts';
import { COVER_CHARACTERS, type Expulsion, MAX_FINGERPRINTS, MAX_KEPT_EXPULSIONS, MAX_REASON_CHARACTERS } from './expulsions.ts';
import { GOSSIP_KEY_BYTES, type GossipKey, gossipKey } from './gossip-key.ts';
import { type KeyState, PHASES } from './key-state.ts';

/** What nodes tell each other beside their views: the keys of gossip, and who is expelled. It travels in calls to verified nodes only, never in datagrams. */
export interface SecurityState {
  /** Undefined from a newcomer that has no key yet, and to a peer that gets none. */
  readonly keys: KeyState | undefined;
  /** How long ago the newest key was made, in milliseconds. */
  readonly keyAgeMs: number;
  readonly expulsions: readonly Expulsion[];
}

/** Nothing to tell. */
export const NO_SECURITY: SecurityState = { keys: undefined, keyAgeMs: 0, expulsions: [] };

/** Appends a state with its length before it: newer versions may add to its end. */
export function writeSecurity(writer: ByteWriter, state: SecurityState): void {
  const inner = new ByteWriter(256);
  writeKeys(inner, state);
  inner.writeVarint(state.expulsions.length);
  for (const expulsion of state.expulsions) writeExpulsion(inner, expulsion);
  writer.writeBytes(inner.take());
}

/** @throws MalformedBytesError for anything that no node could have written. */
export function readSecurity(reader: ByteReader): SecurityState {
  const inner = new ByteReader(reader.readBytesView());
  const { keys, keyAgeMs } = readKeys(inner);
  const count = inner.readCount(MIN_EXPULSION_BYTES);
  if (count > MAX_KEPT_EXPULSIONS) throw new MalformedBytesError(`${count} expulsions, at most ${MAX_KEPT_EXPULSIONS} can be known`);
  const expulsions: Expulsion[] = [];
  for (let i = 0; i < count; i++) expulsions.push(readExpulsion(inner));
  return { keys, keyAgeMs, expulsions };
}

function writeKeys(writer: ByteWriter, { keys, keyAgeMs }: SecurityState): void {
  writer.writeUint8(keys === undefined ? NO_KEYS : keys.isConfigured ? CONFIGURED : ROTATING);
  if (keys === undefined) return;
  writer.writeVarint(keys.generation);
  writer.writeUint8(PHASES.indexOf(keys.phase));
  writeKey(writer, keys.key);
  if (keys.previous !== undefined) writeKey(writer, keys.previous);
  writer.writeString(keys.madeFor);
  writer.writeVarint(Math.max(0, Math.floor(keyAgeMs)));
}

function readKeys(reader: ByteReader): Pick<SecurityState, 'keys' | 'keyAgeMs'> {
  const mark = reader.readUint8();
  if (mark === NO_KEYS) return NO_SECURITY;
  if (mark !== ROTATING && mark !== CONFIGURED) throw new MalformedBytesError(`expected gossip keys or none, got mark ${mark}`);
  const generation = readLimited(reader, 'generation of a gossip key', MAX_COUNTER);
  const phase = PHASES[reader.readUint8()];
  if (phase === undefined) throw new MalformedBytesError('a gossip key in an unknown phase');
  const key = readKey(reader);
  const previous = phase === 'settled' ? undefined : readKey(reader);
  const madeFor = readText(reader, COVER_CHARACTERS);
  return { keys: { generation, phase, key, previous, madeFor, isConfigured: mark === CONFIGURED }, keyAgeMs: reader.readVarint() };
}

function writeKey(writer: ByteWriter, { id, secret }: GossipKey): void {
  writer.writeUint8(id);
  writer.writeRaw(secret);
}

function readKey(reader: ByteReader): GossipKey {
  const id = reader.readUint8();
  const key = gossipKey(Uint8Array.from(reader.readRawView(GOSSIP_KEY_BYTES)));
  // Under a wrong id its datagrams would be dropped by everybody else as those of an unknown key.
  if (key.id !== id) throw new MalformedBytesError(`the gossip key has id ${key.id}, not ${id}`);
  return key;
}

function writeExpulsion(writer: ByteWriter, expulsion: Expulsion): void {
  writer.writeString(expulsion.nodeId);
  writer.writeVarint(expulsion.version);
  writer.writeUint8(expulsion.isExpelled ? 1 : 0);
  writer.writeString(expulsion.reason);
  writeTexts(writer, expulsion.fingerprints);
  writeTexts(writer, expulsion.shared);
}

function readExpulsion(reader: ByteReader): Expulsion {
  return {
    nodeId: readNodeId(reader),
    version: readLimited(reader, 'version of an expulsion', MAX_COUNTER),
    isExpelled: reader.readUint8() === 1,
    reason: readText(reader, MAX_REASON_CHARACTERS),
    fingerprints: readFingerprints(reader),
    shared: readFingerprints(reader),
  };
}

function writeTexts(writer: ByteWriter, texts: readonly string[]): void {
  writer.writeVarint(texts.length);
  for (const text of texts) writer.writeString(text);
}

function readFingerprints(reader: ByteReader): readonly string[] {
  const count = reader.readCount();
  if (count > MAX_FINGERPRINTS) throw new MalformedBytesError(`${count} certificates of one node, at most ${MAX_FINGERPRINTS} are kept`);
  return Array.from({ length: count }, () => readText(reader, MAX_FINGERPRINT_CHARACTERS));
}

function readText(reader: ByteReader, maxCharacters: number): string {
  const text = reader.readString();
  if (text.length > maxCharacters)
    throw new MalformedBytesError(`a text of ${text.length} characters, at most ${maxCharacters} are allowed`);
  return text;
}

function readLimited(reader: ByteReader, what: string, max: number): number {
  const value = reader.readVarint();
  if (value > max) throw new MalformedBytesError(`the ${what} is ${value}, at most ${max} is believed`);
  return value;
}

const NO_KEYS = 0;
const ROTATING = 1;
const CONFIGURED = 2;

/** Counters above this are not believed, and none is ever told: a node that claims the highest there is ends changes, but not the exchanges of views. */
export const MAX_COUNTER: number = 2 ** 48;
const MIN_EXPULSION_BYTES = 7;
/** SHA-256 as colon-separated hexadecimal has 95. */
const MAX_FINGERPRINT_CHARACTERS = 128;
