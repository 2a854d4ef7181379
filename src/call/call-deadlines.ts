import { NOT_IN_HEAP } from '../util/deadline-heap.ts';
import type { DeadlineEntry, DeadlineTimer } from '../util/deadline-timer.ts';
import type { Call } from './call.ts';

/**
 * When the calls of one connection must end.
 *
 * Nearly every call has ended long before its time, and must not pay for more than that. Only a call whose time is near waits in the heap of the process; the others are
 * found by a sweep over the connection's calls, which comes before the first of them is due, and about every quarter of a second at most.
 */
export class CallDeadlines implements DeadlineEntry {
  /** When the next sweep is. */
  deadlineAt: number = Number.POSITIVE_INFINITY;
  heapIndex: number = NOT_IN_HEAP;
  readonly #timer: DeadlineTimer;
  readonly #calls: { values(): readonly Call[] };

  /** `calls` are those that have begun and not ended. */
  constructor(timer: DeadlineTimer, calls: { values(): readonly Call[] }) {
    this.#timer = timer;
    this.#calls = calls;
  }

  /** A call begins that has `remainingMs` until its `deadlineAt`. */
  begin(call: Call, remainingMs: number): void {
    if (remainingMs < NEAR_MS) this.#timer.add(call);
    else if (call.deadlineAt - AHEAD_MS < this.deadlineAt) this.#sweepAt(call.deadlineAt - AHEAD_MS);
  }

  /** The call has ended. */
  end(call: Call): void {
    this.#timer.remove(call);
  }

  /** The connection has ended, and with it every call. */
  stop(): void {
    this.#timer.remove(this);
    this.deadlineAt = Number.POSITIVE_INFINITY;
  }

  /** Hands the calls whose time has come near to the timer, and comes again for the others. */
  onDeadline(now: number): void {
    let earliest = Number.POSITIVE_INFINITY;
    for (const call of this.#calls.values()) {
      if (call.heapIndex !== NOT_IN_HEAP) continue;
      if (call.deadlineAt - now < NEAR_MS) this.#timer.add(call);
      else if (call.deadlineAt < earliest) earliest = call.deadlineAt;
    }
    this.deadlineAt = Number.POSITIVE_INFINITY;
    if (earliest !== Number.POSITIVE_INFINITY) this.#sweepAt(earliest - AHEAD_MS);
  }

  #sweepAt(at: number): void {
    this.deadlineAt = at;
    this.#timer.add(this);
  }
}

/** A call with less time than this is watched by the timer itself. */
const NEAR_MS = 512;

/** How long before the first deadline a sweep comes: with {@link NEAR_MS} this leaves as long between two sweeps, and room for a timer that comes late. */
const AHEAD_MS = 256;
