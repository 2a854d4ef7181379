import { RpcError } from '../errors/rpc-error.ts';
import { type ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import { MAX_METADATA_BYTES } from './limits.ts';

/** Text that travels beside a call: keys are lower-case ASCII, values any text; at most 8 KiB encoded. */
export type Metadata = Readonly<Record<string, string>>;

/** What a call without metadata has. */
export const NO_METADATA: Metadata = Object.freeze({});

/**
 * Appends a metadata block: length, count, then key and value by turns.
 * @throws RpcError `INVALID_ARGUMENT` for a key or value that may not travel, `RESOURCE_EXHAUSTED` above 8 KiB.
 */
export function writeMetadata(metadata: Metadata, writer: ByteWriter): void {
  const pairs = Object.entries(metadata);
  const block = encodePairs(pairs);
  if (block > MAX_METADATA_BYTES) {
    throw new RpcError(
      'RESOURCE_EXHAUSTED',
      `The metadata takes ${block} bytes, the most is ${MAX_METADATA_BYTES}: send large values in the message`,
    );
  }
  writer.writeVarint(pairs.length);
  for (const [key, value] of pairs) {
    writer.writeString(key);
    writer.writeString(value);
  }
}

/** Reads a metadata block. @throws MalformedBytesError when it is not one or is above 8 KiB. */
export function readMetadata(reader: ByteReader): Metadata {
  const start = reader.position;
  const count = reader.readCount(2);
  const metadata: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let i = 0; i < count; i++) {
    const key = reader.readString();
    metadata[key] = reader.readString();
    if (reader.position - start > MAX_METADATA_BYTES) throw new MalformedBytesError(`metadata is above ${MAX_METADATA_BYTES} bytes`);
  }
  return metadata;
}

/** Checks every pair and gives an upper bound of the encoded size. */
function encodePairs(pairs: readonly (readonly [string, string])[]): number {
  let bytes = 2;
  for (const [key, value] of pairs) {
    if (!KEY.test(key)) {
      throw new RpcError(
        'INVALID_ARGUMENT',
        `Expected a metadata key to be lower-case letters, digits, "-", "_" or ".", got ${JSON.stringify(key)}`,
      );
    }
    if (typeof value !== 'string' || !value.isWellFormed()) {
      throw new RpcError('INVALID_ARGUMENT', `Expected the metadata value of ${key} to be well-formed text, got ${typeof value}`);
    }
    bytes += key.length + Buffer.byteLength(value) + 4;
  }
  return bytes;
}

const KEY = /^[a-z0-9._-]{1,128}$/;
