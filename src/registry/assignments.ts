import { Queue } from '../util/queue.ts';
import type { WorkerRecord } from './worker.ts';

/**
 * Workers that were chosen for somebody who makes the call himself: nobody tells when these calls end, and the worker's report that counts them may be a second
 * away. Without them all choices between two reports would go to the same worker.
 *
 * As many of the last choices count as calls in flight as the workers reported together. If all calls come from here, that is how many are in flight (Little's
 * law), however long they take; if not, choices count for longer, and are spread more evenly.
 */
export class Assignments {
  readonly #counted = new Queue<WorkerRecord>();
  /** The last choice: an own call on it may follow at once. */
  #last: WorkerRecord | undefined;
  #limit = FIRST_LIMIT;

  /** A worker was chosen. */
  add(worker: WorkerRecord): void {
    if (this.#last !== undefined) this.#counted.push(this.#last);
    this.#last = worker;
    worker.addAssigned(1);
    this.#trim();
  }

  /** An own call on a node begins: if it was chosen for this, it counts as that call. */
  takeBack(nodeId: string): void {
    if (this.#last?.nodeId !== nodeId) return;
    this.#last.addAssigned(-1);
    this.#last = undefined;
  }

  /** From now on so many choices count at most. */
  setLimit(limit: number): void {
    this.#limit = Math.min(limit, MOST_COUNTED);
    this.#trim();
  }

  #trim(): void {
    while (this.#counted.length > this.#limit) this.#counted.shift()?.addAssigned(-1);
  }
}

/** Before the first look at what was reported. */
const FIRST_LIMIT = 64;
const MOST_COUNTED = 10_000;
