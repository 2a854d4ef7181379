import type { Lane, LaneHandler } from '../../ports/transport.ts';
import type { MemoryConnection } from './memory-connection.ts';

/** One end of a lane. Bytes are handed over as they are, without a copy. */
export class MemoryLane implements Lane {
  readonly id: number;
  readonly #connection: MemoryConnection;
  #handler: LaneHandler | undefined;
  #bytesUnderWay = 0;
  #isFull = false;

  constructor(connection: MemoryConnection, id: number) {
    this.#connection = connection;
    this.id = id;
  }

  setHandler(handler: LaneHandler): void {
    this.#handler = handler;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#connection.isClosed) return false;
    if (bytes.length === 0) return !this.#isFull;
    this.#bytesUnderWay += bytes.length;
    if (this.#bytesUnderWay >= BUFFER_BYTES) this.#isFull = true;
    this.#connection.sendData(this, bytes);
    return !this.#isFull;
  }

  /** Bytes from the other end. */
  receive(bytes: Uint8Array): void {
    this.#handler?.onData(bytes);
  }

  /** Bytes that were written here have been received there. */
  onDelivered(count: number): void {
    this.#bytesUnderWay -= count;
    if (!this.#isFull || this.#bytesUnderWay > 0) return;
    this.#isFull = false;
    this.#handler?.onDrain();
  }
}

/** The same as on QUIC. */
const BUFFER_BYTES = 256 * 1024;
