import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { ScheduledTask } from '../ports/clock.ts';
import type { Runtime } from '../rpc/runtime.ts';
import { type BackoffSettings, backoffMs } from '../util/backoff.ts';
import { Deferred } from '../util/deferred.ts';

/** How a round with all seeds ended. */
type Outcome = 'joined' | 'onlySelf' | 'failed';

/** What a joiner works with. */
export interface SeedJoinerOptions {
  readonly runtime: Runtime;
  /** Asks one seed. @throws RpcError why it did not take this node in. */
  readonly join: (seed: string, timeoutMs: number) => Promise<void>;
}

/**
 * Asks the seeds to take this node in, all of them in each round, a few at a time; the engine says when a round is due. Whoever waits for the first
 * success waits here.
 */
export class SeedJoiner {
  readonly #options: SeedJoinerOptions;
  #seeds: readonly string[] = [];
  #isRunning = false;
  #waiting: Deferred<void> | undefined;
  /** Seeds that are asked for because they went. */
  readonly #missing = new Map<string, ScheduledTask | undefined>();
  /** What a seed answered in this round that will not change. */
  #permanent: RpcError | undefined;
  readonly #lastErrors = new Map<string, RpcError>();

  constructor(options: SeedJoinerOptions) {
    this.#options = options;
  }

  set seeds(seeds: readonly string[]) {
    this.#seeds = seeds;
  }

  /**
   * Resolves at the first success, or when this node turns out to be the only seed there is.
   * @throws RpcError at once for what will not change (wrong name, cluster, certificate); `UNAVAILABLE` when no seed answered within `timeoutMs`,
   * `DEADLINE_EXCEEDED` when one did and still the join did not finish.
   */
  async firstJoin(timeoutMs: number): Promise<void> {
    const waiting = new Deferred<void>();
    this.#waiting = waiting;
    const timer = this.#options.runtime.clock.schedule(timeoutMs, () => waiting.reject(this.#timeoutError(timeoutMs)));
    try {
      await waiting.promise;
    } finally {
      timer.cancel();
      this.#waiting = undefined;
    }
  }

  #askLater(seed: string, isBack: () => boolean, attempt: number): void {
    const { clock, random } = this.#options.runtime;
    const again = async (): Promise<void> => {
      if (!this.#seeds.includes(seed) || isBack()) return void this.#missing.delete(seed);
      await this.#ask(seed);
      this.#askLater(seed, isBack, attempt + 1);
    };
    this.#missing.set(
      seed,
      clock.schedule(backoffMs(attempt, EXPECT_BACK, random), () => void again(), { unref: true }),
    );
  }

  /** Makes one round with all seeds but those in `except`, unless one is under way. */
  async round(except: ReadonlySet<string> = new Set()): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const queue = this.#seeds.filter((seed) => !except.has(seed));
    const outcomes: Outcome[] = [];
    this.#permanent = undefined;
    const worker = async (): Promise<void> => {
      for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) outcomes.push(await this.#ask(seed));
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    this.#isRunning = false;
    if (outcomes.includes('joined')) return;
    // One seed's refusal does not matter while another may accept.
    if (this.#permanent) this.#waiting?.reject(this.#permanent);
    else if (outcomes.includes('onlySelf')) this.#waiting?.resolve();
  }

  /**
   * A seed has left or failed: asks for it again, soon at first, then less and less often, until `isBack`. The engine's own rounds are rare while other
   * nodes are there, and a seed that was started again knows nobody.
   */
  expectBack(seed: string, isBack: () => boolean): void {
    if (!this.#seeds.includes(seed) || this.#missing.has(seed)) return;
    this.#missing.set(seed, undefined);
    this.#askLater(seed, isBack, 1);
  }

  /** Another node joined through this one meanwhile: they are in one cluster, whoever asked first. */
  noteJoinedByOther(): void {
    this.#waiting?.resolve();
  }

  /** Nobody needs the outcome any more. */
  close(error: RpcError): void {
    this.#seeds = [];
    for (const timer of this.#missing.values()) timer?.cancel();
    this.#missing.clear();
    this.#waiting?.reject(error);
  }

  async #ask(seed: string): Promise<Outcome> {
    try {
      await this.#options.join(seed, ATTEMPT_TIMEOUT_MS);
      this.#lastErrors.delete(seed);
      this.#waiting?.resolve();
      return 'joined';
    } catch (thrown) {
      const error = fromUnknown(thrown, 'UNAVAILABLE');
      if (isSelf(error)) return 'onlySelf';
      this.#lastErrors.set(seed, error);
      this.#options.runtime.logger.debug('a seed did not take this node in', { seed, code: error.code, reason: error.message });
      if (PERMANENT.has(error.code)) this.#permanent ??= error;
      return 'failed';
    }
  }

  #timeoutError(timeoutMs: number): RpcError {
    const errors = [...this.#lastErrors];
    const isSilent = errors.every(([, error]) => error.code === 'UNAVAILABLE');
    const reasons = errors.length === 0 ? 'no attempt finished' : errors.map(([seed, error]) => `${seed}: ${error.message}`).join('; ');
    const what = isSilent ? 'No seed could be reached' : 'The join was not done';
    return new RpcError(
      isSilent ? 'UNAVAILABLE' : 'DEADLINE_EXCEEDED',
      `${what} within ${timeoutMs} ms (${reasons}). Check that the seeds run and their addresses are right`,
    );
  }
}

function isSelf(error: RpcError): boolean {
  const { details } = error;
  return typeof details === 'object' && details !== null && 'reason' in details && details.reason === 'self';
}

/** Codes that trying again does not change. `UNIMPLEMENTED` is not one: the seed may listen and not have enabled its cluster yet. */
const PERMANENT: ReadonlySet<string> = new Set([
  'ALREADY_EXISTS',
  'FAILED_PRECONDITION',
  'PERMISSION_DENIED',
  'UNAUTHENTICATED',
  'INVALID_ARGUMENT',
]);
const PARALLEL = 3;
const ATTEMPT_TIMEOUT_MS = 5_000;
const EXPECT_BACK: BackoffSettings = { firstMs: 2_000, factor: 1.5, maxMs: 60_000, jitter: 0.25 };
