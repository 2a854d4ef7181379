import type { CallEnvironment } from '../call/call-settings.ts';
import { ClientCall } from '../call/client-call.ts';
import type { ClientCalls } from '../call/client-calls.ts';
import type { InboundMessages } from '../call/inbound-messages.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { Metadata } from '../wire/metadata.ts';
import type { AnyMethod } from '../wire/method.ts';
import type { CallOptions } from './caller.ts';
import { ItemTimer } from './item-timer.ts';
import { MessageReader, type MessageReaderEvents } from './message-reader.ts';
import type { RequestSender } from './request-sender.ts';
import type { SignalLink } from './signal-link.ts';
import { type MetadataListener, malformedResponse } from './unary-call.ts';

/** A call whose responses are a stream. */
export class StreamingCall extends ClientCall {
  sender: RequestSender | undefined = undefined;
  signalLink: SignalLink | undefined = undefined;
  metadataListener: MetadataListener | undefined = undefined;
  /** What the application reads from; set when the call has started. */
  stream: OpenStream | undefined = undefined;

  override onResponse(): void {
    this.cancel(new RpcError('INTERNAL', `${this.method.name} streams and got a single response`));
  }

  /** Messages that came before the end, also before an error, can still be read. */
  override onEnded(error: RpcError | undefined): void {
    this.signalLink?.unlink();
    this.sender?.onEnded();
    if (error?.notTaken && this.stream?.beginAgain(error)) return;
    this.stream?.itemTimer?.stop();
    this.inbound?.finish(error);
  }

  override onWritable(): void {
    this.sender?.onWritable();
  }

  override onMetadata(metadata: Metadata): void {
    this.metadataListener?.(metadata);
  }
}

/** What is needed to begin a stream, once or again. */
export interface StreamPlan {
  readonly method: AnyMethod;
  readonly options: CallOptions;
  /** 0 is never. */
  readonly itemTimeoutMs: number;
  /** Starts the call on a connection. @throws RpcError */
  readonly start: (connection: ClientCalls, call: StreamingCall, timeoutMs: number) => void;
}

/** Where a stream can be begun, and with how much time. */
export interface StreamPlace {
  readonly connection: ClientCalls;
  readonly timeoutMs: number;
}

/** The client that streams belong to. */
export interface StreamSource {
  readonly environment: CallEnvironment;
  /** Waits for another place for a stream that failed with this error; undefined when it is not to be begun again. */
  placeAgain(
    plan: StreamPlan,
    error: RpcError,
    wait: { readonly deadlineAt: number; readonly abandoned: AbortSignal },
  ): Promise<StreamPlace> | undefined;
}

/** Begins a stream and gives what the application reads from. */
export function openStream<TResponse>(source: StreamSource, plan: StreamPlan, place: StreamPlace): AsyncIterableIterator<TResponse> {
  const call = new StreamingCall(plan.method);
  try {
    plan.start(place.connection, call, place.timeoutMs);
  } catch (error) {
    return failedStream(fromUnknown(error));
  }
  return new OpenStream(source, plan, call).reader as MessageReader<TResponse>;
}

/**
 * A stream of responses that was begun. The reader stays the same when the call must be begun again because the server went away before it took it.
 *
 * States: under way (a call carries it), between two calls (`#gap` is set), ended.
 */
class OpenStream implements MessageReaderEvents {
  readonly reader: MessageReader<unknown>;
  readonly itemTimer: ItemTimer | undefined;
  readonly #source: StreamSource;
  readonly #plan: StreamPlan;
  /** The call that carries the stream, or the last one that did. */
  #call: StreamingCall;
  /** Set while another place is awaited. */
  #gap: AbortController | undefined;

  constructor(source: StreamSource, plan: StreamPlan, call: StreamingCall) {
    this.#source = source;
    this.#plan = plan;
    this.#call = call;
    this.reader = new MessageReader<unknown>(call.inbound as InboundMessages, plan.method.response, this);
    call.stream = this;
    if (plan.itemTimeoutMs > 0) {
      this.itemTimer = new ItemTimer(plan.itemTimeoutMs, source.environment, () => this.#onSilence());
      this.reader.itemTimer = this.itemTimer;
    }
  }

  onAbandoned(): void {
    this.itemTimer?.stop();
    this.#gap?.abort();
    this.#call.cancel(new RpcError('CANCELLED', `The caller left the stream of ${this.#plan.method.name}`));
  }

  onMalformed(cause: unknown): RpcError {
    const error = malformedResponse(this.#call, cause);
    this.#call.cancel(error);
    return error;
  }

  /**
   * Nobody took the call, so nothing of it was received. True when it will be begun again, which the reader does not notice. Requests that were taken out
   * of their iterable cannot be sent again.
   */
  beginAgain(error: RpcError): boolean {
    if (this.#plan.method.kind !== 'serverStreaming' || this.#call.inbound?.isFinished) return false;
    const gap = new AbortController();
    const placed = this.#source.placeAgain(this.#plan, error, { deadlineAt: this.#call.deadlineAt, abandoned: gap.signal });
    if (placed === undefined) return false;
    this.#gap = gap;
    placed.then(
      (place) => this.#moveTo(place, gap.signal),
      (thrown: unknown) => this.#giveUp(fromUnknown(thrown)),
    );
    return true;
  }

  #moveTo(place: StreamPlace, abandoned: AbortSignal): void {
    if (abandoned.aborted) return;
    this.#gap = undefined;
    const call = new StreamingCall(this.#plan.method);
    try {
      this.#plan.start(place.connection, call, place.timeoutMs);
    } catch (thrown) {
      const error = fromUnknown(thrown);
      if (!error.notTaken || !this.beginAgain(error)) this.#giveUp(error);
      return;
    }
    call.stream = this;
    this.#call = call;
    this.reader.attach(call.inbound as InboundMessages);
  }

  #giveUp(error: RpcError): void {
    this.itemTimer?.stop();
    this.#call.inbound?.finish(error);
  }

  #onSilence(): void {
    const { method, itemTimeoutMs } = this.#plan;
    const text = `${method.name} on ${this.#call.owner?.address} sent no item for ${itemTimeoutMs} ms (itemTimeoutMs)`;
    const error = new RpcError('DEADLINE_EXCEEDED', text);
    if (this.#gap) {
      this.#gap.abort();
      this.#giveUp(error);
    } else {
      this.#call.cancel(error);
    }
  }
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
