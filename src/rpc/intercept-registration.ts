import type { AnyMethod } from '../wire/method.ts';
import type { CallContext } from './call-context.ts';
import { CancellableItems } from './cancellable-items.ts';
import type { ReceivedCall, ServerInterceptor } from './interceptor.ts';
import type { MethodRegistration } from './service.ts';

/** The registration with its handler behind the interceptors; itself when none of them concerns it. The chain is made here, once. */
export function interceptRegistration(registration: MethodRegistration, interceptors: readonly ServerInterceptor[]): MethodRegistration {
  const { kind, method } = registration;
  if (method.name.startsWith(CLUSTER_METHODS)) return registration;
  const handle = registration.handle as Handle;
  if (kind === 'unary' || kind === 'clientStreaming') {
    if (!interceptors.some(({ unary }) => unary)) return registration;
    const chain = interceptors.reduceRight<Single>(aroundSingle, async (call) => handle(inputOf(call), call.context));
    return {
      ...registration,
      handle: (input: unknown, context: CallContext) => chain(receivedCall(method, input, context)),
    } as MethodRegistration;
  }
  if (!interceptors.some(({ stream }) => stream)) return registration;
  const chain = interceptors.reduceRight<Streamed>(
    aroundStream,
    (call) => new CancellableItems(handle(inputOf(call), call.context) as AsyncIterable<unknown>, call.context.signal),
  );
  return {
    ...registration,
    handle: (input: unknown, context: CallContext) => chain(receivedCall(method, input, context)),
  } as MethodRegistration;
}

type Handle = (input: unknown, context: CallContext) => unknown;
type Single = (call: ReceivedCall) => Promise<unknown>;
type Streamed = (call: ReceivedCall) => AsyncIterable<unknown>;

function aroundSingle(next: Single, interceptor: ServerInterceptor): Single {
  const { unary } = interceptor;
  return unary ? async (call) => unary.call(interceptor, call, next) : next;
}

function aroundStream(next: Streamed, interceptor: ServerInterceptor): Streamed {
  const { stream } = interceptor;
  return stream ? (call) => stream.call(interceptor, call, next) : next;
}

function receivedCall(method: AnyMethod, input: unknown, context: CallContext): ReceivedCall {
  const { kind } = method;
  if (kind === 'unary' || kind === 'serverStreaming') return { kind, method, request: input, context };
  return { kind, method, requests: input as AsyncIterableIterator<unknown>, context };
}

function inputOf(call: ReceivedCall): unknown {
  return 'requests' in call ? call.requests : call.request;
}

/** How the names of the cluster's own methods begin: joining and gossip must work whatever an application asks of its callers. */
const CLUSTER_METHODS = 'rpcnet.cluster.';
