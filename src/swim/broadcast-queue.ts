/**
 * News that is to be passed on. Each item is sent a limited number of times; what was sent least goes first, and of those the newest.
 * A newer item about the same node replaces the older ones, because they could only be outvoted.
 */
export class BroadcastQueue {
  /** By times sent; in each list the newest stands last. */
  readonly #byTransmits: Item[][] = [];
  readonly #bySubject = new Map<string, Item[]>();
  #order = 0;
  #size = 0;

  /** Items waiting. */
  get size(): number {
    return this.#size;
  }

  /** True when something about this node is still to be sent. */
  has(subject: string): boolean {
    return this.#bySubject.has(subject);
  }

  /** Queues news about `subject` instead of all that waits about it. */
  replace(subject: string, bytes: Uint8Array): void {
    this.forget(subject);
    this.add(subject, bytes);
  }

  /** Queues news about `subject` beside what waits about it: another accuser of the same suspect. */
  add(subject: string, bytes: Uint8Array): void {
    this.#order += 1;
    const item: Item = { subject, bytes, order: this.#order, transmits: 0 };
    this.#place(item);
    const items = this.#bySubject.get(subject);
    if (items === undefined) this.#bySubject.set(subject, [item]);
    else items.push(item);
    this.#size += 1;
  }

  /** Drops what waits about a node. */
  forget(subject: string): void {
    const items = this.#bySubject.get(subject);
    if (items === undefined) return;
    this.#bySubject.delete(subject);
    for (const item of items) {
      const list = this.#listFor(item.transmits);
      list.splice(placeOf(list, item.order), 1);
      this.#size -= 1;
    }
  }

  /**
   * Hands what fits into `budget.bytes` and `budget.parts` to `write`, in order of urgency, and counts it as sent; an item that was sent
   * `transmitLimit` times is done.
   */
  take(budget: { readonly bytes: number; readonly parts: number }, transmitLimit: number, write: (bytes: Uint8Array) => void): void {
    const taken: Item[] = [];
    let bytesLeft = budget.bytes;
    for (const list of this.#byTransmits) {
      for (let i = list.length - 1; i >= 0 && taken.length < budget.parts && bytesLeft >= SMALLEST_ITEM; i--) {
        const item = list[i] as Item;
        if (item.bytes.length > bytesLeft) continue;
        bytesLeft -= item.bytes.length;
        list.splice(i, 1);
        taken.push(item);
        write(item.bytes);
      }
    }
    for (const item of taken) this.#countSent(item, transmitLimit);
  }

  #countSent(item: Item, transmitLimit: number): void {
    item.transmits += 1;
    if (item.transmits < transmitLimit) {
      this.#place(item);
      return;
    }
    this.#size -= 1;
    const items = this.#bySubject.get(item.subject) as Item[];
    if (items.length === 1) this.#bySubject.delete(item.subject);
    else items.splice(items.indexOf(item), 1);
  }

  #place(item: Item): void {
    const list = this.#listFor(item.transmits);
    list.splice(placeOf(list, item.order), 0, item);
  }

  #listFor(transmits: number): Item[] {
    while (this.#byTransmits.length <= transmits) this.#byTransmits.push([]);
    return this.#byTransmits[transmits] as Item[];
  }
}

/** How often each item is sent: `mult * ceil(log10(n + 1))`, which reaches all of `n` nodes with high probability (SWIM, section 5). */
export function transmitLimit(mult: number, clusterSize: number): number {
  return mult * Math.ceil(Math.log10(clusterSize + 1));
}

interface Item {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly order: number;
  transmits: number;
}

/** Where an item of this order stands, or would stand. */
function placeOf(list: readonly Item[], order: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as Item).order < order) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** No part is smaller: looking further is pointless. */
const SMALLEST_ITEM = 8;
