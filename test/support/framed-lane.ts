import type { Lane, LaneHandler } from '../../src/ports/transport.ts';

/** Messages over a lane for tests: 4 bytes of length, then the message. It keeps to the rule of `write` and `onDrain`. */
export class FramedLane implements LaneHandler {
  readonly #lane: Lane;
  readonly #onMessage: (message: Buffer, from: FramedLane) => void;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #neededBytes = HEADER_BYTES;
  #waiting: Buffer[] = [];
  #isFull = false;
  /** Why the lane ended, if it did. */
  ended: string | undefined;

  constructor(lane: Lane, onMessage: (message: Buffer, from: FramedLane) => void) {
    this.#lane = lane;
    this.#onMessage = onMessage;
    lane.setHandler(this);
  }

  send(message: Uint8Array): void {
    const frame = Buffer.allocUnsafe(HEADER_BYTES + message.length);
    frame.writeUInt32LE(message.length, 0);
    frame.set(message, HEADER_BYTES);
    if (this.#isFull) this.#waiting.push(frame);
    else this.#isFull = !this.#lane.write(frame);
  }

  onDrain(): void {
    this.#isFull = false;
    let sent = 0;
    while (!this.#isFull && sent < this.#waiting.length) this.#isFull = !this.#lane.write(this.#waiting[sent++]!);
    this.#waiting = this.#waiting.slice(sent);
  }

  onEnd(reason: string): void {
    this.ended = reason;
  }

  onData(bytes: Uint8Array): void {
    this.#received.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#receivedBytes += bytes.length;
    // Joining at every piece of a large message would take quadratic time.
    if (this.#receivedBytes < this.#neededBytes) return;
    let rest = this.#received.length === 1 ? this.#received[0]! : Buffer.concat(this.#received);
    for (;;) {
      this.#neededBytes = rest.length < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + rest.readUInt32LE(0);
      if (rest.length < this.#neededBytes) break;
      const message = rest.subarray(HEADER_BYTES, this.#neededBytes);
      rest = rest.subarray(this.#neededBytes);
      this.#onMessage(message, this);
    }
    this.#received = [rest];
    this.#receivedBytes = rest.length;
  }
}

const HEADER_BYTES = 4;
