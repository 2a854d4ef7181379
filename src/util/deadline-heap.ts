/** What an entry carries so that the heap can find and move it without a look-up. Both fields belong to the heap while the entry is in it. */
export interface HeapEntry {
  /** Milliseconds on the monotonic clock; `Infinity` is never due. */
  deadlineAt: number;
  /** Its place in the heap, or {@link NOT_IN_HEAP}, which is what it starts with. */
  heapIndex: number;
}

/** The `heapIndex` of an entry that is in no heap. */
export const NOT_IN_HEAP = -1;

/**
 * A binary min-heap of deadlines: the earliest in O(1), adding and removing any entry in O(log n), no allocation per operation.
 *
 * An entry is in at most one heap at a time. Entries with equal deadlines come out in any order.
 */
export class DeadlineHeap<T extends HeapEntry> {
  readonly #entries: T[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** Adds an entry, or moves it when it is in this heap already. */
  add(entry: T, at: number): void {
    if (Number.isNaN(at)) throw new RangeError('Expected a deadline to be a number, got NaN');
    const entries = this.#entries;
    let index = entry.heapIndex;
    if (index === NOT_IN_HEAP) {
      index = entries.length;
      entries.push(entry);
    } else if (entries[index] !== entry) {
      throw new Error('This entry is in another heap; remove it there first');
    }
    entry.deadlineAt = at;
    this.#settle(entry, index);
  }

  /** Takes an entry out; false when it was not in this heap. */
  remove(entry: T): boolean {
    const index = entry.heapIndex;
    if (index === NOT_IN_HEAP || this.#entries[index] !== entry) return false;
    entry.heapIndex = NOT_IN_HEAP;
    const last = this.#entries.pop();
    if (last !== undefined && last !== entry) this.#settle(last, index);
    return true;
  }

  /** The entry with the earliest deadline; it stays in the heap. */
  peek(): T | undefined {
    return this.#entries[0];
  }

  /** Takes out the earliest entry if its deadline is at or before `now`. */
  popDue(now: number): T | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.deadlineAt > now) return undefined;
    this.remove(first);
    return first;
  }

  /** Puts an entry where it belongs, starting from a free place. */
  #settle(entry: T, from: number): void {
    const index = this.#siftUp(entry, from);
    if (index === from) this.#siftDown(entry, from);
  }

  #siftUp(entry: T, from: number): number {
    const entries = this.#entries;
    const at = entry.deadlineAt;
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >>> 1;
      const parent = entries[parentIndex] as T;
      if (parent.deadlineAt <= at) break;
      entries[index] = parent;
      parent.heapIndex = index;
      index = parentIndex;
    }
    entries[index] = entry;
    entry.heapIndex = index;
    return index;
  }

  #siftDown(entry: T, from: number): void {
    const entries = this.#entries;
    const at = entry.deadlineAt;
    const firstLeaf = entries.length >>> 1;
    let index = from;
    while (index < firstLeaf) {
      let childIndex = 2 * index + 1;
      let child = entries[childIndex] as T;
      const right = entries[childIndex + 1];
      if (right !== undefined && right.deadlineAt < child.deadlineAt) {
        child = right;
        childIndex += 1;
      }
      if (child.deadlineAt >= at) break;
      entries[index] = child;
      child.heapIndex = index;
      index = childIndex;
    }
    entries[index] = entry;
    entry.heapIndex = index;
  }
}
