import { expectText, invalidArgument } from '../errors/expect.ts';
import { parseAddress } from '../util/address.ts';
import type { Tags } from './node-info.ts';

/** Bytes of a node id in UTF-8. */
export const MAX_NODE_ID_BYTES = 128;

/** Bytes of a `host:port`. Chosen so that a node's whole record fits one datagram with every other part at its limit. */
export const MAX_ADDRESS_BYTES = 160;

/**
 * Bytes of all tags of a node as they travel: keys and values in UTF-8 with one or two length bytes each. Above {@link MAX_INLINE_TAG_BYTES} they are
 * fetched by whoever learns of them.
 */
export const MAX_TAG_BYTES: number = 16 * 1024;

/** Tags of at most so many bytes travel in every announcement of their node. */
export const MAX_INLINE_TAG_BYTES = 512;

/** Epochs above this are not believed: there must be room to go above any epoch that is. */
export const MAX_EPOCH: number = Number.MAX_SAFE_INTEGER - 0xffff_ffff;

/** Incarnations are unsigned 32-bit numbers. */
export const MAX_INCARNATION = 0xffff_ffff;

/** Throws unless `nodeId` can be a node's name. @throws RpcError `INVALID_ARGUMENT`. */
export function expectNodeId(nodeId: unknown): asserts nodeId is string {
  expectText('nodeId', nodeId);
  if (Buffer.byteLength(nodeId) <= MAX_NODE_ID_BYTES) return;
  throw invalidArgument('nodeId', `at most ${MAX_NODE_ID_BYTES} bytes of UTF-8`, nodeId);
}

/** Throws unless `address` is a `host:port` that others can be told. @throws RpcError `INVALID_ARGUMENT`. */
export function expectAddress(name: string, address: unknown): asserts address is string {
  expectText(name, address);
  if (isAddress(address)) return;
  throw invalidArgument(name, `host:port of at most ${MAX_ADDRESS_BYTES} bytes`, address);
}

/** Throws unless the tags are text pairs within {@link MAX_TAG_BYTES}. @throws RpcError `INVALID_ARGUMENT` naming the tag or the size. */
export function expectTags(tags: unknown): asserts tags is Tags {
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) throw invalidArgument('tags', 'an object of text pairs', tags);
  for (const [key, value] of Object.entries(tags)) {
    if (key.length === 0) throw invalidArgument('tags', 'pairs whose keys are not empty', key);
    if (typeof value !== 'string') throw invalidArgument(`tags.${key}`, 'a string', value);
  }
  const bytes = tagBytes(tags as Tags);
  if (bytes > MAX_TAG_BYTES) {
    throw invalidArgument('tags', `at most ${MAX_TAG_BYTES} bytes in all, because every node of the cluster keeps them`, `${bytes} bytes`);
  }
}

/** True for a `host:port` short enough to travel. */
export function isAddress(address: string): boolean {
  return Buffer.byteLength(address) <= MAX_ADDRESS_BYTES && parseAddress(address) !== undefined;
}

/** How many bytes the pairs take on the wire. */
export function tagBytes(tags: Tags): number {
  let total = 0;
  for (const [key, value] of Object.entries(tags)) total += textBytes(key) + textBytes(value);
  return total;
}

/** True when both have the same pairs, in whatever order. */
export function hasSameTags(a: Tags, b: Tags): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

function textBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  return bytes + (bytes < 128 ? 1 : 2);
}
