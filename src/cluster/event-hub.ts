import type { Logger } from '../ports/logger.ts';
import type { MembershipEvent } from '../swim/membership-event.ts';
import type { NodeInfo } from '../swim/node-info.ts';
import { Queue } from '../util/queue.ts';
import { callListener } from './call-listener.ts';

/** Gives the events of the membership to listeners, at once, and to iterators, when they ask. */
export class EventHub {
  readonly #logger: Logger;
  readonly #snapshot: () => readonly NodeInfo[];
  readonly #listeners = new Set<(event: MembershipEvent) => void>();
  readonly #iterators = new Set<EventIterator>();
  #isClosed = false;

  constructor(logger: Logger, snapshot: () => readonly NodeInfo[]) {
    this.#logger = logger;
    this.#snapshot = snapshot;
  }

  /** Calls `listener` with every event from now on. What is returned stops it. */
  listen(listener: (event: MembershipEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The events from now on, at most `capacity` of them waiting: a slow reader loses the waiting ones and gets `eventsDropped` with a snapshot. */
  iterate(capacity: number): AsyncIterableIterator<MembershipEvent> {
    const iterator = new EventIterator(capacity, this.#snapshot, () => this.#iterators.delete(iterator));
    if (this.#isClosed) iterator.close();
    else this.#iterators.add(iterator);
    return iterator;
  }

  emit(event: MembershipEvent): void {
    for (const iterator of this.#iterators) iterator.push(event);
    for (const listener of [...this.#listeners]) callListener(this.#logger, event.kind, () => listener(event));
  }

  /** Ends every iterator; listeners hear no more. */
  close(): void {
    this.#isClosed = true;
    for (const iterator of [...this.#iterators]) iterator.close();
    this.#listeners.clear();
  }
}

class EventIterator implements AsyncIterableIterator<MembershipEvent> {
  readonly #capacity: number;
  readonly #snapshot: () => readonly NodeInfo[];
  readonly #onClose: () => void;
  readonly #queue = new Queue<MembershipEvent>();
  #dropped = 0;
  #waiting: ((result: IteratorResult<MembershipEvent>) => void)[] = [];
  #isClosed = false;

  constructor(capacity: number, snapshot: () => readonly NodeInfo[], onClose: () => void) {
    this.#capacity = capacity;
    this.#snapshot = snapshot;
    this.#onClose = onClose;
  }

  push(event: MembershipEvent): void {
    const waiting = this.#waiting.shift();
    if (waiting) return waiting({ value: event, done: false });
    if (this.#dropped === 0 && this.#queue.length < this.#capacity) return this.#queue.push(event);
    // The snapshot replaces what waits as well, so that the reader sees no old event after it.
    this.#dropped += 1 + this.#queue.length;
    this.#queue.clear();
  }

  next(): Promise<IteratorResult<MembershipEvent>> {
    if (this.#dropped > 0) {
      const count = this.#dropped;
      this.#dropped = 0;
      return Promise.resolve({ value: { kind: 'eventsDropped', count, nodes: this.#snapshot() }, done: false });
    }
    const event = this.#queue.shift();
    if (event) return Promise.resolve({ value: event, done: false });
    if (this.#isClosed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<MembershipEvent>> {
    this.#queue.clear();
    this.#dropped = 0;
    this.close();
    return Promise.resolve({ value: undefined, done: true });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
    for (const resolve of this.#waiting.splice(0)) resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
