import type { Metadata } from '../wire/metadata.ts';
import type { AnyMethod } from '../wire/method.ts';
import type { CallContext } from './call-context.ts';
import type { CallOptions } from './caller.ts';

/** A call on its way to a server, as interceptors of a client see it. To change it, give `next` another one: `next({ ...call, options })`. */
export type OutgoingCall =
  | {
      readonly kind: 'unary' | 'serverStreaming';
      /** Name, whether it is idempotent, and more. */
      readonly method: AnyMethod;
      readonly request: unknown;
      readonly options: CallOptions;
    }
  | {
      readonly kind: 'clientStreaming' | 'bidirectional';
      readonly method: AnyMethod;
      readonly requests: AsyncIterable<unknown> | Iterable<unknown>;
      readonly options: CallOptions;
    };

/**
 * What stands between a caller and its calls. It may change a call and what comes back, make it several times, or answer itself. The first of a list is
 * the outermost: it sees a call first and its result last.
 */
export interface ClientInterceptor {
  /** Calls with one response: the kinds `unary` and `clientStreaming`. Without it they pass. Errors that are no `RpcError` become `INTERNAL`. */
  unary?(call: OutgoingCall, next: (call: OutgoingCall) => Promise<unknown>): Promise<unknown>;
  /** Calls whose response is a stream: the kinds `serverStreaming` and `bidirectional`. Without it they pass. An async generator begins at the first item that is asked for. */
  stream?(call: OutgoingCall, next: (call: OutgoingCall) => AsyncIterable<unknown>): AsyncIterable<unknown>;
}

/** A call that has arrived, with its request decoded, as interceptors of a server see it. */
export type ReceivedCall =
  | {
      readonly kind: 'unary' | 'serverStreaming';
      readonly method: AnyMethod;
      readonly request: unknown;
      /** The same object that the handler gets. */
      readonly context: CallContext;
    }
  | {
      readonly kind: 'clientStreaming' | 'bidirectional';
      readonly method: AnyMethod;
      readonly requests: AsyncIterableIterator<unknown>;
      readonly context: CallContext;
    };

/**
 * What stands between a server and its handlers. It may refuse a call by throwing an `RpcError`, and change the request and what goes back. The first of
 * a list is the outermost. Interceptors serve every method but those of the cluster itself.
 */
export interface ServerInterceptor {
  /** Calls with one response: the kinds `unary` and `clientStreaming`. Without it they pass. */
  unary?(call: ReceivedCall, next: (call: ReceivedCall) => Promise<unknown>): unknown;
  /** Calls whose response is a stream: the kinds `serverStreaming` and `bidirectional`. Without it they pass. */
  stream?(call: ReceivedCall, next: (call: ReceivedCall) => AsyncIterable<unknown>): AsyncIterable<unknown>;
}

/** The call with more metadata; what it has under the same keys is replaced. */
export function withMetadata<TCall extends OutgoingCall>(call: TCall, metadata: Metadata): TCall {
  return { ...call, options: { ...call.options, metadata: { ...call.options.metadata, ...metadata } } };
}
