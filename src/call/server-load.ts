import { RpcError } from '../errors/rpc-error.ts';
import { refusedBecause } from '../wire/refusal-reason.ts';

/** Bounds of one server, all its connections together. */
export interface ServerLoadOptions {
  /** Calls served at once; above it new ones are refused. */
  readonly maxServerCalls: number;
  /** When a refused caller may come back, in milliseconds; asked for each refusal, so that callers do not all come back at once. */
  readonly retryAfterMs: () => number;
}

/** How busy a server is: one for all its connections. */
export class ServerLoad {
  /** Calls being served right now. */
  inFlight = 0;
  /** Why only methods that are marked safe are served; undefined when all are. */
  readOnlyBecause: string | undefined;
  readonly #options: ServerLoadOptions;

  constructor(options: ServerLoadOptions) {
    this.#options = options;
  }

  /** Whether a new call must be refused. */
  get isFull(): boolean {
    return this.inFlight >= this.#options.maxServerCalls;
  }

  /** The refusal of a call because the server is full: nothing ran, and the caller learns when to come back. */
  full(): RpcError {
    const { maxServerCalls } = this.#options;
    return this.#refusal(`The server has ${this.inFlight} calls in flight, and its limit is ${maxServerCalls} (maxServerCalls)`);
  }

  /** The refusal of a call because its connection has `inFlight` calls already. */
  connectionFull(inFlight: number): RpcError {
    return this.#refusal(`${inFlight} calls of this connection are in flight, which is the limit (maxCalls)`);
  }

  /** The refusal of a call that may change something while only safe methods are served. Whoever can should send it elsewhere: here it may take long. */
  readOnly(method: string): RpcError {
    const retryAfterMs = READ_ONLY_PAUSE * this.#options.retryAfterMs();
    const message = `${method} is not marked safe, and this server takes only safe calls now: ${this.readOnlyBecause}`;
    return refusedBecause('readOnly', `${message}. Send it to another server, or try again later`, retryAfterMs);
  }

  #refusal(what: string): RpcError {
    const retryAfterMs = this.#options.retryAfterMs();
    return new RpcError('RESOURCE_EXHAUSTED', `${what}: try again in ${Math.ceil(retryAfterMs)} ms, or elsewhere`, {
      notTaken: true,
      retryAfterMs,
    });
  }
}

/** A partition lasts longer than a peak of load: callers stay away so many times as long. */
const READ_ONLY_PAUSE = 5;
