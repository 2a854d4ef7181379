import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { ScheduledTask } from '../ports/clock.ts';
import type { Runtime } from '../rpc/runtime.ts';
import { formatAddress, parseAddress } from '../util/address.ts';
import { type BackoffSettings, backoffMs } from '../util/backoff.ts';
import { Deferred } from '../util/deferred.ts';
import { busyPauseMs } from './serving-room.ts';

/** How a round with all seeds ended. */
type Outcome = 'joined' | 'onlySelf' | 'failed';

/** What a joiner works with. */
export interface SeedJoinerOptions {
  readonly runtime: Runtime;
  /** Asks one seed. Gives the address of the node that took this one in. @throws RpcError why it did not. */
  readonly join: (seed: string, timeoutMs: number) => Promise<string>;
  /** The IP addresses of a host name; empty when it has none. Default: a name stands only for itself. */
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined;
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
  /** Under which address the node goes that answered at a seed last. */
  readonly #answeredBy = new Map<string, string>();
  /** Seeds that were too busy, until they are asked again. */
  readonly #busy = new Map<string, ScheduledTask>();
  /** What a seed answered in this round that will not change. */
  #permanent: RpcError | undefined;
  readonly #lastErrors = new Map<string, RpcError>();

  constructor(options: SeedJoinerOptions) {
    this.#options = options;
  }

  set seeds(seeds: readonly string[]) {
    this.#seeds = seeds;
  }

  /** The seeds that did not take this node in when they were asked last, each with the reason. */
  get failures(): readonly string[] {
    return [...this.#lastErrors].map(([seed, error]) => `${seed}: ${error.message}`);
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

  /** Makes one round with all seeds that stand for a node not among those `present` (`host:port`), unless a round is under way. */
  async round(present: ReadonlySet<string> = NOBODY): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const queue = present.size === 0 ? [...this.#seeds] : await this.#absent(present);
    const outcomes: Outcome[] = [];
    this.#permanent = undefined;
    const worker = async (): Promise<void> => {
      for (let seed = queue.shift(); seed !== undefined; seed = queue.shift())
        if (!this.#busy.has(seed)) outcomes.push(await this.#ask(seed));
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    this.#isRunning = false;
    if (outcomes.includes('joined')) return;
    // One seed's refusal does not matter while another may accept.
    if (this.#permanent) this.#waiting?.reject(this.#permanent);
    // A seed that is too busy is there: this node is not the first.
    else if (outcomes.includes('onlySelf') && this.#busy.size === 0) this.#waiting?.resolve();
  }

  /**
   * The node at `address` has left or failed: asks for the seeds that stood for it, soon at first, then less and less often, until all that they stand for
   * is `present` again. The engine's own rounds are rare while other nodes are there, and a seed that was started again knows nobody.
   */
  async expectBack(address: string, present: () => ReadonlySet<string>): Promise<void> {
    for (const seed of this.#seeds) {
      if (seed !== address && this.#answeredBy.get(seed) !== address && !(await this.#addressesOf(seed)).includes(address)) continue;
      if (this.#missing.has(seed) || !this.#seeds.includes(seed)) continue;
      this.#missing.set(seed, undefined);
      this.#askLater(seed, present, 1);
    }
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
    for (const timer of this.#busy.values()) timer.cancel();
    this.#busy.clear();
    this.#waiting?.reject(error);
  }

  #askLater(seed: string, present: () => ReadonlySet<string>, attempt: number): void {
    const { clock, random } = this.#options.runtime;
    const again = async (): Promise<void> => {
      const isBack = await this.#isPresent(seed, present());
      if (!this.#seeds.includes(seed) || isBack) return void this.#missing.delete(seed);
      if (!this.#busy.has(seed)) await this.#ask(seed);
      // It may have been closed meanwhile.
      if (this.#missing.has(seed)) this.#askLater(seed, present, attempt + 1);
    };
    this.#missing.set(
      seed,
      clock.schedule(backoffMs(attempt, EXPECT_BACK, random), () => void again(), { unref: true }),
    );
  }

  async #absent(present: ReadonlySet<string>): Promise<string[]> {
    const seeds = this.#seeds;
    const answers = await Promise.all(seeds.map((seed) => this.#isPresent(seed, present)));
    return seeds.filter((_, i) => !answers[i]);
  }

  /** Whether every node is present that a seed stands for. A node listens on one family of addresses, while its name may stand for both. */
  async #isPresent(seed: string, present: ReadonlySet<string>): Promise<boolean> {
    if (present.has(seed)) return true;
    const addresses = await this.#addressesOf(seed);
    const families = [addresses.filter(isIpv6), addresses.filter((address) => !isIpv6(address))];
    if (families.some((family) => family.length > 0 && family.every((address) => present.has(address)))) return true;
    // Behind NAT a node goes by another address than the one at which it is reached.
    const answeredBy = this.#answeredBy.get(seed);
    return answeredBy !== undefined && present.has(answeredBy) && families.every((family) => family.length <= 1);
  }

  /** What a seed stands for now, as `host:port`; the seed itself when that is not to be found out. */
  async #addressesOf(seed: string): Promise<readonly string[]> {
    const parsed = parseAddress(seed);
    if (!parsed || !this.#options.resolve) return [seed];
    try {
      const hosts = await this.#options.resolve(parsed.host);
      return hosts.length > 0 ? hosts.map((host) => formatAddress(host, parsed.port)) : [seed];
    } catch {
      // A network of somebody else's making: as good as no answer.
      return [seed];
    }
  }

  async #ask(seed: string): Promise<Outcome> {
    try {
      this.#answeredBy.set(seed, await this.#options.join(seed, ATTEMPT_TIMEOUT_MS));
      this.#lastErrors.delete(seed);
      this.#waiting?.resolve();
      return 'joined';
    } catch (thrown) {
      const error = fromUnknown(thrown, 'UNAVAILABLE');
      if (isSelf(error)) return 'onlySelf';
      this.#comeBack(seed, busyPauseMs(error, this.#options.runtime.random));
      this.#lastErrors.set(seed, error);
      this.#options.runtime.logger.debug('a seed did not take this node in', { seed, code: error.code, reason: error.message });
      if (PERMANENT.has(error.code)) this.#permanent ??= error;
      return 'failed';
    }
  }

  /** Asks a seed that was too busy again, when it said so and this node still waits for its first join; rounds leave it alone until then. */
  #comeBack(seed: string, pauseMs: number | undefined): void {
    if (pauseMs === undefined || !this.#seeds.includes(seed)) return;
    const again = (): void => {
      this.#busy.delete(seed);
      if (this.#waiting) void this.#ask(seed);
    };
    this.#busy.set(seed, this.#options.runtime.clock.schedule(pauseMs, again, { unref: true }));
  }

  #timeoutError(timeoutMs: number): RpcError {
    const { failures } = this;
    const isSilent = [...this.#lastErrors.values()].every((error) => error.code === 'UNAVAILABLE');
    const reasons = failures.length === 0 ? 'no attempt finished' : failures.join('; ');
    const what = isSilent ? 'No seed could be reached' : 'The join was not done';
    return new RpcError(
      isSilent ? 'UNAVAILABLE' : 'DEADLINE_EXCEEDED',
      `${what} within ${timeoutMs} ms (${reasons}). Check that the seeds run and their addresses are right`,
    );
  }
}

function isIpv6(address: string): boolean {
  return address.startsWith('[');
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
const NOBODY: ReadonlySet<string> = new Set();
const PARALLEL = 3;
const ATTEMPT_TIMEOUT_MS = 5_000;
const EXPECT_BACK: BackoffSettings = { firstMs: 2_000, factor: 1.5, maxMs: 60_000, jitter: 0.25 };
