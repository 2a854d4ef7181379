import { expectNumber } from '../errors/expect.ts';

export interface RetryBudgetOptions {
  /** Retries allowed per first attempt. Default 0.2: one retry for five requests. */
  readonly retryShare?: number;
  /** Retries allowed on top, so that a quiet client can retry at all. Default 10 a second. */
  readonly minRetriesPerSecond?: number;
}

/**
 * Keeps retries from multiplying the load of a cluster that is failing already: over any 10 seconds there are at most
 * `retryShare * requests + minRetriesPerSecond * 10` of them. Time is counted in whole seconds.
 */
export class RetryBudget {
  readonly #retryShare: number;
  readonly #reserve: number;
  readonly #requests: number[] = new Array<number>(WINDOW_SECONDS).fill(0);
  readonly #retries: number[] = new Array<number>(WINDOW_SECONDS).fill(0);
  #requestsInWindow = 0;
  #retriesInWindow = 0;
  /** The last second that was looked at. */
  #second = 0;

  /** @throws RpcError `INVALID_ARGUMENT` when an option is wrong. */
  constructor(options: RetryBudgetOptions = {}) {
    const { retryShare = 0.2, minRetriesPerSecond = 10 } = options;
    expectNumber('retryShare', retryShare, 0);
    expectNumber('minRetriesPerSecond', minRetriesPerSecond, 0);
    this.#retryShare = retryShare;
    this.#reserve = minRetriesPerSecond * WINDOW_SECONDS;
  }

  /** A call made its first attempt. `now`: monotonic milliseconds. */
  recordRequest(now: number): void {
    const slot = this.#moveTo(now);
    this.#requests[slot] = (this.#requests[slot] ?? 0) + 1;
    this.#requestsInWindow += 1;
  }

  /** Takes one retry out of the budget; false when it is used up, and then the call fails with the error it has. */
  tryRetry(now: number): boolean {
    const slot = this.#moveTo(now);
    if (this.#remaining() < 1) return false;
    this.#retries[slot] = (this.#retries[slot] ?? 0) + 1;
    this.#retriesInWindow += 1;
    return true;
  }

  /** How many retries are left at this moment. */
  remaining(now: number): number {
    this.#moveTo(now);
    return Math.max(0, Math.floor(this.#remaining()));
  }

  #remaining(): number {
    // The small addition makes up for fractions that are not exact in binary: 100 * 0.29 must be 29.
    return this.#requestsInWindow * this.#retryShare + this.#reserve - this.#retriesInWindow + 1e-9;
  }

  /** Empties the seconds that have left the window; gives the slot of the present one. */
  #moveTo(now: number): number {
    // A time before the last one counts as the last one.
    const second = Math.max(this.#second, Math.floor(now / 1000));
    const steps = Math.min(second - this.#second, WINDOW_SECONDS);
    for (let step = 1; step <= steps; step += 1) this.#clear((this.#second + step) % WINDOW_SECONDS);
    this.#second = second;
    return second % WINDOW_SECONDS;
  }

  #clear(slot: number): void {
    this.#requestsInWindow -= this.#requests[slot] ?? 0;
    this.#retriesInWindow -= this.#retries[slot] ?? 0;
    this.#requests[slot] = 0;
    this.#retries[slot] = 0;
  }
}

const WINDOW_SECONDS = 10;
