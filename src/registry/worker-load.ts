/**
 * How loaded a worker is, as far as this process knows: its own calls exactly, those of others from what the worker reported.
 *
 * A report counts all calls that were in flight on the worker, those of this process included, so these are taken out of it: what is left are the calls of
 * others. Choices for somebody who makes the call himself count as own calls for a while (`assignments.ts`).
 */
export class WorkerLoad {
  /** Own calls in flight. */
  #own: number;
  /** Choices that may be calls of others by now. */
  #assigned = 0;
  /** Calls of others, at the last report; and how many more than the choices that may be these calls. */
  #others = 0;
  #unexpected = 0;
  #reported = 0;
  #reportedAtMs: number | undefined;
  /** How much the calls of others count, and what is added for what is not known. */
  #weight = OTHERS_WEIGHT;
  #unknown = 0;

  constructor(ownCalls: number) {
    this.#own = ownCalls;
  }

  /** Calls in flight on the worker, as far as is known. */
  get calls(): number {
    return this.#others + this.#own;
  }

  /**
   * What to compare workers by: own calls in full, those of others at half. Other processes that hear of an idle worker send their calls there too, at the
   * same time: who takes a report at its word overloads it together with them. In steps of a half, so that chance decides among workers that differ by less.
   */
  get cost(): number {
    return Math.round(2 * (this.#weight * this.#unexpected + this.#unknown + this.#own + this.#assigned)) / 2;
  }

  /** Calls of others at the last report, those left out that may come from here. */
  get others(): number {
    return this.#unexpected;
  }

  /** The last report. */
  get reported(): number {
    return this.#reported;
  }

  /** The worker reported its load. An old report says nothing new; `atMs` is undefined where nobody says when reports came. */
  report(load: number, atMs: number | undefined): void {
    if (atMs === undefined ? load === this.#reported : this.#reportedAtMs !== undefined && atMs <= this.#reportedAtMs) return;
    this.#reported = load;
    this.#reportedAtMs = atMs;
    this.#others = Math.max(0, load - this.#own);
    this.#unexpected = Math.max(0, this.#others - this.#assigned);
    this.#weight = OTHERS_WEIGHT;
    this.#unknown = 0;
  }

  /** An own call began or ended. */
  addOwn(change: 1 | -1): void {
    this.#own += change;
  }

  /** The worker was chosen, or that counts no more. */
  addAssigned(change: 1 | -1): void {
    this.#assigned += change;
  }

  /** Time passes: a report above {@link FRESH_MS} of age counts less and less, and the worker as much as if it had as many calls of others as the average. */
  age(now: number, averageOthers: number): void {
    const ageMs = this.#reportedAtMs === undefined ? Number.POSITIVE_INFINITY : now - this.#reportedAtMs;
    this.#weight = ageMs <= FRESH_MS ? OTHERS_WEIGHT : OTHERS_WEIGHT * 2 ** (1 - ageMs / FRESH_MS);
    this.#unknown = (OTHERS_WEIGHT - this.#weight) * averageOthers;
  }
}

const OTHERS_WEIGHT = 0.5;
/** Longer than the time in which 256 workers are asked in turns. */
const FRESH_MS = 6_000;
