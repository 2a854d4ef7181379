import { ClientCall } from '../call/client-call.ts';
import type { InboundMessages } from '../call/inbound-messages.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { MethodDescriptor } from '../wire/method.ts';
import { MessageReader } from './message-reader.ts';
import type { RequestSender } from './request-sender.ts';
import type { SignalLink } from './signal-link.ts';
import { malformedResponse } from './unary-call.ts';

/** A call whose responses are a stream. */
export class StreamingCall extends ClientCall {
  sender: RequestSender | undefined;
  signalLink: SignalLink | undefined;

  override onResponse(): void {
    this.cancel(new RpcError('INTERNAL', `${this.method.name} streams and got a single response`));
  }

  /** Messages that came before the end, also before an error, can still be read. */
  override onEnded(error: RpcError | undefined): void {
    this.signalLink?.unlink();
    this.sender?.onEnded();
    this.inbound?.finish(error);
  }

  override onWritable(): void {
    this.sender?.onWritable();
  }
}

/** Starts a streaming call through `start` and gives what the application reads from. */
export function openStream<TRequest, TResponse>(
  method: MethodDescriptor<TRequest, TResponse>,
  start: (call: StreamingCall) => void,
): AsyncIterableIterator<TResponse> {
  const call = new StreamingCall(method);
  try {
    start(call);
  } catch (error) {
    return failedStream(fromUnknown(error));
  }
  return new MessageReader<TResponse>(call.inbound as InboundMessages, method.response, {
    onAbandoned: () => call.cancel(new RpcError('CANCELLED', `The caller left the stream of ${method.name}`)),
    onMalformed: (cause) => {
      const error = malformedResponse(call, cause);
      call.cancel(error);
      return error;
    },
  });
}

/** A stream whose first item is an error: mistakes of a streaming call are met where its items are. */
export function failedStream<T>(error: RpcError): AsyncIterableIterator<T> {
  let failed = false;
  return {
    next: () => {
      if (failed) return Promise.resolve({ value: undefined, done: true });
      failed = true;
      return Promise.reject(error);
    },
    return: () => {
      failed = true;
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
