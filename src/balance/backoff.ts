import { expectInteger, expectNumber } from '../errors/expect.ts';
import type { Random } from '../ports/random.ts';

export interface BackoffOptions {
  /** The wait before the first retry. Default 100. */
  readonly initialMs?: number;
  /** What the wait grows by from one retry to the next. Default 2. */
  readonly factor?: number;
  /** Where it stops growing, before jitter. Default 1000. */
  readonly maxMs?: number;
  /** How far chance moves it to either side, as a share of it. Default 0.2. Without it, callers that failed together come back together. */
  readonly jitter?: number;
}

/** How long to wait before a retry: `min(initialMs * factor^(retry - 1), maxMs)`, give or take the jitter. */
export class Backoff {
  readonly #random: Random;
  readonly #initialMs: number;
  readonly #factor: number;
  readonly #maxMs: number;
  readonly #jitter: number;

  /** @throws RpcError `INVALID_ARGUMENT` when an option is wrong. */
  constructor(random: Random, options: BackoffOptions = {}) {
    const { initialMs = 100, factor = 2, maxMs = 1000, jitter = 0.2 } = options;
    expectNumber('initialMs', initialMs, 0);
    expectNumber('factor', factor, 1);
    expectNumber('maxMs', maxMs, 0);
    expectNumber('jitter', jitter, 0);
    this.#random = random;
    this.#initialMs = initialMs;
    this.#factor = factor;
    this.#maxMs = maxMs;
    this.#jitter = jitter;
  }

  /** Milliseconds to wait before the retry with this number; the first is 1. */
  delayMs(retry: number): number {
    expectInteger('retry', retry, 1);
    const plainMs = Math.min(this.#initialMs * this.#factor ** (retry - 1), this.#maxMs);
    const jitter = this.#jitter * (2 * this.#random.next() - 1);
    return Math.max(0, plainMs * (1 + jitter));
  }
}
