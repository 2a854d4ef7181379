import { codeFromNumber, codeNumber, type ErrorCode } from '../errors/codes.ts';
import type { RpcError } from '../errors/rpc-error.ts';
import type { ByteReader } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import { MAX_ERROR_DETAILS_BYTES, MAX_ERROR_MESSAGE_CHARACTERS } from './limits.ts';
import { type Metadata, NO_METADATA, readMetadata, writeMetadata } from './metadata.ts';

/** An error as it crosses the wire. Stack and cause stay behind. */
export interface ErrorPayload {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly metadata: Metadata;
  /** Encoded by the service's error codec, or raw; undefined when there are none. */
  readonly details: Buffer | undefined;
}

/** Appends code, retryable, message, metadata and details. Always fits a frame. */
export function writeError(error: RpcError, details: Uint8Array | undefined, writer: ByteWriter): void {
  const kept = details && details.length <= MAX_ERROR_DETAILS_BYTES ? details : undefined;
  writer.writeUint8(codeNumber(error.code));
  writer.writeUint8((error.retryable ? RETRYABLE : 0) | (kept ? HAS_DETAILS : 0));
  writer.writeString(messageOnWire(error, details !== undefined && !kept ? details.length : 0));
  writeErrorMetadata(error, writer);
  if (kept) writer.writeRaw(kept);
}

/** Reads what {@link writeError} wrote. @throws MalformedBytesError */
export function readError(reader: ByteReader): ErrorPayload {
  const code = codeFromNumber(reader.readUint8());
  const bits = reader.readUint8();
  const message = reader.readString();
  const metadata = readMetadata(reader);
  return {
    code,
    message,
    retryable: (bits & RETRYABLE) !== 0,
    metadata: Object.keys(metadata).length === 0 ? NO_METADATA : metadata,
    details: (bits & HAS_DETAILS) !== 0 ? reader.readRest() : undefined,
  };
}

function messageOnWire(error: RpcError, lostDetailsBytes: number): string {
  const text = error.message.toWellFormed();
  const cut = text.length > MAX_ERROR_MESSAGE_CHARACTERS ? `${text.slice(0, MAX_ERROR_MESSAGE_CHARACTERS).toWellFormed()}…` : text;
  if (lostDetailsBytes === 0) return cut;
  return `${cut} (its details of ${lostDetailsBytes} bytes are above the limit of ${MAX_ERROR_DETAILS_BYTES} and were left behind)`;
}

/** Metadata that may not travel must not hide the error it belongs to. */
function writeErrorMetadata(error: RpcError, writer: ByteWriter): void {
  const start = writer.position;
  try {
    writeMetadata(error.metadata, writer);
  } catch {
    writer.position = start;
    writeMetadata(NO_METADATA, writer);
  }
}

const RETRYABLE = 1;
const HAS_DETAILS = 2;
