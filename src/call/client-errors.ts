import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { AnyMethod } from '../wire/method.ts';
import type { ConnectionCore } from './connection-core.ts';

/** Why no call can be started on a connection; undefined when one can. Nothing was sent then. */
export function obstacleTo(core: ConnectionCore, inFlight: number, isDraining: boolean): RpcError | undefined {
  const { peer, closed, connection } = core;
  if (peer && inFlight < peer.maxCalls && !closed && !isDraining) return undefined;
  const { address } = connection.peer;
  if (isDraining) return new RpcError('UNAVAILABLE', `${address} is closing and takes no new calls`, { notTaken: true });
  if (closed) return new RpcError(closed.code, closed.message, { notTaken: true, cause: closed });
  if (!peer) return new RpcError('UNAVAILABLE', `The connection to ${address} is not open yet`, { notTaken: true });
  const message = `${inFlight} calls are in flight to ${address}, which is its limit (maxCalls): make fewer at once, or raise it there`;
  return new RpcError('RESOURCE_EXHAUSTED', message, { notTaken: true });
}

/** The error of a method that has another kind at the server than here. */
export function misusedMethod(method: AnyMethod, answer: string, address: string): RpcError {
  return new RpcError('INTERNAL', `${address} answered ${method.name} with ${answer}: it is ${method.kind} here and not there`);
}

/** The error of an answer, or an item of one, above the client's limit. */
export function answerTooLarge(method: AnyMethod, maxMessageBytes: number): RpcError {
  const message = `The answer of ${method.name} is above ${maxMessageBytes} bytes: stream it, or raise maxMessageBytes`;
  return new RpcError('RESOURCE_EXHAUSTED', message, { retryable: false });
}

/** The error of an answer whose metadata could not be taken, because of its size or of what its listener threw. */
export function metadataNotTaken(method: AnyMethod, thrown: unknown): RpcError {
  const { code, message } = fromUnknown(thrown);
  return new RpcError(code, `The metadata of the answer of ${method.name}: ${message}`, { retryable: false, cause: thrown });
}
