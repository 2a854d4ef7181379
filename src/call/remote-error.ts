import { RpcError } from '../errors/rpc-error.ts';
import { ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import { readError } from '../wire/error-payload.ts';
import { type Frame, FrameFlag } from '../wire/frame.ts';
import type { AnyMethod } from '../wire/method.ts';
import { takeRefusalReason } from '../wire/refusal-reason.ts';
import type { ConnectionCore } from './connection-core.ts';

/** The error in an ERROR frame, with its details in the service's own type. @throws MalformedBytesError */
export function readCallError(method: AnyMethod, frame: Frame, core: ConnectionCore): RpcError {
  const payload = readError(core.reader.reset(frame.bytes, frame.start, frame.end), core.settings.maxMetadataBytes);
  const { code, message, retryable, retryAfterMs, details } = payload;
  const notTaken = (frame.flags & FrameFlag.NOT_TAKEN) !== 0;
  const refusal = notTaken ? takeRefusalReason(payload.metadata) : undefined;
  return new RpcError(code, message, {
    retryable,
    metadata: refusal?.metadata ?? payload.metadata,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    notTaken,
    details: details === undefined ? refusal?.details : decodeDetails(method, details),
  });
}

/** Details that cannot be read must not hide the error: they are given as bytes. */
function decodeDetails(method: AnyMethod, details: Buffer): unknown {
  if (!method.error) return details;
  try {
    return method.error.decode(new ByteReader(details));
  } catch (error) {
    if (error instanceof MalformedBytesError) return details;
    throw error;
  }
}
