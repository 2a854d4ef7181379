import type { Clock, ScheduledTask } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { shuffled } from '../swim/member-table.ts';
import type { NodeInfo } from '../swim/node-info.ts';

/** What a queue works with. */
export interface ExchangeQueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** One exchange with an address. Gives the milliseconds after which the other side wants to be asked again, or undefined when it is over. Never rejects. */
  readonly exchange: (address: string) => Promise<number | undefined>;
  /** Exchanges under way at the same time. Default 4, so that a few addresses without an answer do not hold up the rest. */
  readonly maxRunning?: number;
}

/**
 * Decides when views are exchanged with whom: a few addresses at a time, each at most once at a time, in the order in which they were asked for.
 *
 * An address is in one of three states: waiting (for its turn), running, pausing (the other side was too busy and said when to come back). Asked for
 * while it runs it runs once more afterwards, because what it exchanges was chosen before; asked for while it waits or pauses it is there already.
 */
export class ExchangeQueue {
  readonly #options: ExchangeQueueOptions;
  readonly #maxRunning: number;
  readonly #waiting = new Map<string, Turn>();
  readonly #running = new Map<string, Turn>();
  readonly #pausing = new Map<string, ScheduledTask>();
  #isClosed = false;

  constructor(options: ExchangeQueueOptions) {
    this.#options = options;
    this.#maxRunning = options.maxRunning ?? MAX_RUNNING;
  }

  /** Asks for an exchange with an address. */
  add(address: string): void {
    const running = this.#running.get(address);
    if (running) running.isAskedAgain = true;
    else if (!this.#waiting.has(address) && !this.#pausing.has(address)) this.#enqueue(address, { repeats: 0, refusals: 0 });
  }

  /**
   * Asks for exchanges that have every other node told that takes part, if each node that is told something new does the same: with all of a small cluster,
   * with `ln n + 6` chosen at random in a larger one. That leaves one out in one case of 400 (each is missed by `e ^ -(ln n + 6)`), and it learns of it from
   * an exchange of its own; with all, a thousand nodes would make a million connections. A failed one would only use up a turn; it is told when it is back.
   */
  addActive(nodes: readonly NodeInfo[]): void {
    const others = nodes.filter(({ isLocal, state }) => !isLocal && (state === 'alive' || state === 'suspect'));
    const enough = Math.ceil(Math.log(others.length + 1)) + SPARE_EXCHANGES;
    const told = others.length <= enough ? others : shuffled(others, this.#options.random).slice(0, enough);
    for (const { address } of told) this.add(address);
  }

  /** Begins nothing any more. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.clear();
    for (const timer of this.#pausing.values()) timer.cancel();
    this.#pausing.clear();
  }

  #enqueue(address: string, counts: Pick<Turn, 'repeats' | 'refusals'>): void {
    if (this.#isClosed) return;
    this.#waiting.set(address, { ...counts, isAskedAgain: false });
    this.#startWaiting();
  }

  #startWaiting(): void {
    for (const [address, turn] of this.#waiting) {
      if (this.#running.size >= this.#maxRunning) return;
      this.#waiting.delete(address);
      this.#running.set(address, turn);
      void this.#run(address, turn);
    }
  }

  async #run(address: string, turn: Turn): Promise<void> {
    const pauseMs = await this.#options.exchange(address);
    this.#running.delete(address);
    if (pauseMs !== undefined && turn.refusals < MAX_REFUSALS) this.#pause(address, pauseMs, turn);
    else if (turn.isAskedAgain && turn.repeats < MAX_REPEATS) this.#enqueue(address, { repeats: turn.repeats + 1, refusals: 0 });
    this.#startWaiting();
  }

  #pause(address: string, pauseMs: number, turn: Turn): void {
    if (this.#isClosed) return;
    const resume = (): void => {
      this.#pausing.delete(address);
      this.#enqueue(address, { repeats: turn.repeats, refusals: turn.refusals + 1 });
    };
    this.#pausing.set(address, this.#options.clock.schedule(pauseMs, resume, { unref: true }));
  }
}

/** One place in the queue. */
interface Turn {
  /** Turns of this address without a break before this one. */
  readonly repeats: number;
  /** How often it was put off in a row. */
  readonly refusals: number;
  isAskedAgain: boolean;
}

const MAX_RUNNING = 4;
/** What makes it unlikely that anybody is left out. */
const SPARE_EXCHANGES = 6;
/** A view of 10,000 members with the longest tags comes in fewer parts; above it the other side never comes to an end. */
const MAX_REPEATS = 100;
/** A node that is busy for so long is left to the next round of anti-entropy. */
const MAX_REFUSALS = 5;
