import type { InboundMessages, InboundReader } from '../call/inbound-messages.ts';
import type { RpcError } from '../errors/rpc-error.ts';
import { ByteReader } from '../util/byte-reader.ts';
import type { Codec } from '../wire/codec.ts';
import { ItemResult } from './item-result.ts';
import type { ItemTimer } from './item-timer.ts';

/** What a reader tells its call. */
export interface MessageReaderEvents {
  /** The application left the stream before its end. */
  onAbandoned(): void;
  /** A message could not be read; the iterator throws what this gives. */
  onMalformed(error: unknown): RpcError;
}

/**
 * The messages of a stream as an async iterator: written by hand, so that an item that has arrived costs one resolved promise and nothing else.
 * Items are decoded when they are asked for. Leaving early (`break`, `return()`, `throw()`) abandons the stream.
 */
export class MessageReader<T> implements AsyncIterableIterator<T>, InboundReader {
  #inbound: InboundMessages;
  readonly #codec: Codec<T>;
  readonly #events: MessageReaderEvents;
  /** Watches how long an item is waited for; absent when nobody asked for that. */
  itemTimer: ItemTimer | undefined;
  #isDone = false;
  #pending: Promise<IteratorResult<T>> | undefined;
  #resolve: ((result: IteratorResult<T>) => void) | undefined;
  #reject: ((error: RpcError) => void) | undefined;
  /** Why a message could not be read. */
  #failure: RpcError | undefined;

  constructor(inbound: InboundMessages, codec: Codec<T>, events: MessageReaderEvents) {
    this.#inbound = inbound;
    this.#codec = codec;
    this.#events = events;
    inbound.setReader(this);
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#pending !== undefined) return this.#afterPending();
    if (this.#isDone) return Promise.resolve(DONE);
    if (this.#inbound.take()) {
      const { queue } = this.#inbound;
      const result = this.#decode(queue.bytes, queue.start, queue.end);
      return result === undefined ? Promise.reject(this.#failure) : Promise.resolve(result);
    }
    if (this.#inbound.isFinished) return this.#finished(this.#inbound.error);
    this.#pending = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#inbound.wait();
    this.itemTimer?.waitBegan();
    return this.#pending;
  }

  return(): Promise<IteratorResult<T>> {
    this.abandon();
    return Promise.resolve(DONE);
  }

  throw(error: unknown): Promise<IteratorResult<T>> {
    this.abandon();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the iteration; what waits unread is dropped. */
  abandon(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#inbound.discard();
    this.#settle(DONE);
    this.#events.onAbandoned();
  }

  /** Goes on reading from another call, because the first one was not taken by its server and nothing came of it. */
  attach(inbound: InboundMessages): void {
    this.#inbound = inbound;
    inbound.setReader(this);
    if (this.#pending !== undefined) inbound.wait();
  }

  onMessage(bytes: Buffer, start: number, end: number): void {
    this.itemTimer?.waitEnded();
    this.#settle(this.#decode(bytes, start, end), this.#failure);
  }

  onFinished(error: RpcError | undefined): void {
    this.#isDone = true;
    this.#settle(error ? undefined : DONE, error);
  }

  /** The next result; undefined when the message is malformed, and {@link #failure} says why. */
  #decode(bytes: Buffer, start: number, end: number): IteratorResult<T> | undefined {
    try {
      return new ItemResult(this.#codec.decode(scratch.reset(bytes, start, end)));
    } catch (error) {
      this.#isDone = true;
      this.#inbound.discard();
      this.#failure = this.#events.onMalformed(error);
      return undefined;
    }
  }

  #settle(result: IteratorResult<T> | undefined, error?: RpcError): void {
    const resolve = this.#resolve;
    const reject = this.#reject;
    this.#pending = undefined;
    this.#resolve = undefined;
    this.#reject = undefined;
    if (result === undefined) reject?.(error as RpcError);
    else resolve?.(result);
  }

  #finished(error: RpcError | undefined): Promise<IteratorResult<T>> {
    this.#isDone = true;
    return error ? Promise.reject(error) : Promise.resolve(DONE);
  }

  /** A second `next()` before the first has settled: takes its turn. */
  #afterPending(): Promise<IteratorResult<T>> {
    const next = (): Promise<IteratorResult<T>> => this.next();
    return (this.#pending as Promise<IteratorResult<T>>).then(next, next);
  }
}

/** Decoding is synchronous: one cursor serves every stream, and an idle one keeps no input in memory. */
const scratch = new ByteReader(Buffer.alloc(0));
const DONE: IteratorResult<never> = Object.freeze({ value: undefined, done: true });
