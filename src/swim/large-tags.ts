import { ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import { ByteWriter } from '../util/byte-writer.ts';
import { MAX_INLINE_TAG_BYTES, MAX_TAG_BYTES, tagBytes } from './limits.ts';
import type { Tags } from './node-info.ts';
import { readTags, writeTags } from './wire-fields.ts';

/** Stands in an announcement for tags that do not fit into it: whoever learns of them fetches them, and knows by this that they are the right ones. */
export interface TagsReference {
  /** How many bytes they take, encoded by {@link encodeTags}. */
  readonly bytes: number;
  /** What a {@link TagHash} makes of those. */
  readonly hash: string;
}

/** The first 16 bytes of the SHA-256 hash as 32 hexadecimal digits. It comes from outside, because this folder is pure. */
export type TagHash = (encoded: Uint8Array) => string;

/** What is announced of a node's tags: the tags, or what stands for them. */
export interface AnnouncedTags {
  readonly tags: Tags;
  readonly tagsReference?: TagsReference;
}

/** The tags that are held of a node, and those that it announced last. */
export interface HeldTags {
  readonly tags: Tags;
  /** The hash of `tags`, when they are too large for an announcement. */
  readonly tagsHash: string | undefined;
  /** What the last announcement says instead of tags. */
  readonly tagsReference: TagsReference | undefined;
}

/** False while the tags that a node announced are still to be fetched. */
export function hasCurrentTags(held: HeldTags): boolean {
  return held.tagsReference === undefined || held.tagsReference.hash === held.tagsHash;
}

/** What to tell others of a node's tags. */
export function announcedTags(held: HeldTags): AnnouncedTags {
  const { tags, tagsReference } = held;
  return tagsReference === undefined ? { tags } : { tags: NO_TAGS, tagsReference };
}

/** This node's own tags as they are held and announced. */
export function ownTags(tags: Tags, hash: TagHash): HeldTags {
  const copy = { ...tags };
  if (tagBytes(copy) <= MAX_INLINE_TAG_BYTES) return { tags: copy, tagsHash: undefined, tagsReference: undefined };
  const encoded = encodeTags(copy);
  const tagsReference = { bytes: encoded.length, hash: hash(encoded) };
  return { tags: copy, tagsHash: tagsReference.hash, tagsReference };
}

/** The one way to write these tags, in the order of their keys: what the hash is of, and what is fetched. */
export function encodeTags(tags: Tags): Uint8Array {
  const writer = new ByteWriter();
  writeTags(writer, Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1))));
  return writer.take();
}

/** Reads what {@link encodeTags} wrote; undefined for any other bytes. */
export function decodeTags(encoded: Uint8Array): Tags | undefined {
  try {
    const tags = readTags(new ByteReader(encoded), MAX_TAG_BYTES);
    // Else this node could not hand on what it took.
    return Buffer.compare(encodeTags(tags), encoded) === 0 ? tags : undefined;
  } catch (error) {
    if (error instanceof MalformedBytesError) return undefined;
    throw error;
  }
}

/** Bytes of encoded tags at most: their count, and then the pairs. */
export const MAX_ENCODED_TAG_BYTES: number = MAX_TAG_BYTES + 3;

const NO_TAGS: Tags = Object.freeze({});
