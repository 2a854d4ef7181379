import { RpcError } from '../errors/rpc-error.ts';
import type { ByteReader } from '../util/byte-reader.ts';
import { type Frame, FrameFlag } from '../wire/frame.ts';
import type { AnyMethod } from '../wire/method.ts';
import { type RequestHead, readRequestHead } from '../wire/request-head.ts';
import type { MethodSlot } from './method-table.ts';
import { methodMismatch } from './served-methods.ts';

/** Reads the head of a REQUEST. Metadata above the limit costs the call, whose error this gives then, and not the connection. @throws MalformedBytesError */
export function readHead(frame: Frame, reader: ByteReader, maxMetadataBytes: number): RequestHead | RpcError {
  try {
    return readRequestHead(frame.flags, reader, maxMetadataBytes);
  } catch (error) {
    if (error instanceof RpcError) return error;
    throw error;
  }
}

/** The error of a call whose caller knows another method by that name than is served; undefined when they agree. `flags` are those of the REQUEST. */
export function mismatchOf(slot: MethodSlot, head: RequestHead, flags: number): RpcError | undefined {
  const { kind, name } = slot.method;
  const mismatch = typeof head.method === 'number' ? undefined : methodMismatch(head.method, slot.method, 'this server');
  if (mismatch) return mismatch;
  const sendsOne = kind === 'unary' || kind === 'serverStreaming';
  if (sendsOne === ((flags & FrameFlag.DATA) !== 0)) return undefined;
  return new RpcError('UNIMPLEMENTED', `${name} is ${kind} here and was called as another kind`);
}

/** The error of a call that comes after its time; undefined when there is time. */
export function lateness(slot: MethodSlot, head: RequestHead): RpcError | undefined {
  if (head.remainingMs > 0) return undefined;
  return new RpcError('DEADLINE_EXCEEDED', `The time for ${slot.method.name} was up before it began`);
}

/** The error of a call with a message above the server's limit. */
export function requestTooLarge(method: AnyMethod, maxMessageBytes: number): RpcError {
  const message = `A message to ${method.name} is above ${maxMessageBytes} bytes, the server's maxMessageBytes`;
  return new RpcError('RESOURCE_EXHAUSTED', message, { retryable: false });
}
