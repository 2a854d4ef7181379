import type { ErrorCode } from '../../errors/codes.ts';
import { RpcError, type RpcErrorOptions } from '../../errors/rpc-error.ts';
import { ByteWriter } from '../../util/byte-writer.ts';
import type { Codec } from '../codec.ts';

/** An RpcError whose details are of a service's own error type. */
export type TypedError<T> = RpcError & { readonly details: T };

/** How a typed error travels besides its details. */
export interface TypedErrorOptions extends Omit<RpcErrorOptions, 'details' | 'notTaken'> {
  /** Default: `ABORTED`. */
  readonly code?: ErrorCode;
  /** Text for people; the client branches on the details. Default: the service and the kind of error. */
  readonly message?: string;
}

/** Makes a typed error for a handler to throw. */
export function createTypedError<T>(defaultMessage: string, details: T, options: TypedErrorOptions = {}): TypedError<T> {
  const { code = 'ABORTED', message = defaultMessage, ...rest } = options;
  return new RpcError(code, message, { ...rest, details }) as TypedError<T>;
}

/** Whether an error is an RpcError of a handler with details that fit the type: they fit when they can be encoded. */
export function hasDetails(error: unknown, codec: Codec<unknown>): boolean {
  // What reached no handler has details of the server, for example why it refused.
  if (!(error instanceof RpcError) || error.details === undefined || error.notTaken) return false;
  try {
    codec.encode(error.details, new ByteWriter(256));
    return true;
  } catch {
    // The codec refuses it: the details belong to another service, or there are none.
    return false;
  }
}
