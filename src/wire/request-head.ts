import type { ByteReader } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import { FrameFlag } from './frame.ts';
import { type HelloMethod, readMethod, writeMethod } from './hello.ts';
import { type Metadata, NO_METADATA, readMetadata, writeMetadata } from './metadata.ts';

/** What a REQUEST says before its message: method, remaining time, metadata. */
export interface RequestHead {
  /** The method's place in the server's HELLO, or what the client knows of one that HELLO did not announce. */
  readonly method: number | HelloMethod;
  /** What is left until the caller's deadline, in milliseconds; Infinity without one. */
  readonly remainingMs: number;
  readonly metadata: Metadata;
}

/**
 * Appends the head and gives the flags that say which parts it has.
 * @throws RpcError for metadata that may not travel
 */
export function writeRequestHead(head: RequestHead, writer: ByteWriter, maxMetadataBytes?: number): number {
  let flags = 0;
  if (typeof head.method === 'number') {
    writer.writeVarint(head.method);
  } else {
    writeMethod(head.method, writer);
    flags |= FrameFlag.NAMED;
  }
  if (head.remainingMs !== Number.POSITIVE_INFINITY) {
    writer.writeVarint(Math.min(MAX_REMAINING_MS, Math.max(0, Math.ceil(head.remainingMs))));
    flags |= FrameFlag.DEADLINE;
  }
  if (head.metadata !== NO_METADATA) {
    writeMetadata(head.metadata, writer, maxMetadataBytes);
    flags |= FrameFlag.METADATA;
  }
  return flags;
}

/** Reads the parts that the frame's flags announce. @throws MalformedBytesError; RpcError `RESOURCE_EXHAUSTED` for metadata above the limit. */
export function readRequestHead(flags: number, reader: ByteReader, maxMetadataBytes?: number): RequestHead {
  const method = (flags & FrameFlag.NAMED) === 0 ? reader.readVarint() : readMethod(reader);
  const remainingMs = (flags & FrameFlag.DEADLINE) === 0 ? Number.POSITIVE_INFINITY : reader.readVarint();
  const metadata = (flags & FrameFlag.METADATA) === 0 ? NO_METADATA : readMetadata(reader, maxMetadataBytes);
  return { method, remainingMs, metadata };
}

/** A hundred years: longer waits are all the same. */
const MAX_REMAINING_MS = 3_155_760_000_000;
