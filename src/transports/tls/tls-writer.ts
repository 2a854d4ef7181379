import type { TLSSocket } from 'node:tls';
import type { MemoryLender } from '../../ports/transport.ts';
import { Queue } from '../../util/queue.ts';
import { RECORD_HEADER_BYTES, RecordKind, writeRecordHeader } from './tls-record.ts';

/**
 * The sending side of a connection: what is written in one tick, on whichever lanes, leaves as one buffer. One call into TLS costs more than copying some kilobytes.
 */
export class TlsWriter {
  readonly #socket: TLSSocket;
  readonly #onRoom: () => void;
  readonly #now: () => number;
  readonly #flushLater = (): void => this.flush();
  #lanes: number[] = [];
  #chunks: Uint8Array[] = [];
  #pendingBytes = 0;
  /** To be told when the chunks have been copied. */
  #lenders: MemoryLender[] = [];
  /** Of what the socket works on, in the order of the writes. */
  readonly #lendersOfSocket = new Queue<MemoryLender>();
  /** A writer was told to stop. */
  #owesRoom = false;
  /** When it was. */
  #fullSince = 0;
  #limitBytes = MIN_LIMIT_BYTES;
  #isClosed = false;

  /** `onRoom` is called when there is room again after `write` gave false; `now` gives monotonic milliseconds. */
  constructor(socket: TLSSocket, onRoom: () => void, now: () => number = () => performance.now()) {
    this.#socket = socket;
    this.#onRoom = onRoom;
    this.#now = now;
    socket.on('drain', () => this.#payRoom());
  }

  /**
   * Queues bytes until the tick ends or {@link FULL_BYTES} wait. False when more than {@link MIN_LIMIT_BYTES} wait, here and in the socket; where a full buffer
   * left quickly the last time, {@link MAX_LIMIT_BYTES}.
   */
  write(lane: number, bytes: Uint8Array, lender?: MemoryLender): boolean {
    if (this.#isClosed) return false;
    if (bytes.length >= DIRECT_BYTES) {
      this.#writeDirectly(lane, bytes, lender);
    } else if (bytes.length > 0) {
      if (lender) this.#lenders.push(lender);
      if (this.#chunks.push(bytes) === 1) process.nextTick(this.#flushLater);
      this.#lanes.push(lane);
      this.#pendingBytes += bytes.length + RECORD_HEADER_BYTES;
      if (this.#pendingBytes >= FULL_BYTES) this.flush();
    }
    if (this.#pendingBytes + this.#socket.writableLength < this.#limitBytes) return true;
    if (!this.#owesRoom) this.#fullSince = this.#now();
    this.#owesRoom = true;
    return false;
  }

  /** Sends what waits, then `last`, and ends this direction of the socket. */
  end(last: Buffer): void {
    if (this.#isClosed) return;
    this.flush();
    this.#isClosed = true;
    this.#socket.end(last);
  }

  /** Forgets what waits. */
  stop(): void {
    this.#isClosed = true;
    this.#forget();
  }

  flush(): void {
    if (this.#isClosed || this.#chunks.length === 0) return;
    const lenders = this.#lenders;
    const hasRoom = this.#socket.write(this.#takeRecords());
    for (const lender of lenders) lender.onWritten();
    // When the socket is full instead, its own `drain` event pays.
    if (hasRoom) this.#payRoom();
  }

  /** A large piece leaves without a copy, as one record behind what waits. */
  #writeDirectly(lane: number, bytes: Uint8Array, lender: MemoryLender | undefined): void {
    this.flush();
    const header = Buffer.allocUnsafe(RECORD_HEADER_BYTES);
    writeRecordHeader(header, 0, { kind: RecordKind.DATA, lane, length: bytes.length });
    this.#socket.cork();
    this.#socket.write(header);
    if (lender) this.#lendersOfSocket.push(lender);
    this.#socket.write(bytes, lender && this.#onWritten);
    this.#socket.uncork();
  }

  readonly #onWritten = (error?: Error | null): void => {
    const lender = this.#lendersOfSocket.shift();
    if (!error) lender?.onWritten();
  };

  #takeRecords(): Buffer {
    const records = Buffer.allocUnsafe(this.#pendingBytes);
    let at = 0;
    for (let i = 0; i < this.#chunks.length; i++) {
      const chunk = this.#chunks[i] as Uint8Array;
      writeRecordHeader(records, at, { kind: RecordKind.DATA, lane: this.#lanes[i] as number, length: chunk.length });
      records.set(chunk, at + RECORD_HEADER_BYTES);
      at += RECORD_HEADER_BYTES + chunk.length;
    }
    this.#forget();
    return records;
  }

  #forget(): void {
    this.#chunks = [];
    this.#lanes = [];
    this.#lenders = [];
    this.#pendingBytes = 0;
  }

  #payRoom(): void {
    if (!this.#owesRoom || this.#isClosed) return;
    this.#owesRoom = false;
    this.#limitBytes = this.#now() - this.#fullSince < QUICK_MS ? MAX_LIMIT_BYTES : MIN_LIMIT_BYTES;
    this.#onRoom();
  }
}

/** What may wait at first, and on slow links: pings and small calls queue behind it. */
const MIN_LIMIT_BYTES = 256 * 1024;

/** On quick ones: with a quarter of it large messages took a tenth to a fifth more CPU time, because what waits leaves in one write. */
export const MAX_LIMIT_BYTES: number = 1024 * 1024;

/** A full buffer that leaves within this time was not held up by the link or the reader. */
const QUICK_MS = 20;

/** From here on a copy costs more than telling the socket about two pieces. */
const DIRECT_BYTES = 16 * 1024;

/** So much is worth a write of its own: the peer works on it while the rest of the tick is written. */
const FULL_BYTES = 12 * 1024;
