import { RpcError } from '../errors/rpc-error.ts';

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

  #refusal(what: string): RpcError {
    const retryAfterMs = this.#options.retryAfterMs();
    return new RpcError('RESOURCE_EXHAUSTED', `${what}: try again in ${Math.ceil(retryAfterMs)} ms, or elsewhere`, {
      notTaken: true,
      retryAfterMs,
    });
  }
}
