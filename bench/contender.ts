/**
 * The benchmark: RpcNet beside other libraries, each in a server process and a client process of its own, over TLS (where the library can) on the loopback interface.
 *
 * A contender is one file of `contenders/`, named after its id, that exports a {@link Contender} as `contender`. Nothing else has to know it.
 */
export interface Contender<TPayload extends Payload = Payload> {
  /** As the tables show it, for example `RpcNet on QUIC`. */
  readonly name: string;
  /** What it is measured for: RpcNet itself, the most that its transport could give, or another library. */
  readonly role: 'subject' | 'ceiling' | 'peer';
  /** For a ceiling: the id of the subject that it is the ceiling of. */
  readonly ceilingOf?: string;
  /** How it is used: transport, encoding, idiom. */
  readonly description: string;
  /** The packages of `bench/package.json` that do the work; their versions are shown. */
  readonly packages: readonly string[];
  /** What characters of ASCII travel as: bytes, or text in libraries that carry JSON. */
  toPayload(text: string): TPayload;
  /** Called in the server process: serves on a free port of 127.0.0.1. */
  serve(identity: BenchIdentity): Promise<ContenderServer>;
  /** Called in the client process: one connection to 127.0.0.1 that checks the server's certificate. */
  connect(port: number, ca: string): Promise<ContenderClient<TPayload>>;
  /** Why it cannot be measured on this machine, if so: it is skipped then, and the run says why. */
  unavailableBecause?(): Promise<string | undefined>;
  /** Whether its clients have `hold`. */
  readonly hasHold?: boolean;
  /** Called in the client process, for the contenders of which handshakes are measured. */
  createConnector?(port: number, ca: string): Connector<TPayload>;
}

/** Makes a new connection: with a full handshake, or, where the library can, by a ticket of an earlier connection that was made with `isResuming`. */
export type Connector<TPayload extends Payload = Payload> = (isResuming: boolean) => Promise<{
  readonly client: ContenderClient<TPayload>;
  /** Whether an earlier session was continued; undefined when its ticket was shown and the library does not tell. */
  readonly isResumed: boolean | undefined;
}>;

/** What one call carries each way. Its `length` is what the benchmark checks on every answer. */
export type Payload = Uint8Array | string;

/** A payload, or the message that it is the only field of. See {@link payloadOf}. */
export type Answer<TPayload extends Payload = Payload> = TPayload | { readonly data: TPayload };

export function payloadOf<TPayload extends Payload>(answer: Answer<TPayload>): TPayload {
  return typeof answer === 'string' || answer instanceof Uint8Array ? answer : (answer as { readonly data: TPayload }).data;
}

/** PEM texts: the server's certificate (for `localhost` and `127.0.0.1`), its key, and the authority that signed it. */
export interface BenchIdentity {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export interface ContenderServer {
  readonly port: number;
  /** Microseconds of CPU that processes used which the server started. */
  extraCpuUs?(): Promise<number>;
  close(): Promise<void>;
}

export interface ContenderClient<TPayload extends Payload = Payload> {
  /** Resolves with the same payload, which has been to the server: what the library gives, so that no contender pays for unwrapping it in a promise of its own. */
  unary(payload: TPayload): Promise<Answer<TPayload>>;
  /** Has the server send {@link STREAM_TEXT}, as a payload, `count` times; resolves when the stream has ended well. */
  stream(count: number, onItem: (item: TPayload) => void): Promise<void>;
  /**
   * As `unary`, for a large message that this contender does not put together: hands on the answer in pieces and resolves after the last. `unary` carries
   * large messages where this is absent.
   */
  bulk?(payload: TPayload, onPiece: (piece: TPayload) => void): Promise<void>;
  /** Opens a stream that gives one item and then stays open, until the connection is closed, which may reject. Absent where memory is not measured. */
  hold?(onItem: (item: TPayload) => void): Promise<void>;
  close(): Promise<void>;
}

/** 64 bytes: what a unary call carries. */
export const UNARY_TEXT: string = 'the quick brown fox jumps over the lazy dog, then over it again.';

/** 64 bytes: each item of a stream. */
export const STREAM_TEXT: string = 'a stream item, one of very many, sent by a server to its client.';

/** 1 MB, so that a rate of these is one of megabytes: what a bulk call carries each way. */
export const BULK_TEXT: string = UNARY_TEXT.repeat(1_000_000 / UNARY_TEXT.length);
