import { type ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import type { Codec } from '../wire/codec.ts';
import type { TagsReply, TagsRequest } from './exchange.ts';
import { type AnnouncedTags, MAX_ENCODED_TAG_BYTES, type TagsReference } from './large-tags.ts';
import { MAX_INLINE_TAG_BYTES } from './limits.ts';
import { readNodeId, readTags, writeTags } from './wire-fields.ts';

/**
 * How large tags are announced and fetched. An announcement (a part of a datagram, or a record) ends with its tags; behind them may stand extensions, each a
 * type, the length of its body as a varint, and the body. What is not known is skipped.
 */
export function writeAnnouncedTags(writer: ByteWriter, announced: AnnouncedTags): void {
  writeTags(writer, announced.tags);
  const { tagsReference } = announced;
  if (tagsReference === undefined) return;
  writer.writeUint8(TAGS_REFERENCE);
  writer.writeVarint(2 + HASH_BYTES);
  writer.writeUint16(tagsReference.bytes);
  writer.writeRaw(Buffer.from(tagsReference.hash, 'hex'));
}

/** Reads until the end of the announcement. @throws MalformedBytesError. */
export function readAnnouncedTags(reader: ByteReader): AnnouncedTags {
  const tags = readTags(reader);
  let tagsReference: TagsReference | undefined;
  while (reader.remaining > 0) {
    const type = reader.readUint8();
    const body = reader.readBytesView();
    if (type === TAGS_REFERENCE) tagsReference = readReference(body);
  }
  return tagsReference === undefined ? { tags } : { tags: NO_TAGS, tagsReference };
}

/** See {@link writeAnnouncedTags}. */
export const tagsRequestCodec: Codec<TagsRequest> = {
  encode(value, writer) {
    writer.writeString(value.clusterName);
    writer.writeVarint(value.wanted.length);
    for (const { nodeId, hash } of value.wanted) {
      writer.writeString(nodeId);
      writer.writeRaw(Buffer.from(hash, 'hex'));
    }
  },
  decode(reader) {
    const clusterName = reader.readString();
    const count = reader.readCount(2 + HASH_BYTES);
    const wanted = Array.from({ length: count }, () => ({ nodeId: readNodeId(reader), hash: readHash(reader) }));
    return { clusterName, wanted };
  },
};

/** See {@link writeAnnouncedTags}. */
export const tagsReplyCodec: Codec<TagsReply> = {
  encode(value, writer) {
    writer.writeVarint(value.found.length);
    for (const { nodeId, encoded } of value.found) {
      writer.writeString(nodeId);
      writer.writeBytes(encoded);
    }
  },
  decode(reader) {
    const count = reader.readCount(3);
    return { found: Array.from({ length: count }, () => ({ nodeId: readNodeId(reader), encoded: readEncoded(reader) })) };
  },
};

/** Bytes of a hash on the wire; in memory it is twice as many hexadecimal digits. */
export const HASH_BYTES = 16;

function readReference(body: Uint8Array): TagsReference {
  if (body.length < 2 + HASH_BYTES) throw new MalformedBytesError('a reference to tags ends too soon');
  const view = Buffer.from(body.buffer, body.byteOffset, body.length);
  const bytes = view.readUInt16LE(0);
  if (bytes <= MAX_INLINE_TAG_BYTES || bytes > MAX_ENCODED_TAG_BYTES)
    throw new MalformedBytesError(`a reference to ${bytes} bytes of tags`);
  return { bytes, hash: view.toString('hex', 2, 2 + HASH_BYTES) };
}

function readHash(reader: ByteReader): string {
  return reader.readRawView(HASH_BYTES).toString('hex');
}

/** A copy: the input is not kept alive by what is taken from it. */
function readEncoded(reader: ByteReader): Uint8Array {
  const view = reader.readBytesView();
  if (view.length > MAX_ENCODED_TAG_BYTES) throw new MalformedBytesError(`tags take ${view.length} bytes`);
  return Uint8Array.from(view);
}

const NO_TAGS = Object.freeze({});
/** The only extension so far. */
const TAGS_REFERENCE = 1;
