/**
 * The benchmark: RpcNet beside other libraries, each in a server process and a client process of its own, all over TLS on the loopback interface.
 *
 * A contender is one file of `contenders/`, named after its id, that exports a {@link Contender} as `contender`. Nothing else has to know it.
 */
export interface Contender<TPayload extends Payload = Payload> {
  /** As the tables show it, for example `RpcNet on QUIC`. */
  readonly name: string;
  /** What it is measured for: RpcNet itself, the most that its transport could give, or another library. */
  readonly role: 'subject' | 'ceiling' | 'peer';
  /** How it is used: transport, encoding, idiom. */
  readonly description: string;
  /** The packages of `bench/package.json` that do the work; their versions are shown. */
  readonly packages: readonly string[];
  /** What 64 characters of ASCII travel as: bytes, or text in libraries that carry JSON. */
  toPayload(text: string): TPayload;
  /** Called in the server process: serves on a free port of 127.0.0.1. */
  serve(identity: BenchIdentity): Promise<ContenderServer>;
  /** Called in the client process: one connection to 127.0.0.1 that checks the server's certificate. */
  connect(port: number, ca: string): Promise<ContenderClient<TPayload>>;
}

/** What one call carries each way. Its `length` is what the benchmark checks on every answer. */
export type Payload = Uint8Array | string;

/** PEM texts: the server's certificate (for `localhost` and `127.0.0.1`), its key, and the authority that signed it. */
export interface BenchIdentity {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export interface ContenderServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface ContenderClient<TPayload extends Payload = Payload> {
  /** Resolves with the same payload, which has been to the server. */
  unary(payload: TPayload): Promise<TPayload>;
  /** Has the server send {@link STREAM_TEXT}, as a payload, `count` times; resolves when the stream has ended well. */
  stream(count: number, onItem: (item: TPayload) => void): Promise<void>;
  close(): Promise<void>;
}

/** 64 bytes: what a unary call carries. */
export const UNARY_TEXT: string = 'the quick brown fox jumps over the lazy dog, then over it again.';

/** 64 bytes: each item of a stream. */
export const STREAM_TEXT: string = 'a stream item, one of very many, sent by a server to its client.';
