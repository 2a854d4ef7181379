import type { Lane, LaneHandler } from '../ports/transport.ts';
import { FrameBuffer } from '../wire/frame-buffer.ts';
import { FrameDecoder } from '../wire/frame-decoder.ts';
import { CloseCode } from './close-code.ts';
import type { ConnectionCore } from './connection-core.ts';

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
  /** Set while the lane is in the connection's list of lanes to flush. */
  isDirty = false;
  /** Written although the transport said that it is full: answers to small calls need no credit, so a peer that never reads is noticed here. */
  #overdueBytes = 0;
  #blockedSince = 0;
  readonly #lane: Lane;
  readonly #core: ConnectionCore;
  readonly #decoder: FrameDecoder;

  constructor(lane: Lane, index: number, core: ConnectionCore) {
    this.index = index;
    this.#lane = lane;
    this.#core = core;
    this.#decoder = new FrameDecoder((frame) => core.handleFrame(this, frame));
    lane.setHandler(this);
  }

  onData(bytes: Uint8Array): void {
    const violation = this.#core.noteInput() ? this.#decoder.push(toBuffer(bytes)) : undefined;
    if (violation !== undefined) this.#core.violate(violation);
  }

  onDrain(): void {
    this.isBlocked = false;
    this.#overdueBytes = 0;
    this.#core.laneDrained(this);
  }

  onEnd(reason: string): void {
    this.#core.violate(`the peer ended lane ${this.index}: ${reason}`);
  }

  /** Hands the waiting frames to the transport. */
  flush(): void {
    const { pendingBytes } = this.out;
    if (pendingBytes === 0) return;
    if (this.isBlocked) this.#overdueBytes += pendingBytes;
    if (!this.#lane.write(this.out.take()) && !this.isBlocked) {
      this.isBlocked = true;
      this.#blockedSince = this.#core.now;
    }
    if (this.#overdueBytes > MANY_OVERDUE_BYTES && this.#isStuck()) {
      this.#core.close(CloseCode.NOT_READING, `${this.#overdueBytes} bytes wait to be read at the other side`);
    }
  }

  /** A peer that reads, however much is asked of it at once, empties the buffer now and then. */
  #isStuck(): boolean {
    return this.#overdueBytes > MAX_OVERDUE_BYTES || this.#core.now - this.#blockedSince > STUCK_MS;
  }

  stop(): void {
    this.#decoder.stop();
  }
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Less than this is never held against a peer. */
const MANY_OVERDUE_BYTES = 16_777_216;
/** More than this is, at once: the answers of all calls that may be in flight, at one frame each. */
const MAX_OVERDUE_BYTES = 268_435_456;
const STUCK_MS = 10_000;
