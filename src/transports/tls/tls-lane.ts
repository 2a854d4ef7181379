import type { Lane, LaneHandler, MemoryLender } from '../../ports/transport.ts';
import type { TlsWriter } from './tls-writer.ts';

/** A lane on a TLS socket: a number that its records carry. It lives and ends with its connection. */
export class TlsLane implements Lane {
  readonly id: number;
  readonly #writer: TlsWriter;
  #handler: LaneHandler | undefined;
  /** Came before anybody listened. */
  #unheard: Uint8Array[] = [];
  #isBlocked = false;
  #isClosed = false;

  constructor(id: number, writer: TlsWriter) {
    this.id = id;
    this.#writer = writer;
  }

  setHandler(handler: LaneHandler): void {
    this.#handler = handler;
    if (this.#unheard.length > 0) process.nextTick(() => this.#deliverUnheard(handler));
  }

  write(bytes: Uint8Array, lender?: MemoryLender): boolean {
    const hasRoom = this.#writer.write(this.id, bytes, lender);
    if (!hasRoom) this.#isBlocked = true;
    return hasRoom;
  }

  receive(bytes: Uint8Array): void {
    if (this.#handler === undefined || this.#unheard.length > 0) this.#unheard.push(bytes);
    else this.#handler.onData(bytes);
  }

  /** Takes bytes that serve again after the call. */
  receiveBorrowed(bytes: Uint8Array): void {
    if (this.#handler?.onBorrowedData === undefined || this.#unheard.length > 0) this.receive(Buffer.from(bytes));
    else this.#handler.onBorrowedData(bytes);
  }

  /** The connection has room again. */
  onRoom(): void {
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    this.#handler?.onDrain();
  }

  /** The connection has closed: nothing is reported any more. */
  markClosed(): void {
    this.#isClosed = true;
    this.#unheard = [];
  }

  #deliverUnheard(handler: LaneHandler): void {
    const chunks = this.#unheard;
    this.#unheard = [];
    for (const bytes of chunks) if (!this.#isClosed) handler.onData(bytes);
  }
}
