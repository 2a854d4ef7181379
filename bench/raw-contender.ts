import type { Lane } from '../src/ports/transport.ts';
import { type BenchIdentity, type Contender, type ContenderClient, type ContenderServer, STREAM_TEXT } from './contender.ts';
import { RawFrames } from './raw-frames.ts';

/** What raw frames travel on: connections with one lane each. */
export interface RawEngine {
  /** As descriptions name it. */
  readonly description: string;
  listen(identity: BenchIdentity, onLane: (lane: Lane) => void): Promise<ContenderServer>;
  connect(port: number, ca: string): Promise<{ readonly lane: Lane; readonly close: () => void }>;
}

/**
 * An engine with nothing on it but lengths: no methods, ids, deadlines, cancellation or credit. What RpcNet could reach on it at the very most. Bulk
 * messages are answered with the very pieces that arrived, once all have, and nobody puts them together.
 */
export function rawContender(options: {
  readonly name: string;
  readonly ceilingOf: string;
  readonly engine: RawEngine;
}): Contender<Uint8Array> {
  const { name, ceilingOf, engine } = options;
  const item = Buffer.from(STREAM_TEXT);
  return {
    name,
    role: 'ceiling',
    ceilingOf,
    description: `${engine.description}, length-prefixed frames answered in order, one stream after the other, promises in the client`,
    packages: [],
    toPayload: (text) => Buffer.from(text),
    serve: (identity) => engine.listen(identity, (lane) => answer(lane, item)),
    connect: (port, ca) => connect(engine, port, ca),
  };
}

function answer(lane: Lane, item: Buffer): void {
  let pieces: Buffer[] = [];
  const frames = new RawFrames(lane, {
    onFrame(kind, payload) {
      if (kind === KIND_CALL) return frames.send(KIND_CALL, payload);
      for (let left = payload.readUInt32LE(0); left > 0; left--) frames.send(KIND_ITEM, item);
    },
    onBlockPiece(piece, isLast) {
      pieces.push(piece);
      if (!isLast) return;
      frames.sendBlock(pieces);
      pieces = [];
    },
  });
}

async function connect(engine: RawEngine, port: number, ca: string): Promise<ContenderClient<Uint8Array>> {
  const { lane, close } = await engine.connect(port, ca);
  const exchanges = new Exchanges();
  const frames = new RawFrames(lane, {
    onFrame: (_kind, payload) => exchanges.onAnswer(payload, true),
    onBlockPiece: (piece, isLast) => exchanges.onAnswer(piece, isLast),
  });
  return {
    unary: (payload) =>
      new Promise((resolve) => {
        exchanges.add({ answersLeft: 1, onAnswer: ignoreAnswer, resolve });
        frames.send(KIND_CALL, payload);
      }),
    stream: (count, onItem) =>
      new Promise((resolve) => {
        const request = Buffer.allocUnsafe(4);
        request.writeUInt32LE(count, 0);
        exchanges.add({ answersLeft: count, onAnswer: onItem, resolve: () => resolve() });
        frames.send(KIND_STREAM, request);
      }),
    bulk: (payload, onPiece) =>
      new Promise((resolve) => {
        exchanges.add({ answersLeft: 1, onAnswer: onPiece, resolve: () => resolve() });
        frames.sendBlock([payload]);
      }),
    close: async () => close(),
  };
}

interface Exchange {
  answersLeft: number;
  readonly onAnswer: (payload: Uint8Array) => void;
  readonly resolve: (payload: Uint8Array) => void;
}

/** The server answers in order, so that the oldest exchange is always the one that goes on. */
class Exchanges {
  readonly #exchanges: Exchange[] = [];
  #first = 0;

  add(exchange: Exchange): void {
    this.#exchanges.push(exchange);
  }

  onAnswer(payload: Uint8Array, isLast: boolean): void {
    const exchange = this.#exchanges[this.#first] as Exchange;
    exchange.onAnswer(payload);
    if (!isLast || --exchange.answersLeft > 0) return;
    exchange.resolve(payload);
    if (++this.#first < TRIM_AFTER) return;
    this.#exchanges.splice(0, this.#first);
    this.#first = 0;
  }
}

function ignoreAnswer(): void {}

const KIND_CALL = 1;
const KIND_STREAM = 2;
const KIND_ITEM = 3;
const TRIM_AFTER = 1024;
