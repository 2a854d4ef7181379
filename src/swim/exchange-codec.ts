import { type ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import type { Codec } from '../wire/codec.ts';
import type { DigestEntry, JoinRefusal, JoinReply, JoinRequest, MemberRecord, SyncReply, SyncRequest } from './exchange.ts';
import { isActive } from './precedence.ts';
import { HASH_BYTES, readAnnouncedTags, writeAnnouncedTags } from './tags-codec.ts';
import { readAddress, readEpoch, readNodeId, readOptionalAddress, readState, writeState } from './wire-fields.ts';

/**
 * How the exchanges over the reliable transport are written. Each record and digest entry is preceded by its length and each message may be
 * continued by newer versions: what is not known is skipped.
 */
export const joinRequestCodec: Codec<JoinRequest> = {
  encode(value, writer) {
    writer.writeString(value.clusterName);
    writer.writeVarint(value.minVersion);
    writer.writeVarint(value.maxVersion);
    writeRecord(writer, value.self);
  },
  decode(reader) {
    return {
      clusterName: reader.readString(),
      minVersion: reader.readVarint(),
      maxVersion: reader.readVarint(),
      self: readSelf(reader),
    };
  },
};

/** See {@link joinRequestCodec}. */
export const joinReplyCodec: Codec<JoinReply> = {
  encode(value, writer) {
    if (value.kind === 'refused') {
      writer.writeUint8(1 + REFUSALS.indexOf(value.reason));
      writer.writeString(value.message);
      writer.writeString(value.ownerAddress ?? '');
      return;
    }
    writer.writeUint8(0);
    writer.writeVarint(value.version);
    writeRecord(writer, value.sender);
    writer.writeVarint(value.epochFloor === undefined ? 0 : value.epochFloor + 1);
    writeList(writer, value.members, writeRecord);
    writer.writeUint8(value.hasMore ? 1 : 0);
  },
  decode(reader) {
    const kind = reader.readUint8();
    if (kind === 0) return readAccepted(reader);
    const reason = REFUSALS[kind - 1];
    if (reason === undefined) throw new MalformedBytesError(`a refusal for reason ${kind} is not known`);
    const message = reader.readString();
    const ownerAddress = readOptionalAddress(reader);
    return { kind: 'refused', reason, message, ...(ownerAddress === '' ? {} : { ownerAddress }) };
  },
};

/** See {@link joinRequestCodec}. */
export const syncRequestCodec: Codec<SyncRequest> = {
  encode(value, writer) {
    writer.writeString(value.clusterName);
    writeRecord(writer, value.sender);
    writer.writeVarint(value.page);
    writer.writeVarint(value.pages);
    writer.writeUint8(value.digest === undefined ? 0 : 1);
    if (value.digest !== undefined) writeList(writer, value.digest, writeDigestEntry);
    writeList(writer, value.records, writeRecord);
  },
  decode(reader) {
    const clusterName = reader.readString();
    const sender = readSelf(reader);
    const page = reader.readVarint();
    const pages = reader.readVarint();
    if (page >= pages) throw new MalformedBytesError(`page ${page} of ${pages}`);
    const digest = reader.readUint8() === 0 ? undefined : readList(reader, { read: readDigestEntry, minBytes: 7 });
    return { clusterName, sender, page, pages, digest, records: readList(reader, { read: readRecord, minBytes: MIN_RECORD_BYTES }) };
  },
};

/** See {@link joinRequestCodec}. */
export const syncReplyCodec: Codec<SyncReply> = {
  encode(value, writer) {
    writeRecord(writer, value.sender);
    writeList(writer, value.records, writeRecord);
    writeList(writer, value.wanted, (to, nodeId) => to.writeString(nodeId));
    writer.writeUint8(value.hasMore ? 1 : 0);
  },
  decode(reader) {
    return {
      sender: readSelf(reader),
      records: readList(reader, { read: readRecord, minBytes: MIN_RECORD_BYTES }),
      wanted: readList(reader, { read: readNodeId, minBytes: 2 }),
      hasMore: reader.readUint8() === 1,
    };
  },
};

/** Bytes that a record takes at most. */
export function recordBytes(record: MemberRecord): number {
  let bytes = 24 + 3 * (record.nodeId.length + record.address.length + record.gossipAddress.length);
  for (const [key, value] of Object.entries(record.tags)) bytes += 4 + 3 * (key.length + value.length);
  return record.tagsReference === undefined ? bytes : bytes + HASH_BYTES + 4;
}

function readAccepted(reader: ByteReader): JoinReply {
  const version = reader.readVarint();
  const sender = readSelf(reader);
  const floor = reader.readVarint();
  const members = readList(reader, { read: readRecord, minBytes: MIN_RECORD_BYTES });
  return { kind: 'accepted', version, sender, epochFloor: floor === 0 ? undefined : floor - 1, members, hasMore: reader.readUint8() === 1 };
}

function writeRecord(writer: ByteWriter, record: MemberRecord): void {
  writeSized(writer, () => {
    writeDigestBody(writer, record);
    writer.writeString(record.address);
    writer.writeString(record.gossipAddress);
    writeAnnouncedTags(writer, record);
  });
}

function readRecord(reader: ByteReader): MemberRecord {
  return readSized(reader, () => {
    const version = readDigestBody(reader);
    // Of a node whose end alone was heard the address is not known.
    const addressOf = isActive(version.state) ? readAddress : readOptionalAddress;
    return { ...version, address: addressOf(reader), gossipAddress: addressOf(reader), ...readAnnouncedTags(reader) };
  });
}

/** The sender's record of itself. */
function readSelf(reader: ByteReader): MemberRecord {
  const record = readRecord(reader);
  if (record.address === '' || record.gossipAddress === '') throw new MalformedBytesError('a sender without an address');
  return record;
}

function writeDigestEntry(writer: ByteWriter, entry: DigestEntry): void {
  writeSized(writer, () => writeDigestBody(writer, entry));
}

function readDigestEntry(reader: ByteReader): DigestEntry {
  return readSized(reader, () => readDigestBody(reader));
}

function writeDigestBody(writer: ByteWriter, entry: DigestEntry): void {
  writer.writeString(entry.nodeId);
  writer.writeVarint(entry.epoch);
  writer.writeUint32(entry.incarnation);
  writeState(writer, entry.state);
}

function readDigestBody(reader: ByteReader): DigestEntry {
  return { nodeId: readNodeId(reader), epoch: readEpoch(reader), incarnation: reader.readUint32(), state: readState(reader) };
}

function writeSized(writer: ByteWriter, write: () => void): void {
  const lengthAt = writer.position;
  writer.writeUint16(0);
  write();
  const end = writer.position;
  writer.position = lengthAt;
  writer.writeUint16(end - lengthAt - 2);
  writer.position = end;
}

function readSized<T>(reader: ByteReader, read: () => T): T {
  const length = reader.readUint16();
  const outerEnd = reader.end;
  const end = reader.skip(length) + length;
  reader.position = end - length;
  reader.end = end;
  try {
    return read();
  } finally {
    reader.end = outerEnd;
    reader.position = end;
  }
}

function writeList<T>(writer: ByteWriter, items: readonly T[], write: (writer: ByteWriter, item: T) => void): void {
  writer.writeVarint(items.length);
  for (const item of items) write(writer, item);
}

function readList<T>(reader: ByteReader, item: { readonly read: (reader: ByteReader) => T; readonly minBytes: number }): T[] {
  const count = reader.readCount(item.minBytes);
  const items: T[] = [];
  for (let i = 0; i < count; i++) items.push(item.read(reader));
  return items;
}

const REFUSALS: readonly JoinRefusal[] = ['clusterName', 'protocolVersion', 'nameConflict', 'leaving', 'self', 'full'];

const MIN_RECORD_BYTES = 12;
