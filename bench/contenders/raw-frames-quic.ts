import type { Connection, Lane, LaneHandler } from '../../src/ports/transport.ts';
import { quicTransport } from '../../src/transports/quic/quic-transport.ts';
import { type BenchIdentity, type Contender, type ContenderClient, type ContenderServer, STREAM_TEXT } from '../contender.ts';

/** The transport with nothing on it but lengths: no methods, ids, deadlines, cancellation or credit. What RpcNet could reach at the very most. */
export const contender: Contender<Uint8Array> = {
  name: 'raw frames on QUIC',
  role: 'ceiling',
  description:
    'the QUIC transport of RpcNet, one lane, length-prefixed frames answered in order, one stream after the other, promises in the client',
  packages: [],
  toPayload: (text) => Buffer.from(text),
  serve,
  connect,
};

async function serve({ cert, key }: BenchIdentity): Promise<ContenderServer> {
  const item = contender.toPayload(STREAM_TEXT);
  const listener = await quicTransport().listen({
    address: '127.0.0.1:0',
    alpn: ALPN,
    cert,
    key,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    onConnection(connection) {
      ignoreConnection(connection, (lane) => {
        const frames = new RawFrames(lane, (kind, payload) => {
          if (kind === FRAME_CALL) return frames.send(FRAME_CALL, payload);
          for (let left = payload.readUInt32LE(0); left > 0; left--) frames.send(FRAME_ITEM, item);
        });
      });
    },
  });
  return { port: Number(listener.address.slice(listener.address.lastIndexOf(':') + 1)), close: () => listener.close() };
}

async function connect(port: number, ca: string): Promise<ContenderClient<Uint8Array>> {
  const connection = await quicTransport().connect(`127.0.0.1:${port}`, { alpn: ALPN, ca, idleTimeoutMs: IDLE_TIMEOUT_MS });
  ignoreConnection(connection, () => undefined);
  // The server answers in order, so that the oldest exchange is always the one that goes on.
  const exchanges: Exchange[] = [];
  let first = 0;
  const frames = new RawFrames(connection.openLane(), (_kind, payload) => {
    const exchange = exchanges[first] as Exchange;
    exchange.onFrame(payload);
    if (--exchange.framesLeft > 0) return;
    exchange.resolve(payload);
    if (++first < TRIM_AFTER) return;
    exchanges.splice(0, first);
    first = 0;
  });
  return {
    unary: (payload) =>
      new Promise((resolve) => {
        exchanges.push({ framesLeft: 1, onFrame: () => undefined, resolve });
        frames.send(FRAME_CALL, payload);
      }),
    stream: (count, onItem) =>
      new Promise((resolve) => {
        const request = Buffer.allocUnsafe(4);
        request.writeUInt32LE(count, 0);
        exchanges.push({ framesLeft: count, onFrame: onItem, resolve: () => resolve() });
        frames.send(FRAME_STREAM, request);
      }),
    close: async () => connection.close(0, 'done'),
  };
}

interface Exchange {
  framesLeft: number;
  readonly onFrame: (payload: Uint8Array) => void;
  readonly resolve: (payload: Uint8Array) => void;
}

/** One byte of kind, two of length, the payload. What is sent in one tick leaves as one piece. */
class RawFrames implements LaneHandler {
  readonly #lane: Lane;
  readonly #onFrame: (kind: number, payload: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);
  #out: Buffer = Buffer.allocUnsafeSlow(OUT_BYTES);
  #outStart = 0;
  #outEnd = 0;

  constructor(lane: Lane, onFrame: (kind: number, payload: Buffer) => void) {
    this.#lane = lane;
    this.#onFrame = onFrame;
    lane.setHandler(this);
  }

  send(kind: number, payload: Uint8Array): void {
    const length = HEADER_BYTES + payload.length;
    if (this.#outEnd + length > this.#out.length) {
      this.#write();
      this.#out = Buffer.allocUnsafeSlow(OUT_BYTES);
      this.#outStart = 0;
      this.#outEnd = 0;
    }
    if (this.#outStart === this.#outEnd) process.nextTick(this.#write);
    const out = this.#out;
    const at = this.#outEnd;
    out[at] = kind;
    out[at + 1] = payload.length;
    out[at + 2] = payload.length >>> 8;
    out.set(payload, at + HEADER_BYTES);
    this.#outEnd = at + length;
  }

  onData(bytes: Uint8Array): void {
    const chunk = this.#rest.length === 0 ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    while (chunk.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + ((chunk[at + 1] as number) | ((chunk[at + 2] as number) << 8));
      if (end > chunk.length) break;
      this.#onFrame(chunk[at] as number, chunk.subarray(at + HEADER_BYTES, end));
      at = end;
    }
    this.#rest = chunk.subarray(at);
  }

  /** The closed loop of the benchmark bounds what is waiting, so that a full lane needs no answer. */
  onDrain(): void {}

  onEnd(reason: string): void {
    throw new Error(`The raw lane ended: ${reason}`);
  }

  readonly #write = (): void => {
    if (this.#outStart === this.#outEnd) return;
    this.#lane.write(this.#out.subarray(this.#outStart, this.#outEnd));
    this.#outStart = this.#outEnd;
  };
}

/** The end of the connection is no news here: a call that never ends is what the benchmark notices. */
function ignoreConnection(connection: Connection, onLane: (lane: Lane) => void): void {
  connection.setHandler({ onLane, onClose: () => undefined });
}

const ALPN = 'rpcnet-bench-raw';
const FRAME_CALL = 1;
const FRAME_STREAM = 2;
const FRAME_ITEM = 3;
const HEADER_BYTES = 3;
const OUT_BYTES = 64 * 1024;
const TRIM_AFTER = 1024;
/** Longer than any pause between two measurements: raw frames have no keep-alive. */
const IDLE_TIMEOUT_MS = 120_000;
