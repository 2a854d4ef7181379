import { RpcError } from '../errors/rpc-error.ts';
import { Deferred } from '../util/deferred.ts';

/** One of several ways to the same end. It must give up soon when the signal aborts. */
export type Attempt<T> = (signal: AbortSignal) => Promise<T>;

/** How attempts race. */
export interface RaceOptions<T> {
  /** An attempt that has not ended for this long gets company. */
  readonly staggerMs: number;
  /** Aborts every attempt; the race then fails with what they fail with. */
  readonly signal?: AbortSignal | undefined;
  /** Gets what an attempt gave after another had won. */
  readonly discard: (late: T) => void;
  /** Whether an error ends the race: no other attempt would fare better. Default: none does. */
  readonly isFinal?: (error: RpcError) => boolean;
  /** The error of the race from those of the attempts, in the order in which they came. Default: the first that says more than that nothing answered. */
  readonly combine?: (errors: readonly RpcError[]) => RpcError;
}

/**
 * Starts attempts one after the other, each a little after the one before or at once when that has failed; the first to succeed wins and the others are aborted
 * (the idea of RFC 8305).
 *
 * @throws RpcError what the attempts failed with.
 */
export async function raceStaggered<T>(attempts: readonly Attempt<T>[], options: RaceOptions<T>): Promise<T> {
  const race = new Race(attempts, options);
  return race.run();
}

class Race<T> {
  readonly #untried: Attempt<T>[];
  readonly #options: RaceOptions<T>;
  readonly #outcome = new Deferred<T>();
  readonly #abort = new AbortController();
  readonly #errors: RpcError[] = [];
  #running = 0;
  #stagger: NodeJS.Timeout | undefined;
  #isSettled = false;

  constructor(attempts: readonly Attempt<T>[], options: RaceOptions<T>) {
    this.#untried = [...attempts];
    this.#options = options;
  }

  async run(): Promise<T> {
    const { signal } = this.#options;
    const onAbort = (): void => {
      this.#untried.length = 0;
      this.#abort.abort(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort);
    // Attempts get a signal that is aborted already, and say what that means.
    if (signal?.aborted) this.#abort.abort(signal.reason);
    this.#startNext();
    try {
      return await this.#outcome.promise;
    } finally {
      clearTimeout(this.#stagger);
      signal?.removeEventListener('abort', onAbort);
      this.#abort.abort();
    }
  }

  #startNext(): void {
    clearTimeout(this.#stagger);
    const attempt = this.#untried.shift();
    if (attempt === undefined || this.#isSettled) return;
    if (this.#untried.length > 0) this.#stagger = setTimeout(() => this.#startAfterInput(), this.#options.staggerMs);
    this.#running += 1;
    attempt(this.#abort.signal).then(
      (value) => this.#onSuccess(value),
      (error: unknown) => this.#onFailure(error),
    );
  }

  /** After a stall of this process the answer may be there already, behind the timer. */
  #startAfterInput(): void {
    const { length } = this.#untried;
    setImmediate(() => {
      if (this.#untried.length === length) this.#startNext();
    });
  }

  #onSuccess(value: T): void {
    this.#running -= 1;
    if (this.#isSettled) return this.#options.discard(value);
    this.#isSettled = true;
    this.#outcome.resolve(value);
  }

  #onFailure(error: unknown): void {
    this.#running -= 1;
    if (this.#isSettled) return;
    const known = error instanceof RpcError ? error : new RpcError('INTERNAL', 'An attempt to connect failed', { cause: error });
    this.#errors.push(known);
    if (this.#options.isFinal?.(known)) return this.#fail(known);
    if (this.#untried.length > 0) this.#startNext();
    else if (this.#running === 0) this.#fail((this.#options.combine ?? mostTelling)(this.#errors));
  }

  #fail(error: RpcError): void {
    this.#isSettled = true;
    this.#outcome.reject(error);
  }
}

function mostTelling(errors: readonly RpcError[]): RpcError {
  return errors.find((error) => error.code !== 'UNAVAILABLE') ?? (errors[0] as RpcError);
}
