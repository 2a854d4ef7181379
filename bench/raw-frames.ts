import type { Lane, LaneHandler } from '../src/ports/transport.ts';

/** Who hears of what arrives on a lane of raw frames. */
export interface RawFramesHandler {
  /** A frame that {@link RawFrames.send} sent. The payload is a view of what the transport gave. */
  onFrame(kind: number, payload: Buffer): void;
  /** The next piece of what {@link RawFrames.sendBlock} sent, as the transport gave it. Pieces are not empty and belong to the receiver. */
  onBlockPiece(piece: Buffer, isLast: boolean): void;
}

/** One byte of kind, three of length, the payload. Frames that are sent in one tick leave as one piece; blocks leave as they are. */
export class RawFrames implements LaneHandler {
  readonly #lane: Lane;
  readonly #handler: RawFramesHandler;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of a block that have not arrived yet. */
  #blockBytesLeft = 0;
  #out: Buffer = Buffer.allocUnsafeSlow(OUT_BYTES);
  #outStart = 0;
  #outEnd = 0;

  constructor(lane: Lane, handler: RawFramesHandler) {
    this.#lane = lane;
    this.#handler = handler;
    lane.setHandler(this);
  }

  /** Sends a small frame: its payload is copied. `kind` is above 0. */
  send(kind: number, payload: Uint8Array): void {
    const length = HEADER_BYTES + payload.length;
    const at = this.#reserve(length);
    this.#writeHeader(kind, payload.length);
    this.#out.set(payload, at + HEADER_BYTES);
    this.#outEnd = at + length;
  }

  /** Sends a large block of bytes without copying them: `pieces` belong to the transport afterwards and hold at least one byte. */
  sendBlock(pieces: readonly Uint8Array[]): void {
    this.#reserve(HEADER_BYTES);
    this.#writeHeader(
      KIND_BLOCK,
      pieces.reduce((sum, piece) => sum + piece.length, 0),
    );
    this.#outEnd += HEADER_BYTES;
    this.#write();
    for (const piece of pieces) this.#lane.write(piece);
  }

  onData(bytes: Uint8Array): void {
    const isWhole = this.#rest.length === 0;
    const chunk = isWhole ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    while (at < chunk.length) {
      if (this.#blockBytesLeft > 0) {
        at += this.#takePiece(chunk, at);
        continue;
      }
      if (chunk.length - at < HEADER_BYTES) break;
      const kind = chunk[at] as number;
      const length = (chunk[at + 1] as number) | ((chunk[at + 2] as number) << 8) | ((chunk[at + 3] as number) << 16);
      const start = at + HEADER_BYTES;
      if (kind === KIND_BLOCK) {
        this.#blockBytesLeft = length;
        at = start;
        continue;
      }
      if (start + length > chunk.length) break;
      this.#handler.onFrame(kind, chunk.subarray(start, start + length));
      at = start + length;
    }
    this.#rest = chunk.subarray(at);
  }

  /** The closed loop of the benchmark bounds what is waiting, so that a full lane needs no answer. */
  onDrain(): void {}

  onEnd(reason: string): void {
    throw new Error(`The raw lane ended: ${reason}`);
  }

  #takePiece(chunk: Buffer, at: number): number {
    const piece = chunk.subarray(at, at + this.#blockBytesLeft);
    this.#blockBytesLeft -= piece.length;
    this.#handler.onBlockPiece(piece, this.#blockBytesLeft === 0);
    return piece.length;
  }

  /** Where the next `length` bytes go; has them sent at the end of the tick. */
  #reserve(length: number): number {
    if (this.#outEnd + length > this.#out.length) {
      this.#write();
      this.#out = Buffer.allocUnsafeSlow(OUT_BYTES);
      this.#outStart = 0;
      this.#outEnd = 0;
    }
    if (this.#outStart === this.#outEnd) process.nextTick(this.#write);
    return this.#outEnd;
  }

  #writeHeader(kind: number, length: number): void {
    const out = this.#out;
    const at = this.#outEnd;
    out[at] = kind;
    out[at + 1] = length;
    out[at + 2] = length >>> 8;
    out[at + 3] = length >>> 16;
  }

  readonly #write = (): void => {
    if (this.#outStart === this.#outEnd) return;
    this.#lane.write(this.#out.subarray(this.#outStart, this.#outEnd));
    this.#outStart = this.#outEnd;
  };
}

const KIND_BLOCK = 0;
const HEADER_BYTES = 4;
const OUT_BYTES = 64 * 1024;
