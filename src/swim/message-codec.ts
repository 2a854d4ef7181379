import { assertNever } from '../util/assert-never.ts';
import { ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import type { DropReason } from './effects.ts';
import { type DatagramHeader, GOSSIP_VERSION, MAX_PARTS, type Part } from './messages.ts';
import { readAnnouncedTags, writeAnnouncedTags } from './tags-codec.ts';
import { readAddress, readEpoch, readNodeId, readOptionalAddress, readState, writeState } from './wire-fields.ts';

/**
 * The layout of a datagram:
 * ```
 * version 1 byte | node id (length, UTF-8) | epoch varint | load varint | parts until the end
 * part: type 1 byte | length 2 bytes | body
 * ```
 * Parts of unknown types are skipped by their length.
 */
export interface Datagram {
  readonly header: DatagramHeader;
  readonly parts: readonly Part[];
  /** What was not used, in order. */
  readonly dropped: readonly DropReason[];
}

/** Appends version and header. */
export function writeHeader(writer: ByteWriter, header: DatagramHeader): void {
  writer.writeUint8(GOSSIP_VERSION);
  writer.writeString(header.nodeId);
  writer.writeVarint(header.epoch);
  writer.writeVarint(header.load);
}

/** Appends one part. */
export function writePart(writer: ByteWriter, part: Part): void {
  writer.writeUint8(PART_TYPES[part.kind]);
  const lengthAt = writer.position;
  writer.writeUint16(0);
  writeBody(writer, part);
  const end = writer.position;
  writer.position = lengthAt;
  writer.writeUint16(end - lengthAt - 2);
  writer.position = end;
}

/** Reads a datagram; a reason instead when not even its header makes sense. Never throws, whatever the bytes. */
export function readDatagram(bytes: Uint8Array): Datagram | DropReason {
  const reader = new ByteReader(bytes);
  try {
    if (reader.readUint8() !== GOSSIP_VERSION) return 'version';
    const header = { nodeId: readNodeId(reader), epoch: readEpoch(reader), load: reader.readVarint() };
    return readParts(reader, header);
  } catch (error) {
    if (error instanceof MalformedBytesError) return 'malformed';
    throw error;
  }
}

function readParts(reader: ByteReader, header: DatagramHeader): Datagram {
  const parts: Part[] = [];
  const dropped: DropReason[] = [];
  let hasPing = false;
  let hasYouAre = false;
  for (let count = 0; reader.remaining > 0; count++) {
    if (count === MAX_PARTS) {
      dropped.push('tooManyParts');
      break;
    }
    const part = readPart(reader);
    if (part === 'truncated') {
      dropped.push('malformedPart');
      break;
    }
    if (typeof part === 'string') dropped.push(part);
    else if (isPing(part) && hasPing) dropped.push('secondPing');
    else if (part.kind === 'youAre' && hasYouAre) dropped.push('secondYouAre');
    else parts.push(part);
    hasPing ||= typeof part !== 'string' && isPing(part);
    hasYouAre ||= typeof part !== 'string' && part.kind === 'youAre';
  }
  return { header, parts, dropped };
}

function isPing(part: Part): boolean {
  return part.kind === 'ping' || part.kind === 'pingRequest';
}

function readPart(reader: ByteReader): Part | DropReason | 'truncated' {
  if (reader.remaining < 3) return 'truncated';
  const kind = PART_KINDS[reader.readUint8()];
  const length = reader.readUint16();
  if (length > reader.remaining) return 'truncated';
  const outerEnd = reader.end;
  const end = reader.position + length;
  reader.end = end;
  try {
    return kind === undefined ? 'unknownPart' : readBody(reader, kind);
  } catch (error) {
    if (error instanceof MalformedBytesError) return 'malformedPart';
    throw error;
  } finally {
    reader.end = outerEnd;
    reader.position = end;
  }
}

function writeBody(writer: ByteWriter, part: Part): void {
  switch (part.kind) {
    case 'ping':
      writer.writeUint32(part.sequence);
      return writeTarget(writer, part);
    case 'ack':
    case 'nack':
      return writer.writeUint32(part.sequence);
    case 'pingRequest':
      writer.writeUint32(part.sequence);
      writeTarget(writer, part);
      return writer.writeVarint(part.timeoutMs);
    case 'alive':
      writeVersion(writer, part);
      writer.writeString(part.address);
      writer.writeString(part.gossipAddress);
      return writeAnnouncedTags(writer, part);
    case 'suspect':
    case 'failed':
      writeVersion(writer, part);
      return writer.writeString(part.from);
    case 'left':
      return writeVersion(writer, part);
    case 'youAre':
      writeState(writer, part.state);
      writer.writeVarint(part.epoch);
      writer.writeUint32(part.incarnation);
      writer.writeString(part.address);
      return writer.writeString(part.gossipAddress);
    case 'rival':
      return writer.writeString(part.address);
    default:
      assertNever(part, 'part');
  }
}

function readBody(reader: ByteReader, kind: Part['kind']): Part {
  switch (kind) {
    case 'ping':
      return { kind, sequence: reader.readUint32(), ...readTarget(reader) };
    case 'ack':
    case 'nack':
      return { kind, sequence: reader.readUint32() };
    case 'pingRequest':
      return { kind, sequence: reader.readUint32(), ...readTarget(reader), timeoutMs: reader.readVarint() };
    case 'alive':
      return {
        kind,
        ...readVersion(reader),
        address: readAddress(reader),
        gossipAddress: readAddress(reader),
        ...readAnnouncedTags(reader),
      };
    case 'suspect':
    case 'failed':
      return { kind, ...readVersion(reader), from: readNodeId(reader) };
    case 'left':
      return { kind, ...readVersion(reader) };
    case 'youAre':
      return {
        kind,
        state: readState(reader),
        epoch: readEpoch(reader),
        incarnation: reader.readUint32(),
        address: readOptionalAddress(reader),
        gossipAddress: readOptionalAddress(reader),
      };
    case 'rival':
      return { kind, address: readAddress(reader) };
    default:
      return assertNever(kind, 'part kind');
  }
}

function writeTarget(writer: ByteWriter, part: { readonly targetId: string; readonly targetEpoch: number }): void {
  writer.writeString(part.targetId);
  writer.writeVarint(part.targetEpoch);
}

function readTarget(reader: ByteReader): { targetId: string; targetEpoch: number } {
  return { targetId: readNodeId(reader), targetEpoch: readEpoch(reader) };
}

function writeVersion(writer: ByteWriter, part: { readonly nodeId: string; readonly epoch: number; readonly incarnation: number }): void {
  writer.writeString(part.nodeId);
  writer.writeVarint(part.epoch);
  writer.writeUint32(part.incarnation);
}

function readVersion(reader: ByteReader): { nodeId: string; epoch: number; incarnation: number } {
  return { nodeId: readNodeId(reader), epoch: readEpoch(reader), incarnation: reader.readUint32() };
}

const PART_TYPES: Readonly<Record<Part['kind'], number>> = {
  ping: 1,
  ack: 2,
  pingRequest: 3,
  nack: 4,
  alive: 5,
  suspect: 6,
  failed: 7,
  left: 8,
  youAre: 9,
  rival: 10,
};

const PART_KINDS: readonly (Part['kind'] | undefined)[] = [
  undefined,
  'ping',
  'ack',
  'pingRequest',
  'nack',
  'alive',
  'suspect',
  'failed',
  'left',
  'youAre',
  'rival',
];
