import { type ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import { isAddress, MAX_EPOCH, MAX_INLINE_TAG_BYTES, MAX_NODE_ID_BYTES, tagBytes } from './limits.ts';
import type { NodeState, Tags } from './node-info.ts';
import { STATE_RANK, stateFromRank } from './precedence.ts';

/**
 * The fields that datagrams and exchanges share. Readers accept only what a correct node could have written.
 *
 * @throws MalformedBytesError from every reader.
 */
export function readNodeId(reader: ByteReader): string {
  const nodeId = reader.readString();
  // Measured after decoding: bytes that are not UTF-8 grow when they are passed on.
  const bytes = Buffer.byteLength(nodeId);
  if (bytes === 0 || bytes > MAX_NODE_ID_BYTES) throw new MalformedBytesError(`a node id of ${bytes} bytes`);
  return nodeId;
}

export function readEpoch(reader: ByteReader): number {
  const epoch = reader.readVarint();
  if (epoch > MAX_EPOCH) throw new MalformedBytesError(`an epoch of ${epoch} leaves no room above it`);
  return epoch;
}

export function readAddress(reader: ByteReader): string {
  const address = reader.readString();
  if (!isAddress(address)) throw new MalformedBytesError('an address is not host:port');
  return address;
}

/** Like {@link readAddress}; empty when the sender does not know it. */
export function readOptionalAddress(reader: ByteReader): string {
  const address = reader.readString();
  if (address !== '' && !isAddress(address)) throw new MalformedBytesError('an address is not host:port');
  return address;
}

export function readState(reader: ByteReader): NodeState {
  const rank = reader.readUint8();
  const state = stateFromRank(rank);
  if (state === undefined) throw new MalformedBytesError(`a node state of ${rank} is not known`);
  return state;
}

export function writeState(writer: ByteWriter, state: NodeState): void {
  writer.writeUint8(STATE_RANK[state]);
}

/** Tags as they stand in announcements; `maxBytes` when they stand elsewhere. */
export function readTags(reader: ByteReader, maxBytes: number = MAX_INLINE_TAG_BYTES): Tags {
  const count = reader.readCount(2);
  if (count === 0) return NO_TAGS;
  const pairs: [string, string][] = [];
  for (let i = 0; i < count; i++) pairs.push([reader.readString(), reader.readString()]);
  const tags = Object.fromEntries(pairs);
  if (tagBytes(tags) > maxBytes) throw new MalformedBytesError(`tags take more than ${maxBytes} bytes`);
  return tags;
}

export function writeTags(writer: ByteWriter, tags: Tags): void {
  const pairs = Object.entries(tags);
  writer.writeVarint(pairs.length);
  for (const [key, value] of pairs) {
    writer.writeString(key);
    writer.writeString(value);
  }
}

const NO_TAGS: Tags = Object.freeze({});
