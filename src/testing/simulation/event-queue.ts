/**
 * Virtual time: actions in the order of their moments, and of their scheduling when the moments are equal. Nothing happens between two actions, so a
 * quiet hour costs nothing.
 */
export class EventQueue {
  readonly #heap: Entry[] = [];
  #order = 0;
  #nowMs = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Actions that wait, cancelled ones included. */
  get size(): number {
    return this.#heap.length;
  }

  /** Runs `action` after `delayMs`. */
  after(delayMs: number, action: () => void): ScheduledAction {
    this.#order += 1;
    const entry: Entry = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order, action };
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1);
    return { cancel: () => this.#cancel(entry) };
  }

  /** Runs the next action if it is due until `limitMs`; false when there is none. */
  step(limitMs: number): boolean {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > limitMs) return false;
      this.#pop();
      if (next.action === undefined) continue;
      this.#nowMs = next.atMs;
      next.action();
      return true;
    }
  }

  /** Lets the clock stand at `atMs`, when nothing is due before. */
  advanceTo(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  #cancel(entry: Entry): void {
    entry.action = undefined;
  }

  #pop(): void {
    const last = this.#heap.pop() as Entry;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #up(start: number): void {
    const heap = this.#heap;
    let index = start;
    const entry = heap[index] as Entry;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(entry, heap[parent] as Entry)) break;
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  }

  #down(start: number): void {
    const heap = this.#heap;
    let index = start;
    const entry = heap[index] as Entry;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child += 1;
      if (!isBefore(heap[child] as Entry, entry)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = entry;
  }
}

/** An action that waits. */
export interface ScheduledAction {
  /** Harmless when it ran or was cancelled before. */
  cancel(): void;
}

interface Entry {
  readonly atMs: number;
  readonly order: number;
  action: (() => void) | undefined;
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
}
