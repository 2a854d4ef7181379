/**
 * The record layer on a TLS socket: every write is one record, 8 bytes of header and the bytes.
 *
 * | offset | size | field |
 * |---|---|---|
 * | 0 | 1 | kind: 0 data, 1 close, 2 refusal |
 * | 1 | 1 | 0, for later versions |
 * | 2 | 2 | number of the lane, big-endian; 0 but for data |
 * | 4 | 4 | length of what follows, big-endian |
 *
 * TCP ends a connection without a code or a reason, so both are a record. The body of `close` is the code (4 bytes, big-endian) and the reason; that of `refusal`
 * is why the client's certificate was not accepted, as a code of OpenSSL's verification. A record may come in any number of pieces: data is handed on piece by piece.
 */
export const RecordKind = { DATA: 0, CLOSE: 1, REFUSAL: 2 } as const;

export const RECORD_HEADER_BYTES = 8;

/** Lanes that each side may open: as many as on QUIC. Those of the client have even numbers, those of the server odd ones. */
export const MAX_LANES = 256;

/** Writes a header at the start of `target`. */
export function writeRecordHeader(target: Buffer, offset: number, record: { kind: number; lane: number; length: number }): void {
  target.writeUInt32BE(record.kind * 0x1000000 + record.lane, offset);
  target.writeUInt32BE(record.length, offset + 4);
}

/** The last record of a side that closes. */
export function closeRecord(code: number, reason: string): Buffer {
  const record = controlRecord(RecordKind.CLOSE, 4 + Buffer.byteLength(reason));
  record.writeUInt32BE(code, RECORD_HEADER_BYTES);
  record.write(reason, RECORD_HEADER_BYTES + 4);
  return record;
}

/** The only record of a server that refuses a client's certificate. */
export function refusalRecord(problem: string): Buffer {
  const record = controlRecord(RecordKind.REFUSAL, Buffer.byteLength(problem));
  record.write(problem, RECORD_HEADER_BYTES);
  return record;
}

/** Who hears of records. Each method may call {@link RecordReader.stop}. */
export interface RecordSink {
  /** A piece of data; never empty. It lies in what was pushed. */
  onData(lane: number, bytes: Buffer): void;
  onClose(code: number, reason: string): void;
  onRefusal(problem: string): void;
}

/** Reads records from pieces of any size, without copying data. What it is given is junk until proven otherwise: it throws nothing and keeps at most one small record. */
export class RecordReader {
  readonly #sink: RecordSink;
  readonly #header = Buffer.alloc(RECORD_HEADER_BYTES);
  #headerBytes = 0;
  #kind: number = RecordKind.DATA;
  #lane = 0;
  /** Bytes of the record at hand that have not come. */
  #leftBytes = 0;
  /** The pieces of a close or refusal. */
  #body: Buffer[] = [];
  #isStopped = false;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  /** Hears no more, not even of the rest of the piece at hand. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Reads a piece. Gives what is wrong with it; nothing may be pushed after that. */
  push(chunk: Buffer): string | undefined {
    let at = 0;
    while (at < chunk.length && !this.#isStopped) {
      if (this.#leftBytes > 0) {
        const end = Math.min(chunk.length, at + this.#leftBytes);
        this.#leftBytes -= end - at;
        this.#take(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end));
        at = end;
        continue;
      }
      at = this.#readHeader(chunk, at);
      const problem = this.#headerBytes === RECORD_HEADER_BYTES ? this.#begin() : undefined;
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #readHeader(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + RECORD_HEADER_BYTES - this.#headerBytes);
    chunk.copy(this.#header, this.#headerBytes, at, end);
    this.#headerBytes += end - at;
    return end;
  }

  #begin(): string | undefined {
    const header = this.#header;
    this.#headerBytes = 0;
    this.#kind = header[0] as number;
    this.#lane = header.readUInt16BE(2);
    this.#leftBytes = header.readUInt32BE(4);
    if (this.#kind > RecordKind.REFUSAL) return `a record of unknown kind ${this.#kind}`;
    if (this.#kind !== RecordKind.DATA) return this.#leftBytes < 4 || this.#leftBytes > MAX_BODY_BYTES ? 'a malformed close' : undefined;
    return this.#lane < 2 * MAX_LANES ? undefined : `a lane number of ${this.#lane}`;
  }

  #take(bytes: Buffer): void {
    if (this.#kind === RecordKind.DATA) return this.#sink.onData(this.#lane, bytes);
    this.#body.push(Buffer.from(bytes));
    if (this.#leftBytes > 0) return;
    const body = Buffer.concat(this.#body);
    this.#body = [];
    if (this.#kind === RecordKind.CLOSE) this.#sink.onClose(body.readUInt32BE(0), body.toString('utf8', 4));
    else this.#sink.onRefusal(body.toString('latin1'));
  }
}

function controlRecord(kind: number, length: number): Buffer {
  const record = Buffer.alloc(RECORD_HEADER_BYTES + length);
  writeRecordHeader(record, 0, { kind, lane: 0, length });
  return record;
}

/** A code and a reason of 255 bytes. */
const MAX_BODY_BYTES = 4 + 255;
