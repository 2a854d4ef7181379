import { DeadlineHeap, type HeapEntry } from './deadline-heap.ts';

/** Something that ends at `deadlineAt`. */
export interface DeadlineEntry extends HeapEntry {
  /** Its time is up; it has been taken out and may be added again with a new deadline. `now` is at or after `deadlineAt`. */
  onDeadline(now: number): void;
}

/** What the timer needs of a `Clock`. */
export interface DeadlineClock {
  now(): number;
  schedule(delayMs: number, task: () => void, options: { readonly unref: boolean }): { cancel(): void };
}

/**
 * Every deadline of a process on one timer.
 *
 * The timer is set again only when an entry comes before all others, or when it fires. Removing an entry leaves it alone: a timer that
 * finds nothing due sets itself for the next. It never keeps the process alive: whatever waits for a deadline holds a connection that does.
 */
export class DeadlineTimer {
  readonly #clock: DeadlineClock;
  readonly #heap = new DeadlineHeap<DeadlineEntry>();
  readonly #onTimer = (): void => this.#fire();
  #task: { cancel(): void } | undefined;
  /** When the timer goes off; `Infinity` when it is not set, `-Infinity` when it must not be. */
  #armedAt = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(clock: DeadlineClock) {
    this.#clock = clock;
  }

  /** How many entries wait. */
  get size(): number {
    return this.#heap.size;
  }

  /** Waits for `entry.deadlineAt`. An entry that waits already is moved, which is how a deadline is changed. */
  add(entry: DeadlineEntry): void {
    const at = entry.deadlineAt;
    this.#heap.add(entry, at);
    if (at < this.#armedAt) this.#arm(at);
  }

  /** Stops waiting; false when the entry was not waiting. */
  remove(entry: DeadlineEntry): boolean {
    return this.#heap.remove(entry);
  }

  /** Stops the timer; no `onDeadline` comes after it. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#task?.cancel();
    this.#task = undefined;
    this.#armedAt = Number.NEGATIVE_INFINITY;
  }

  #arm(at: number): void {
    this.#task?.cancel();
    this.#armedAt = at;
    this.#task = this.#clock.schedule(Math.max(0, at - this.#clock.now()), this.#onTimer, UNREF);
  }

  #fire(): void {
    this.#task = undefined;
    // Entries that are added from onDeadline must not set a timer each: one is set at the end.
    this.#armedAt = Number.NEGATIVE_INFINITY;
    const errors = this.#runDue(this.#clock.now());
    if (!this.#closed) this.#rearm();
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} deadlines could not be handled`);
  }

  /** Runs what is due. One that throws does not keep the others from running. */
  #runDue(now: number): unknown[] {
    const errors: unknown[] = [];
    // At most as many as there were: one that adds itself again at once has its turn at the next timer.
    for (let remaining = this.#heap.size; remaining > 0 && !this.#closed; remaining -= 1) {
      const entry = this.#heap.popDue(now);
      if (entry === undefined) break;
      try {
        entry.onDeadline(now);
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }

  #rearm(): void {
    this.#armedAt = Number.POSITIVE_INFINITY;
    const earliest = this.#heap.peek()?.deadlineAt ?? Number.POSITIVE_INFINITY;
    if (earliest < Number.POSITIVE_INFINITY) this.#arm(earliest);
  }
}

const UNREF = { unref: true };
