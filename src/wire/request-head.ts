import { type ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import { FrameFlag } from './frame.ts';
import { MAX_METHOD_NAME_BYTES } from './limits.ts';
import { type Metadata, NO_METADATA, readMetadata, writeMetadata } from './metadata.ts';

/** What a REQUEST says before its message: method, remaining time, metadata. */
export interface RequestHead {
  /** The method's place in the server's HELLO, or its name. */
  readonly method: number | string;
  /** What is left until the caller's deadline, in milliseconds; Infinity without one. */
  readonly remainingMs: number;
  readonly metadata: Metadata;
}

/** Appends the head and gives the flags that say which parts it has. */
export function writeRequestHead(head: RequestHead, writer: ByteWriter): number {
  let flags = 0;
  if (typeof head.method === 'number') {
    writer.writeVarint(head.method);
  } else {
    writer.writeString(head.method);
    flags |= FrameFlag.NAMED;
  }
  if (head.remainingMs !== Number.POSITIVE_INFINITY) {
    writer.writeVarint(Math.max(0, Math.ceil(head.remainingMs)));
    flags |= FrameFlag.DEADLINE;
  }
  if (head.metadata !== NO_METADATA) {
    writeMetadata(head.metadata, writer);
    flags |= FrameFlag.METADATA;
  }
  return flags;
}

/** Reads the parts that the frame's flags announce. @throws MalformedBytesError */
export function readRequestHead(flags: number, reader: ByteReader): RequestHead {
  const method = (flags & FrameFlag.NAMED) === 0 ? reader.readVarint() : readName(reader);
  const remainingMs = (flags & FrameFlag.DEADLINE) === 0 ? Number.POSITIVE_INFINITY : reader.readVarint();
  const metadata = (flags & FrameFlag.METADATA) === 0 ? NO_METADATA : readMetadata(reader);
  return { method, remainingMs, metadata };
}

function readName(reader: ByteReader): string {
  const name = reader.readString();
  if (name.length > MAX_METHOD_NAME_BYTES)
    throw new MalformedBytesError(`a method name has ${name.length} characters, the most is ${MAX_METHOD_NAME_BYTES}`);
  return name;
}
