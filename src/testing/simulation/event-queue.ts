/**
 * Virtual time: actions in the order of their moments, and of their scheduling when the moments are equal. Nothing happens between two actions, so a
 * quiet hour costs nothing.
 */
export class EventQueue {
  readonly #heap: ScheduledAction[] = [];
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
    const entry = new ScheduledAction(this.#nowMs + Math.max(0, delayMs), this.#order, action);
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1);
    return entry;
  }

  /** Runs the next action if it is due until `limitMs`; false when there is none. */
  step(limitMs: number): boolean {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > limitMs) return false;
      this.#pop();
      const { action } = next;
      if (action === undefined) continue;
      this.#nowMs = next.atMs;
      action();
      return true;
    }
  }

  /** Lets the clock stand at `atMs`, when nothing is due before. */
  advanceTo(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  #pop(): void {
    const last = this.#heap.pop() as ScheduledAction;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #up(start: number): void {
    const heap = this.#heap;
    let index = start;
    const entry = heap[index] as ScheduledAction;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(entry, heap[parent] as ScheduledAction)) break;
      heap[index] = heap[parent] as ScheduledAction;
      index = parent;
    }
    heap[index] = entry;
  }

  #down(start: number): void {
    const heap = this.#heap;
    let index = start;
    const entry = heap[index] as ScheduledAction;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as ScheduledAction, heap[child] as ScheduledAction)) child += 1;
      if (!isBefore(heap[child] as ScheduledAction, entry)) break;
      heap[index] = heap[child] as ScheduledAction;
      index = child;
    }
    heap[index] = entry;
  }
}

/** An action that waits. */
export class ScheduledAction {
  readonly atMs: number;
  /** Counts what was scheduled: who was first goes first at equal moments. */
  readonly order: number;
  /** Undefined when cancelled. */
  action: (() => void) | undefined;

  constructor(atMs: number, order: number, action: () => void) {
    this.atMs = atMs;
    this.order = order;
    this.action = action;
  }

  /** Harmless when it ran or was cancelled before. */
  cancel(): void {
    this.action = undefined;
  }
}

function isBefore(a: ScheduledAction, b: ScheduledAction): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
}
