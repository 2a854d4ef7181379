import type { Lane, LaneHandler, MemoryLender } from '../../ports/transport.ts';
import { Queue } from '../../util/queue.ts';
import type { EngineStream } from './quic-engine.ts';
import { describeLaneError } from './quic-error.ts';

/**
 * A lane on one QUIC stream. This is the hot path: bytes go from the stream's `data` event to the handler and from `write` to the stream without a promise or an
 * allocation between.
 *
 * The one detour: while the stream is inside its own `data` event, the engine may replace the object that holds the callbacks of blocked writes, and with it lose
 * a write made just then, for good. Writes from inside `onData` are therefore kept until the end of the tick.
 */
export class QuicLane implements Lane {
  readonly #stream: EngineStream;
  #handler: LaneHandler | undefined;
  #isClosed = false;
  /** Why the lane ended before anybody listened. */
  #unheardEnd: string | undefined;
  /** True while the stream is inside its `data` event. */
  #isReceiving = false;
  #deferred: DeferredWrite[] = [];
  #deferredBytes = 0;
  /** Of the writes that the stream has not copied yet, in their order. */
  readonly #lenders = new Queue<MemoryLender>();
  /** `write` gave false for deferred bytes: the writer waits for `onDrain`, and the stream may know nothing of it. */
  #owesDrain = false;

  constructor(stream: EngineStream) {
    this.#stream = stream;
    // From the first moment: a stream without this listener ends the process when its session is closed.
    stream.on('error', (error) => this.#onEnd(describeLaneError(error)));
    stream.on('drain', this.#onDrain);
  }

  setHandler(handler: LaneHandler): void {
    this.#handler = handler;
    this.#stream.on('data', this.#onData);
    this.#stream.on('end', () => this.#onEnd('the peer ended the lane'));
    const reason = this.#unheardEnd;
    if (reason !== undefined) process.nextTick(() => handler.onEnd(reason));
  }

  write(bytes: Uint8Array, lender?: MemoryLender): boolean {
    if (this.#isClosed) return false;
    if (bytes.length === 0) return !this.#stream.writableNeedDrain;
    if (this.#isReceiving || this.#deferred.length > 0) return this.#defer(bytes, lender);
    return this.#writeNow(bytes, lender);
  }

  /** The connection has closed: nothing is sent or reported any more. */
  markClosed(): void {
    this.#isClosed = true;
    this.#unheardEnd = undefined;
    this.#deferred = [];
  }

  readonly #onData = (bytes: Uint8Array): void => {
    if (this.#isClosed) return;
    this.#isReceiving = true;
    try {
      this.#handler?.onData(bytes);
    } finally {
      this.#isReceiving = false;
    }
  };

  readonly #onDrain = (): void => {
    if (this.#isClosed) return;
    this.#owesDrain = false;
    this.#handler?.onDrain();
  };

  /** The engine has copied the bytes when it calls back. */
  #writeNow(bytes: Uint8Array, lender: MemoryLender | undefined): boolean {
    if (lender === undefined) return this.#stream.write(bytes);
    this.#lenders.push(lender);
    return this.#stream.write(bytes, this.#onWritten);
  }

  readonly #onWritten = (error?: Error | null): void => {
    const lender = this.#lenders.shift();
    if (!error) lender?.onWritten();
  };

  #defer(bytes: Uint8Array, lender: MemoryLender | undefined): boolean {
    if (this.#deferred.push({ bytes, lender }) === 1) process.nextTick(this.#flush);
    this.#deferredBytes += bytes.length;
    const hasRoom = this.#stream.writableLength + this.#deferredBytes < this.#stream.writableHighWaterMark;
    if (!hasRoom) this.#owesDrain = true;
    return hasRoom;
  }

  readonly #flush = (): void => {
    const writes = this.#deferred;
    this.#deferred = [];
    this.#deferredBytes = 0;
    if (this.#isClosed) return;
    let hasRoom = true;
    for (let start = 0; start < writes.length; ) {
      const end = groupEnd(writes, start);
      hasRoom = this.#writeGroup(writes, start, end);
      start = end;
    }
    // When the stream is full instead, its own `drain` event pays.
    if (this.#owesDrain && hasRoom) this.#onDrain();
  };

  #writeGroup(writes: readonly DeferredWrite[], start: number, end: number): boolean {
    const first = writes[start] as DeferredWrite;
    if (end === start + 1) return this.#writeNow(first.bytes, first.lender);
    const group = writes.slice(start, end);
    const hasRoom = this.#stream.write(Buffer.concat(group.map((write) => write.bytes)));
    for (const write of group) write.lender?.onWritten();
    return hasRoom;
  }

  #onEnd(reason: string): void {
    if (this.#isClosed) return;
    this.markClosed();
    this.#stream.destroy();
    if (this.#handler === undefined) this.#unheardEnd = reason;
    else this.#handler.onEnd(reason);
  }
}

/** A write that waits for the end of the tick. */
interface DeferredWrite {
  readonly bytes: Uint8Array;
  readonly lender: MemoryLender | undefined;
}

/** One past the last write that goes out together with the one at `start`: a call into the engine costs more than copying some small pieces. */
function groupEnd(writes: readonly DeferredWrite[], start: number): number {
  let end = start;
  let bytes = 0;
  while (end < writes.length) {
    bytes += (writes[end] as DeferredWrite).bytes.length;
    if (bytes > MAX_GROUP_BYTES && end > start) return end;
    end += 1;
  }
  return end;
}

const MAX_GROUP_BYTES = 64 * 1024;
