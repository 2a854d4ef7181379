import { invalidArgument } from '../errors/expect.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { AbandonableStream } from './abandonable-stream.ts';
import type { Caller } from './caller.ts';
import type { ClientInterceptor, OutgoingCall, ServerInterceptor } from './interceptor.ts';
import { failedStream } from './streaming-call.ts';

/**
 * A caller whose calls pass through interceptors: the first is the outermost. The given caller stays as it is.
 *
 * @example
 * const compute = new ComputeClient(intercept(workers.caller('role=worker'), [logging, retry]));
 */
export function intercept(caller: Caller, interceptors: readonly ClientInterceptor[]): Caller {
  expectInterceptors(interceptors);
  const single = interceptors.reduceRight<Single>(aroundSingle, (call) => directSingle(caller, call));
  const stream = interceptors.reduceRight<Streamed>(aroundStream, (call) => directStream(caller, call));
  return {
    unary: (method, request, options = {}) => settled(single, { kind: 'unary', method, request, options }),
    clientStreaming: (method, requests, options = {}) => settled(single, { kind: 'clientStreaming', method, requests, options }),
    serverStreaming: (method, request, options = {}) => opened(stream, { kind: 'serverStreaming', method, request, options }),
    bidirectional: (method, requests, options = {}) => opened(stream, { kind: 'bidirectional', method, requests, options }),
  };
}

/** Puts interceptors before the calls of this very object, which costs the calls of others nothing. */
export function interceptInPlace(caller: Caller, interceptors: readonly ClientInterceptor[]): void {
  expectInterceptors(interceptors);
  if (interceptors.length === 0) return;
  const direct = {
    unary: caller.unary.bind(caller),
    clientStreaming: caller.clientStreaming.bind(caller),
    serverStreaming: caller.serverStreaming.bind(caller),
    bidirectional: caller.bidirectional.bind(caller),
  } as Caller;
  Object.assign(caller, intercept(direct, interceptors));
}

/** @throws RpcError `INVALID_ARGUMENT` for what is no list of interceptors. */
export function expectInterceptors(interceptors: readonly (ClientInterceptor | ServerInterceptor)[]): void {
  if (!Array.isArray(interceptors)) throw invalidArgument('interceptors', 'an array', interceptors);
  interceptors.forEach((interceptor: unknown, index) => {
    if (typeof interceptor === 'object' && interceptor !== null && ('unary' in interceptor || 'stream' in interceptor)) return;
    throw invalidArgument(`interceptors[${index}]`, 'an object with unary, stream or both', interceptor);
  });
}

type Single = (call: OutgoingCall) => Promise<unknown>;
type Streamed = (call: OutgoingCall) => AsyncIterable<unknown>;

function aroundSingle(next: Single, interceptor: ClientInterceptor): Single {
  const { unary } = interceptor;
  return unary ? (call) => unary.call(interceptor, call, next) : next;
}

function aroundStream(next: Streamed, interceptor: ClientInterceptor): Streamed {
  const { stream } = interceptor;
  return stream ? (call) => stream.call(interceptor, call, next) : next;
}

function directSingle(caller: Caller, call: OutgoingCall): Promise<unknown> {
  return 'requests' in call
    ? caller.clientStreaming(call.method, call.requests, call.options)
    : caller.unary(call.method, call.request, call.options);
}

function directStream(caller: Caller, call: OutgoingCall): AsyncIterable<unknown> {
  return 'requests' in call
    ? caller.bidirectional(call.method, call.requests, call.options)
    : caller.serverStreaming(call.method, call.request, call.options);
}

/** What is typed by the method is beyond the types here: interceptors see every method. */
async function settled(next: Single, call: OutgoingCall): Promise<never> {
  try {
    return (await next(call)) as never;
  } catch (error) {
    throw fromUnknown(error);
  }
}

function opened(next: Streamed, call: OutgoingCall): AsyncIterableIterator<never> {
  const { signal } = call.options;
  try {
    return new AbandonableStream<never>((abandoned) => {
      const either = signal ? AbortSignal.any([signal, abandoned]) : abandoned;
      return next({ ...call, options: { ...call.options, signal: either } }) as AsyncIterable<never>;
    });
  } catch (error) {
    return failedStream(fromUnknown(error));
  }
}
