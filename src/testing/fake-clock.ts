import type { Clock, ScheduledTask } from '../ports/clock.ts';

export interface FakeClockOptions {
  /** What {@link FakeClock.now} starts with. Default 0. */
  readonly nowMs?: number;
  /** What {@link FakeClock.wallNow} starts with, in milliseconds since 1970. Default: 2026-01-01T00:00:00Z. */
  readonly wallMs?: number;
}

/**
 * A clock that moves only when told to, for tests without waiting.
 *
 * Timers run in the order of their time, and in the order in which they were set at equal times. After the timers of one instant come the
 * `afterInput` tasks, as in a turn of the event loop; timers they set for the same instant follow in the next turn.
 *
 * @example
 * const clock = new FakeClock();
 * clock.schedule(100, () => console.log(clock.now()));
 * clock.advance(250); // prints 100; clock.now() is then 250
 */
export class FakeClock implements Clock {
  /** Sorted by time; equal times in the order in which they were set. */
  readonly #timers: FakeTimer[] = [];
  #afterInput: (() => void)[] = [];
  #now: number;
  #wallOffset: number;
  #nextSequence = 0;
  #advancing = false;

  constructor(options: FakeClockOptions = {}) {
    this.#now = options.nowMs ?? 0;
    this.#wallOffset = (options.wallMs ?? DEFAULT_WALL_MS) - this.#now;
  }

  /** How many timers and `afterInput` tasks wait. */
  get pending(): number {
    return this.#timers.length + this.#afterInput.length;
  }

  /** How many of those would keep a process alive: all but the timers set with `unref`. */
  get pendingReferenced(): number {
    return this.#timers.filter((timer) => !timer.unref).length + this.#afterInput.length;
  }

  /** When the next timer is due; undefined when none is set. */
  get nextDueAt(): number | undefined {
    return this.#timers[0]?.dueAt;
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#now + this.#wallOffset;
  }

  /** Sets the machine's clock, forwards or back; timers and {@link now} do not notice. */
  setWall(wallMs: number): void {
    this.#wallOffset = wallMs - this.#now;
  }

  schedule(delayMs: number, task: () => void, options?: { readonly unref?: boolean }): ScheduledTask {
    if (Number.isNaN(delayMs)) throw new RangeError('Expected delayMs to be a number, got NaN');
    const timer = new FakeTimer(this.#now + Math.max(0, delayMs), task, {
      sequence: this.#nextSequence++,
      unref: options?.unref === true,
      onCancel: (cancelled) => this.#remove(cancelled),
    });
    this.#timers.splice(this.#placeOf(timer), 0, timer);
    return timer;
  }

  afterInput(task: () => void): void {
    this.#afterInput.push(task);
  }

  /**
   * Moves time on by `ms` and runs everything that becomes due on the way, also what is set meanwhile. `advance(0)` runs what is due now.
   *
   * A task that throws stops it there: the error comes out and the rest still waits.
   */
  advance(ms: number): void {
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) throw new RangeError(`Expected ms to be a number of at least 0, got ${ms}`);
    if (this.#advancing) throw new Error('advance() was called from a task that it runs; set a timer instead');
    const target = this.#now + ms;
    this.#advancing = true;
    try {
      let turnsAtOnce = 0;
      for (let before = this.#now; this.#runTurn(target); before = this.#now) {
        turnsAtOnce = this.#now === before ? turnsAtOnce + 1 : 0;
        if (turnsAtOnce > MAX_TURNS_AT_ONCE)
          throw new Error(`Time stands still at ${this.#now} ms: a task sets itself again without delay`);
      }
    } finally {
      this.#advancing = false;
    }
    this.#now = target;
  }

  /** One turn of the event loop: the timers of the next instant, then the tasks after input. False when nothing is left up to `target`. */
  #runTurn(target: number): boolean {
    const next = this.#timers[0];
    const hasTimer = next !== undefined && next.dueAt <= target;
    if (!hasTimer && this.#afterInput.length === 0) return false;
    if (hasTimer && (this.#afterInput.length === 0 || next.dueAt <= this.#now)) this.#runTimers(Math.max(this.#now, next.dueAt));
    this.#runAfterInput();
    return true;
  }

  #runTimers(now: number): void {
    this.#now = now;
    const firstOfNextTurn = this.#nextSequence;
    for (;;) {
      const timer = this.#timers[0];
      if (timer === undefined || timer.dueAt > now || timer.sequence >= firstOfNextTurn) return;
      this.#timers.shift();
      timer.task();
    }
  }

  #runAfterInput(): void {
    const tasks = this.#afterInput;
    this.#afterInput = [];
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      try {
        task();
      } catch (error) {
        this.#afterInput.unshift(...tasks);
        throw error;
      }
    }
  }

  #remove(timer: FakeTimer): void {
    const index = this.#placeOf(timer);
    if (this.#timers[index] === timer) this.#timers.splice(index, 1);
  }

  /** Where a timer is or belongs, by binary search. */
  #placeOf(timer: FakeTimer): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle] as FakeTimer).comesBefore(timer)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

class FakeTimer implements ScheduledTask {
  readonly dueAt: number;
  readonly task: () => void;
  readonly sequence: number;
  readonly unref: boolean;
  readonly #onCancel: (timer: FakeTimer) => void;

  constructor(dueAt: number, task: () => void, rest: { sequence: number; unref: boolean; onCancel: (timer: FakeTimer) => void }) {
    this.dueAt = dueAt;
    this.task = task;
    this.sequence = rest.sequence;
    this.unref = rest.unref;
    this.#onCancel = rest.onCancel;
  }

  comesBefore(other: FakeTimer): boolean {
    return this.dueAt < other.dueAt || (this.dueAt === other.dueAt && this.sequence < other.sequence);
  }

  cancel(): void {
    this.#onCancel(this);
  }
}

const DEFAULT_WALL_MS = Date.UTC(2026, 0, 1);

/** Far above what a simulation needs at one instant. */
const MAX_TURNS_AT_ONCE = 100_000;
