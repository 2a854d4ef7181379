import { fromUnknown } from '../errors/from-unknown.ts';
import type { RpcError } from '../errors/rpc-error.ts';
import type { ScheduledTask } from '../ports/clock.ts';
import type { NameResolver } from '../ports/name-resolver.ts';
import type { Runtime } from '../rpc/runtime.ts';
import { shuffled } from '../swim/member-table.ts';
import { Deferred } from '../util/deferred.ts';
import type { Seed } from './seed.ts';
import { SeedFailures } from './seed-failures.ts';
import { SeedPresence } from './seed-presence.ts';
import { SeedReturns } from './seed-returns.ts';
import { SeedResolver, type SeedTarget, type SeedTargets } from './seed-targets.ts';
import { busyPauseMs } from './serving-room.ts';

/** What a joiner works with. */
export interface SeedJoinerOptions {
  readonly runtime: Runtime;
  /** Asks the node at an address. Gives the address of the node that took this one in. @throws RpcError why it did not. */
  readonly join: (address: string, timeoutMs: number) => Promise<string>;
  /** What the names of seeds stand for. Default: names stand for themselves. */
  readonly names?: NameResolver | undefined;
}

/**
 * Asks the seeds to take this node in; the engine says when a round is due. In each round every name is resolved anew, and the nodes that the seeds stand for
 * are asked, a few at a time and in random order, until some of them have agreed. Whoever waits for the first success waits here.
 */
export class SeedJoiner {
  readonly #options: SeedJoinerOptions;
  readonly #resolver: SeedResolver;
  readonly #presence = new SeedPresence();
  readonly #failures = new SeedFailures();
  #seeds: readonly Seed[] = [];
  #returns: SeedReturns | undefined;
  #isRunning = false;
  #waiting: Deferred<void> | undefined;
  /** Addresses that were too busy, until they are asked again. */
  readonly #busy = new Map<string, ScheduledTask>();
  #start: ScheduledTask | undefined;
  #isClosed = false;

  constructor(options: SeedJoinerOptions) {
    const { clock, random } = options.runtime;
    this.#options = options;
    this.#resolver = new SeedResolver({ clock, random, names: options.names });
  }

  set seeds(seeds: readonly Seed[]) {
    this.#seeds = seeds;
  }

  /** The addresses that did not take this node in when they were asked last, and the names that stood for nobody, each with the reason. */
  get failures(): readonly string[] {
    return this.#failures.lines;
  }

  /**
   * Resolves at the first success, or when this node turns out to be the only seed there is.
   * @throws RpcError at once for what will not change (wrong name, cluster, certificate); `UNAVAILABLE` when no seed answered within `timeoutMs`,
   * `DEADLINE_EXCEEDED` when one did and still the join did not finish.
   */
  async firstJoin(timeoutMs: number): Promise<void> {
    const waiting = new Deferred<void>();
    this.#waiting = waiting;
    const timer = this.#options.runtime.clock.schedule(timeoutMs, () => waiting.reject(this.#failures.timeoutError(timeoutMs)));
    try {
      await waiting.promise;
    } finally {
      timer.cancel();
      this.#waiting = undefined;
    }
  }

  /** Makes the first round, a random moment from now: nodes that are started together must not come to the seeds in step. */
  start(): void {
    const { clock, random } = this.#options.runtime;
    this.#start?.cancel();
    this.#start = clock.schedule(FIRST_ROUND_WITHIN_MS * random.next(), () => void this.round());
  }

  /** Makes one round with all nodes that the seeds stand for and that are not among those `present` (`host:port`), unless a round is under way. */
  async round(present: ReadonlySet<string> = NOBODY): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const found = await this.#find(this.#seeds);
    this.#presence.forgetOthers();
    this.#failures.keepOnly(this.#labelsOfAbsent(found, present));
    const round = await this.#visit(found, present);
    this.#isRunning = false;
    if (round.joined > 0) return;
    if (round.refusal && (round.isFinal || !round.hasHope)) this.#waiting?.reject(round.refusal);
    // A seed that is too busy is there: this node is not the first.
    else if (round.isSelfFound && this.#busy.size === 0) this.#waiting?.resolve();
  }

  /** The node at `address` has left or failed: looks for it where the seeds are that stood for it, until all that they stand for is `present` again. */
  expectBack(address: string, present: () => ReadonlySet<string>): void {
    this.#returns ??= new SeedReturns({
      runtime: this.#options.runtime,
      visit: async (seed) => {
        const found = await this.#find([seed]);
        const isBack = found.every((targets) => this.#presence.isComplete(targets, present()));
        if (!isBack) await this.#visit(found, present());
        return isBack;
      },
    });
    for (const seed of this.#seeds) if (this.#presence.stoodFor(seed, address)) this.#returns.expect(seed);
  }

  /** Another node joined through this one meanwhile: they are in one cluster, whoever asked first. */
  noteJoinedByOther(): void {
    this.#waiting?.resolve();
  }

  /** Nobody needs the outcome any more. */
  close(error: RpcError): void {
    this.#isClosed = true;
    this.#seeds = [];
    this.#start?.cancel();
    this.#returns?.close();
    for (const timer of this.#busy.values()) timer.cancel();
    this.#busy.clear();
    this.#waiting?.reject(error);
  }

  async #find(seeds: readonly Seed[]): Promise<readonly SeedTargets[]> {
    const found = await Promise.all(seeds.map((seed) => this.#resolver.find(seed)));
    for (const targets of found) {
      this.#presence.noteResolved(targets);
      for (const { label, error } of targets.failures) this.#noteFailure(label, error);
    }
    return found;
  }

  /** Asks those who are absent, tier by tier: a later one of a seed only while nobody before it is reached. */
  async #visit(found: readonly SeedTargets[], present: ReadonlySet<string>): Promise<Round> {
    const round: Round = { joined: 0, isSelfFound: false, refusal: undefined, isFinal: false, hasHope: false, reached: new Set(present) };
    let open = found;
    for (let tier = 0; open.length > 0 && !this.#isOver(round); tier++) {
      await this.#askSome(
        open.map(({ tiers }) => this.#presence.absent(tiers[tier] ?? [], present)),
        round,
      );
      open = open.filter(({ tiers }) => tier + 1 < tiers.length && !this.#presence.isReached(tiers[tier] ?? [], round.reached));
    }
    return round;
  }

  /** Seeds take turns, so that a name of many nodes leaves room for the others; who failed the last time comes last. */
  async #askSome(lists: readonly (readonly SeedTarget[])[], round: Round): Promise<void> {
    const turns = takeTurns(shuffled(lists, this.#options.runtime.random));
    const hasFailed = ({ label }: SeedTarget): number => Number(this.#failures.has(label));
    const queue = turns.sort((a, b) => hasFailed(a) - hasFailed(b)).slice(0, MAX_ASKED);
    const worker = async (): Promise<void> => {
      for (let target = queue.shift(); target !== undefined && !this.#isOver(round); target = queue.shift())
        if (!this.#busy.has(target.address)) await this.#ask(target, round);
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  }

  #labelsOfAbsent(found: readonly SeedTargets[], present: ReadonlySet<string>): ReadonlySet<string> {
    const absent = found.flatMap(({ tiers, failures }) => [...tiers.flatMap((tier) => this.#presence.absent(tier, present)), ...failures]);
    return new Set(absent.map(({ label }) => label));
  }

  #isOver(round: Round): boolean {
    return this.#isClosed || round.joined >= ENOUGH;
  }

  async #ask(target: SeedTarget, round?: Round): Promise<void> {
    const { address, label } = target;
    this.#failures.begin(label);
    try {
      this.#presence.noteAnswer(address, await this.#options.join(address, ATTEMPT_TIMEOUT_MS));
      this.#failures.delete(label);
      this.#waiting?.resolve();
      round?.reached.add(address);
      if (round) round.joined++;
    } catch (thrown) {
      const error = fromUnknown(thrown, 'UNAVAILABLE');
      if (reasonOf(error) === 'self') {
        this.#failures.delete(label);
        if (round) round.isSelfFound = true;
        return;
      }
      this.#comeBack(target, busyPauseMs(error, this.#options.runtime.random));
      this.#noteFailure(label, error);
      if (round) noteRefusal(round, target, error);
    }
  }

  #noteFailure(seed: string, error: RpcError): void {
    this.#failures.set(seed, error);
    this.#options.runtime.logger.debug('a seed did not take this node in', { seed, code: error.code, reason: error.message });
  }

  /** Asks a node that was too busy again, when it said so and this node still waits for its first join; rounds leave it alone until then. */
  #comeBack(target: SeedTarget, pauseMs: number | undefined): void {
    const { address } = target;
    if (pauseMs === undefined || this.#isClosed) return;
    const again = (): void => {
      this.#busy.delete(address);
      if (this.#waiting) void this.#ask(target);
    };
    this.#busy.set(address, this.#options.runtime.clock.schedule(pauseMs, again, { unref: true }));
  }
}

/** What came of asking. */
interface Round {
  joined: number;
  /** A seed was this node itself: told by its name and life, under whatever address it was asked. */
  isSelfFound: boolean;
  /** What a node answered that trying again does not change. It does not matter while another one agrees. */
  refusal: RpcError | undefined;
  /** A seed that was given by address refused. Behind a name there may be others the next time, or the address belongs to somebody else by now. */
  isFinal: boolean;
  /** Somebody else failed in a way that may pass. */
  hasHope: boolean;
  /** Addresses of nodes that were there before, and of those that agreed. */
  readonly reached: Set<string>;
}

function noteRefusal(round: Round, { address, label }: SeedTarget, error: RpcError): void {
  if (!PERMANENT.has(error.code) && reasonOf(error) !== 'full') {
    round.hasHope = true;
    return;
  }
  round.refusal ??= error;
  if (label === address) round.isFinal = true;
}

/** The first of each list, then the second of each, and so on; each address once. */
function takeTurns(lists: readonly (readonly SeedTarget[])[]): SeedTarget[] {
  const turns = new Map<string, SeedTarget>();
  const longest = Math.max(0, ...lists.map((list) => list.length));
  for (let i = 0; i < longest; i++)
    for (const list of lists) {
      const target = list[i];
      if (target !== undefined && !turns.has(target.address)) turns.set(target.address, target);
    }
  return [...turns.values()];
}

/** Why a seed refused, as it says in the details. */
function reasonOf(error: RpcError): unknown {
  const { details } = error;
  return typeof details === 'object' && details !== null && 'reason' in details ? details.reason : undefined;
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
/** Spreads the newcomers of a mass start; a person does not notice it. */
const FIRST_ROUND_WITHIN_MS = 100;
const PARALLEL = 3;
/** After so many agreed the rest of a round is left out: they know each other, and if not, the next rounds find those who are absent. */
const ENOUGH = 3;
/** Of one tier in one round: a name may stand for very many nodes, all of them gone. */
const MAX_ASKED = 16;
const ATTEMPT_TIMEOUT_MS = 5_000;
