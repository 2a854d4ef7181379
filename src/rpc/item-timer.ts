import type { CallEnvironment } from '../call/call-settings.ts';
import { NOT_IN_HEAP } from '../util/deadline-heap.ts';
import type { DeadlineEntry } from '../util/deadline-timer.ts';

/**
 * Notices that a reader of a stream has waited too long for one item. It stands in the process-wide heap of deadlines and is moved there only when it comes up, so
 * that an item costs a look at the clock and nothing else.
 */
export class ItemTimer implements DeadlineEntry {
  deadlineAt: number = Number.POSITIVE_INFINITY;
  heapIndex: number = NOT_IN_HEAP;
  readonly timeoutMs: number;
  readonly #environment: CallEnvironment;
  readonly #onSilence: () => void;
  /** When the present wait has lasted too long; Infinity while nobody waits. */
  #dueAt: number = Number.POSITIVE_INFINITY;

  constructor(timeoutMs: number, environment: CallEnvironment, onSilence: () => void) {
    this.timeoutMs = timeoutMs;
    this.#environment = environment;
    this.#onSilence = onSilence;
  }

  /** The reader begins to wait. */
  waitBegan(): void {
    this.#dueAt = this.#environment.clock.now() + this.timeoutMs;
    if (this.heapIndex === NOT_IN_HEAP) this.#watch();
  }

  /** An item came. */
  waitEnded(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  /** The stream has ended. */
  stop(): void {
    this.waitEnded();
    if (this.heapIndex !== NOT_IN_HEAP) this.#environment.deadlines.remove(this);
  }

  onDeadline(now: number): void {
    if (this.#dueAt <= now) this.#onSilence();
    else if (this.#dueAt !== Number.POSITIVE_INFINITY) this.#watch();
  }

  #watch(): void {
    this.deadlineAt = this.#dueAt;
    this.#environment.deadlines.add(this);
  }
}
