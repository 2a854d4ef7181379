import { codeFromNumber, codeNumber, type ErrorCode } from '../errors/codes.ts';
import type { RpcError } from '../errors/rpc-error.ts';
import { type ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import { DEFAULT_MAX_METADATA_BYTES, MAX_ERROR_DETAILS_BYTES, MAX_ERROR_MESSAGE_CHARACTERS } from './limits.ts';
import { checkMetadata, type Metadata, NO_METADATA, readMetadata, writeMetadata } from './metadata.ts';

/** An error as it crosses the wire. Stack and cause stay behind. */
export interface ErrorPayload {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly metadata: Metadata;
  /** When trying again begins to make sense, in milliseconds; undefined when the error does not say. */
  readonly retryAfterMs: number | undefined;
  /** Encoded by the service's error codec, or raw; undefined when there are none. */
  readonly details: Buffer | undefined;
}

/** Appends code, retryable, message, metadata and details. Always fits a frame. */
export function writeError(error: RpcError, details: Uint8Array | undefined, writer: ByteWriter): void {
  const kept = details && details.length <= MAX_ERROR_DETAILS_BYTES ? details : undefined;
  const { metadata, loss } = metadataOnWire(error);
  writer.writeUint8(codeNumber(error.code));
  writer.writeUint8((error.retryable ? RETRYABLE : 0) | (kept ? HAS_DETAILS : 0));
  writer.writeString(messageOnWire(error, details !== undefined && !kept ? details.length : 0) + loss);
  writeMetadata(metadata, writer);
  if (kept) writer.writeRaw(kept);
}

/** Reads what {@link writeError} wrote. Metadata above the limit is left out, and the message says so. @throws MalformedBytesError */
export function readError(reader: ByteReader, maxMetadataBytes?: number): ErrorPayload {
  const code = codeFromNumber(reader.readUint8());
  const bits = reader.readUint8();
  const message = reader.readString();
  const { metadata: sent, loss } = readErrorMetadata(reader, maxMetadataBytes);
  const { metadata, retryAfterMs } = takeRetryAfter(Object.keys(sent).length === 0 ? NO_METADATA : sent);
  return {
    code,
    message: message + loss,
    retryable: (bits & RETRYABLE) !== 0,
    metadata,
    retryAfterMs,
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
function metadataOnWire(error: RpcError): { readonly metadata: Metadata; readonly loss: string } {
  const hint = retryAfterText(error.retryAfterMs);
  const own = hint === undefined ? NO_METADATA : { [RETRY_AFTER_KEY]: hint };
  const all = hint === undefined ? error.metadata : { ...error.metadata, ...own };
  if (all === NO_METADATA) return { metadata: NO_METADATA, loss: '' };
  try {
    checkMetadata(all, DEFAULT_MAX_METADATA_BYTES);
    return { metadata: all, loss: '' };
  } catch (thrown) {
    return { metadata: own, loss: lossOf(thrown) };
  }
}

function readErrorMetadata(reader: ByteReader, maxBytes: number | undefined): { readonly metadata: Metadata; readonly loss: string } {
  try {
    return { metadata: readMetadata(reader, maxBytes), loss: '' };
  } catch (thrown) {
    if (thrown instanceof MalformedBytesError) throw thrown;
    return { metadata: NO_METADATA, loss: lossOf(thrown) };
  }
}

function lossOf(thrown: unknown): string {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return ` (its metadata was left behind: ${reason.slice(0, 200).toWellFormed()})`;
}

/** Whole milliseconds, at most a day; what is no duration is no hint. */
function retryAfterText(retryAfterMs: number | undefined): string | undefined {
  if (retryAfterMs === undefined || !Number.isFinite(retryAfterMs) || retryAfterMs < 0) return undefined;
  return String(Math.min(MAX_RETRY_AFTER_MS, Math.ceil(retryAfterMs)));
}

/** Takes the hint out of the metadata, which belongs to the application. */
function takeRetryAfter(metadata: Metadata): { readonly metadata: Metadata; readonly retryAfterMs: number | undefined } {
  if (metadata === NO_METADATA || metadata[RETRY_AFTER_KEY] === undefined) return { metadata, retryAfterMs: undefined };
  const { [RETRY_AFTER_KEY]: text, ...rest } = metadata;
  const isHint = typeof text === 'string' && /^\d{1,9}$/u.test(text);
  return {
    metadata: Object.keys(rest).length === 0 ? NO_METADATA : rest,
    retryAfterMs: isHint ? Math.min(MAX_RETRY_AFTER_MS, Number(text)) : undefined,
  };
}

/** The reserved key of an error's metadata under which {@link RpcError.retryAfterMs} travels, as decimal digits. */
export const RETRY_AFTER_KEY = 'rpcnet-retry-after-ms';

/** A hint above a day counts as a day. */
export const MAX_RETRY_AFTER_MS = 86_400_000;

const RETRYABLE = 1;
const HAS_DETAILS = 2;
