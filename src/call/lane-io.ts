import type { Lane, LaneHandler } from '../ports/transport.ts';
import { FrameBuffer } from '../wire/frame-buffer.ts';
import { FrameDecoder } from '../wire/frame-decoder.ts';
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
    this.#core.laneDrained(this);
  }

  onEnd(reason: string): void {
    this.#core.violate(`the peer ended lane ${this.index}: ${reason}`);
  }

  /** Hands the waiting frames to the transport. */
  flush(): void {
    if (this.out.pendingBytes === 0) return;
    if (!this.#lane.write(this.out.take())) this.isBlocked = true;
  }

  stop(): void {
    this.#decoder.stop();
  }
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
