import type { Lane, LaneHandler, MemoryLender } from '../ports/transport.ts';
import { LinkedList } from '../util/linked-list.ts';
import { FrameBuffer } from '../wire/frame-buffer.ts';
import { FrameDecoder } from '../wire/frame-decoder.ts';
import { MAX_FRAME_PAYLOAD_BYTES } from '../wire/limits.ts';
import { CloseCode } from './close-code.ts';
import type { ConnectionCore } from './connection-core.ts';
import type { OutboundMessages } from './outbound-messages.ts';
import { RequestHalves } from './request-halves.ts';

/** One lane of a connection: bytes in through a decoder, frames out through a buffer, and how busy it is. */
export class LaneIo implements LaneHandler {
  /** Outgoing frames; they leave when the connection flushes. */
  readonly out: FrameBuffer = new FrameBuffer();
  /** The first lane carries HELLO, PING, GOAWAY and connection credit. */
  readonly index: number;
  /** Streaming calls and large messages on this lane: what "least loaded" means. */
  load = 0;
  /** The transport said that its buffer is full. Streams and large messages wait; small unary frames still go. */
  isBlocked = false;
  /** Senders that go on when there is room again. */
  readonly awaitingRoom: LinkedList<OutboundMessages> = new LinkedList();
  /** So many waiting bytes leave before the tick ends. Twice as many after each time: a write costs the QUIC engine as much as copying 64 KiB. */
  earlyFlushBytes: number = MIN_EARLY_FLUSH_BYTES;
  /** Set while the lane is in the connection's list of lanes to flush. */
  isDirty = false;
  /** Written although the transport said that it is full: answers to small calls need no credit, so a peer that never reads is noticed here. */
  #overdueBytes = 0;
  #blockedSince = 0;
  readonly #lane: Lane;
  readonly #core: ConnectionCore;
  readonly #decoder: FrameDecoder;
  readonly #halves = new RequestHalves();

  constructor(lane: Lane, index: number, core: ConnectionCore) {
    this.index = index;
    this.#lane = lane;
    this.#core = core;
    this.#decoder = new FrameDecoder((frame) => core.handleFrame(this, frame));
    lane.setHandler(this);
  }

  onData(bytes: Uint8Array, isBorrowed = false): void {
    const violation = this.#core.noteInput() ? this.#decoder.push(toBuffer(bytes), isBorrowed) : undefined;
    this.#core.reader.reset(EMPTY, 0, 0);
    if (violation !== undefined) this.#core.violate(violation);
  }

  onBorrowedData(bytes: Uint8Array): void {
    this.onData(bytes, true);
  }

  onDrain(): void {
    this.isBlocked = false;
    this.#core.overdueBytes -= this.#overdueBytes;
    this.#overdueBytes = 0;
    this.#core.laneDrained(this);
  }

  onEnd(reason: string): void {
    this.#core.violate(`the peer ended lane ${this.index}: ${reason}`);
  }

  /** A client has begun a unary call: what waits leaves now when the calls of this tick are half of those in flight. */
  unaryBegun(): void {
    if (!this.#halves.begin() || this.isBlocked) return;
    this.#flush();
    this.#core.connection.flush?.();
  }

  /** A client's call has ended. */
  clientCallEnded(isUnary: boolean): void {
    if (isUnary) this.#halves.end();
    else this.load--;
  }

  /** Hands the waiting frames to the transport before the tick has ended: the peer works on these while more are written. */
  flushEarly(): void {
    this.earlyFlushBytes = Math.min(MAX_EARLY_FLUSH_BYTES, this.earlyFlushBytes * 2);
    this.#flush();
  }

  /** The tick is over: what waits leaves. */
  endTick(): void {
    this.isDirty = false;
    this.#halves.endTick();
    this.earlyFlushBytes = MIN_EARLY_FLUSH_BYTES;
    this.#flush();
  }

  /** Sends frames that lie in memory of their own, after those that wait. */
  sendDirectly(frames: Buffer, lender: MemoryLender): void {
    this.#flush();
    this.#write(frames, lender);
  }

  #flush(): void {
    if (this.out.pendingBytes > 0) this.#write(this.out.take());
  }

  #write(frames: Buffer, lender?: MemoryLender): void {
    if (this.isBlocked) {
      this.#overdueBytes += frames.length;
      this.#core.overdueBytes += frames.length;
    }
    if (!this.#lane.write(frames, lender) && !this.isBlocked) {
      this.isBlocked = true;
      this.#blockedSince = this.#core.now;
    }
    if (this.#overdueBytes > 0 && this.#core.overdueBytes > MANY_OVERDUE_BYTES && this.#isStuck()) {
      this.#core.close(CloseCode.NOT_READING, `${this.#core.overdueBytes} bytes wait to be read at the other side`);
    }
  }

  /**
   * A peer that reads, however much is asked of it at once, empties the buffer now and then. More than the answers of all calls that may be in flight, at
   * one frame each, is too much at once.
   */
  #isStuck(): boolean {
    const { maxCalls } = this.#core.settings;
    return this.#core.overdueBytes > maxCalls * MAX_FRAME_PAYLOAD_BYTES || this.#core.now - this.#blockedSince > STUCK_MS;
  }

  stop(): void {
    this.#decoder.stop();
  }
}

/** The lane with the least work, the first one of several. */
export function leastLoaded(lanes: readonly LaneIo[]): LaneIo {
  let best = lanes[0] as LaneIo;
  for (let i = 1; i < lanes.length && best.load > 0; i++) {
    const lane = lanes[i] as LaneIo;
    if (lane.load < best.load) best = lane;
  }
  return best;
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const EMPTY = Buffer.alloc(0);

/** Less than this is never held against a peer. */
const MANY_OVERDUE_BYTES = 16_777_216;
const STUCK_MS = 10_000;

/** With 64 streams and with one, 6 and 24 KiB gave the same or less. */
const MIN_EARLY_FLUSH_BYTES = 12_288;
/** Less than a slab of the buffer, so that one which is written from its beginning need not grow just before it is sent. */
const MAX_EARLY_FLUSH_BYTES = 49_152;
