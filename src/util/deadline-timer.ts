import { DeadlineHeap, type HeapEntry, NOT_IN_HEAP } from './deadline-heap.ts';

/** Something that ends at `deadlineAt`. */
export interface DeadlineEntry extends HeapEntry {
  /** Belongs to the timer while the entry waits; undefined at first. */
  basket: DeadlineBasket | undefined;
  /** Its time is up; it has been taken out and may be added again with a new deadline. `now` is at or after `deadlineAt`. */
  onDeadline(now: number): void;
}

/** Entries of one stretch of time, in any order; an entry's `heapIndex` is its place among them. */
export type DeadlineBasket = DeadlineEntry[];

/** What the timer needs of a `Clock`. */
export interface DeadlineClock {
  now(): number;
  schedule(delayMs: number, task: () => void, options: { readonly unref: boolean }): { cancel(): void };
}

/**
 * Every deadline of a process on one timer.
 *
 * Nearly every deadline is far away and is taken out long before its time. Those wait in baskets, each for a quarter of a second, where adding is a push
 * and removing a swap. A basket whose time comes near is emptied into a heap, which has what is due next in order.
 *
 * The timer is set again only when an entry comes before all others, or when it fires. Removing an entry leaves it alone: a timer that
 * finds nothing due sets itself for the next. It never keeps the process alive: whatever waits for a deadline holds a connection that does.
 */
export class DeadlineTimer {
  readonly #clock: DeadlineClock;
  readonly #heap = new DeadlineHeap<DeadlineEntry>();
  /** By the number of their quarter of a second. */
  readonly #baskets = new Map<number, DeadlineBasket>();
  /** Deadlines before this are in the heap. */
  #heapUntil = Number.NEGATIVE_INFINITY;
  #size = 0;
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
    return this.#size;
  }

  /** Waits for `entry.deadlineAt`. An entry that waits already is moved, which is how a deadline is changed. */
  add(entry: DeadlineEntry): void {
    if (entry.heapIndex !== NOT_IN_HEAP) this.remove(entry);
    const at = entry.deadlineAt;
    const number = Math.floor(at / BASKET_MS);
    if (at >= this.#heapUntil && number * BASKET_MS < this.#armedAt) this.#extendHeap(this.#clock.now());
    if (!(at >= this.#heapUntil)) {
      this.#heap.add(entry, at);
      if (at < this.#armedAt) this.#arm(at);
    } else {
      this.#addToBasket(entry, number);
      if (number * BASKET_MS < this.#armedAt) this.#arm(number * BASKET_MS);
    }
    this.#size++;
  }

  /** Stops waiting; false when the entry was not waiting. */
  remove(entry: DeadlineEntry): boolean {
    const { basket, heapIndex } = entry;
    if (basket === undefined) {
      if (!this.#heap.remove(entry)) return false;
    } else {
      const last = basket.pop() as DeadlineEntry;
      if (last !== entry) {
        basket[heapIndex] = last;
        last.heapIndex = heapIndex;
      }
      entry.basket = undefined;
      entry.heapIndex = NOT_IN_HEAP;
    }
    this.#size--;
    return true;
  }

  /** Stops the timer; no `onDeadline` comes after it. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#task?.cancel();
    this.#task = undefined;
    this.#armedAt = Number.NEGATIVE_INFINITY;
  }

  #addToBasket(entry: DeadlineEntry, number: number): void {
    let basket = this.#baskets.get(number);
    if (basket === undefined) {
      basket = [];
      this.#baskets.set(number, basket);
    }
    entry.basket = basket;
    entry.heapIndex = basket.length;
    basket.push(entry);
  }

  /** Has the heap take over what is due within the next stretches of time. */
  #extendHeap(now: number): void {
    const until = (Math.floor(now / BASKET_MS) + HEAP_BASKETS) * BASKET_MS;
    if (until <= this.#heapUntil) return;
    this.#heapUntil = until;
    for (const [number, basket] of this.#baskets) {
      if (number * BASKET_MS >= until) continue;
      this.#baskets.delete(number);
      for (const entry of basket) {
        entry.basket = undefined;
        entry.heapIndex = NOT_IN_HEAP;
        this.#heap.add(entry, entry.deadlineAt);
      }
    }
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
    const now = this.#clock.now();
    this.#extendHeap(now);
    const errors = this.#runDue(now);
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
      this.#size--;
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
    let earliest = this.#heap.peek()?.deadlineAt ?? Number.POSITIVE_INFINITY;
    for (const [number, basket] of this.#baskets) {
      if (basket.length === 0) this.#baskets.delete(number);
      else earliest = Math.min(earliest, number * BASKET_MS);
    }
    if (earliest < Number.POSITIVE_INFINITY) this.#arm(earliest);
  }
}

const BASKET_MS = 256;
/** The stretches of time, the current one included, whose deadlines are in the heap. */
const HEAP_BASKETS = 2;
const UNREF = { unref: true };
