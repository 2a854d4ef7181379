/** What can be in a {@link LinkedList}, in one at a time. The fields are the list's. */
export interface Linked<T extends Linked<T>> {
  list: LinkedList<T> | undefined;
  previous: T | undefined;
  next: T | undefined;
}

/**
 * Items in the order in which they came, any of which can leave at once. For items that come and go all the time: a `Set` that is emptied again and again
 * gets new memory each time, in the part of the heap that only a full garbage collection cleans up.
 */
export class LinkedList<T extends Linked<T>> {
  first: T | undefined;
  #last: T | undefined;

  /** Adds an item that is in no list. */
  push(item: T): void {
    item.list = this;
    item.previous = this.#last;
    if (this.#last) this.#last.next = item;
    else this.first = item;
    this.#last = item;
  }

  /** Takes an item out that is in this list. */
  remove(item: T): void {
    const { previous, next } = item;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    item.list = undefined;
    item.previous = undefined;
    item.next = undefined;
  }

  /** Takes out the item that came first. */
  shift(): T | undefined {
    const { first } = this;
    if (first) this.remove(first);
    return first;
  }
}
