import { RpcError } from '../errors/rpc-error.ts';
import { type ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import { DEFAULT_MAX_METADATA_BYTES } from './limits.ts';

/** Text, or bytes as they are. */
export type MetadataValue = string | Uint8Array;

/** What travels beside a call or its answer: keys are lower-case ASCII, values text or bytes; at most 8 KiB encoded unless `maxMetadataBytes` says otherwise. */
export type Metadata = Readonly<Record<string, MetadataValue>>;

/** What a call without metadata has. */
export const NO_METADATA: Metadata = Object.freeze({});

/** The text under a key; undefined when there is none, or bytes. */
export function metadataText(metadata: Metadata, key: string): string | undefined {
  const value = metadata[key];
  return typeof value === 'string' ? value : undefined;
}

/**
 * Appends a metadata block: count, then key, kind and value by turns.
 * @throws RpcError `INVALID_ARGUMENT` for a key or value that may not travel, `RESOURCE_EXHAUSTED` above `maxBytes`. Nothing was written then.
 */
export function writeMetadata(metadata: Metadata, writer: ByteWriter, maxBytes: number = DEFAULT_MAX_METADATA_BYTES): void {
  checkMetadata(metadata, maxBytes);
  const keys = Object.keys(metadata);
  writer.writeVarint(keys.length);
  for (const key of keys) {
    const value = metadata[key] as MetadataValue;
    writer.writeString(key);
    if (typeof value === 'string') {
      writer.writeUint8(TEXT);
      writer.writeString(value);
    } else {
      writer.writeUint8(BYTES);
      writer.writeBytes(value);
    }
  }
}

/**
 * Reads a metadata block.
 * @throws MalformedBytesError when it is not one; RpcError `RESOURCE_EXHAUSTED` above `maxBytes`, with the reader behind the block.
 */
export function readMetadata(reader: ByteReader, maxBytes: number = DEFAULT_MAX_METADATA_BYTES): Metadata {
  const start = reader.position;
  const count = reader.readCount(MIN_PAIR_BYTES);
  const metadata: Record<string, MetadataValue> = Object.create(null) as Record<string, MetadataValue>;
  for (let i = 0; i < count; i++) {
    const key = reader.readString();
    metadata[key] = readValue(reader);
  }
  const bytes = reader.position - start;
  if (bytes > maxBytes) throw tooLarge(bytes, maxBytes);
  return metadata;
}

/**
 * Checks that metadata may travel.
 * @throws RpcError `INVALID_ARGUMENT` naming the key, `RESOURCE_EXHAUSTED` naming size and limit.
 */
export function checkMetadata(metadata: Metadata, maxBytes: number): void {
  const keys = Object.keys(metadata);
  let bytes = varintBytes(keys.length);
  for (const key of keys) {
    if (!KEY.test(key)) {
      throw new RpcError(
        'INVALID_ARGUMENT',
        `Expected a metadata key to be lower-case letters, digits, "-", "_" or ".", at most 128, got ${JSON.stringify(key)}`,
      );
    }
    const valueBytes = sizeOf(key, metadata[key]);
    bytes += varintBytes(key.length) + key.length + 1 + varintBytes(valueBytes) + valueBytes;
  }
  if (bytes > maxBytes) throw tooLarge(bytes, maxBytes);
}

function readValue(reader: ByteReader): MetadataValue {
  const kind = reader.readUint8();
  if (kind === TEXT) return reader.readString();
  // A copy: the handler may keep it, and a view would keep all of the input that it came in.
  if (kind === BYTES) return new Uint8Array(reader.readBytesView());
  throw new MalformedBytesError(`a metadata value is of kind ${kind}, which is neither text nor bytes`);
}

function sizeOf(key: string, value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'string' && value.isWellFormed()) return Buffer.byteLength(value);
  const got = typeof value === 'string' ? 'text with a lone surrogate' : value === null ? 'null' : typeof value;
  throw new RpcError('INVALID_ARGUMENT', `Expected the metadata value of ${key} to be well-formed text or a Uint8Array, got ${got}`);
}

function tooLarge(bytes: number, maxBytes: number): RpcError {
  return new RpcError(
    'RESOURCE_EXHAUSTED',
    `The metadata takes ${bytes} bytes, the most is ${maxBytes} (maxMetadataBytes): send large values in the message`,
    { retryable: false },
  );
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

const KEY = /^[a-z0-9._-]{1,128}$/;

/** Kinds of values on the wire. */
const TEXT = 0;
const BYTES = 1;

/** Length of an empty key, kind, length of an empty value. */
const MIN_PAIR_BYTES = 3;
