import type { Clock } from '../ports/clock.ts';
import type { NodeInfo } from '../swim/node-info.ts';
import { Queue } from '../util/queue.ts';
import type { ClusterEvent } from './cluster-event.ts';
import { EventWindow } from './event-window.ts';
import { isAboutPresence } from './net-events.ts';

/** All nodes, and the version up to which that is current. */
export interface NodeSnapshot {
  readonly nodes: readonly NodeInfo[];
  readonly version: number;
}

/** What an iterator works with. */
export interface EventIteratorOptions {
  readonly clock: Clock;
  /** Most events that wait. */
  readonly capacity: number;
  readonly coalesceMs: number;
  readonly snapshot: () => NodeSnapshot;
  /** Nobody reads any more. */
  readonly onClose: () => void;
}

/**
 * The events of one reader. First comes a snapshot of the moment at which it was made, then what changed since. When more wait than the
 * capacity they are thrown away, and the next thing read is `eventsDropped` with the nodes as they are at that moment.
 */
export class EventIterator implements AsyncIterableIterator<ClusterEvent> {
  readonly #options: EventIteratorOptions;
  readonly #queue = new Queue<ClusterEvent>();
  readonly #window: EventWindow | undefined;
  #first: ClusterEvent | undefined;
  /** What the reader knows already, from the last snapshot. */
  #knownVersion: number;
  #dropped = 0;
  #waiting: ((result: IteratorResult<ClusterEvent>) => void)[] = [];
  #isClosed = false;

  constructor(options: EventIteratorOptions) {
    this.#options = options;
    const { clock, coalesceMs: forMs } = options;
    if (forMs > 0) this.#window = new EventWindow({ clock, forMs, deliver: (event) => this.#offer(event) });
    this.#first = { kind: 'snapshot', ...options.snapshot() };
    this.#knownVersion = this.#first.version;
  }

  /** An event happened. One that the last snapshot has already, because the engine was ahead of its events, is left out. */
  push(event: ClusterEvent): void {
    const isKnown = event.version <= this.#knownVersion;
    if (isKnown && isAboutPresence(event)) return;
    const fresh = isKnown ? { ...event, version: this.#knownVersion } : event;
    if (this.#window) this.#window.add(fresh);
    else this.#offer(fresh);
  }

  next(): Promise<IteratorResult<ClusterEvent>> {
    const event = this.#takeDropped() ?? this.#takeFirst() ?? this.#queue.shift();
    if (event) return Promise.resolve({ value: event, done: false });
    if (this.#isClosed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<ClusterEvent>> {
    this.#window?.clear();
    this.#queue.clear();
    this.#first = undefined;
    this.#dropped = 0;
    this.close();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** Nothing more will come; what waits can still be read. */
  close(): void {
    if (this.#isClosed) return;
    this.#window?.flush();
    this.#isClosed = true;
    this.#options.onClose();
    for (const resolve of this.#waiting.splice(0)) resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #offer(event: ClusterEvent): void {
    const waiting = this.#waiting.shift();
    if (waiting) return waiting({ value: event, done: false });
    if (this.#dropped === 0 && this.#queue.length < this.#options.capacity) return this.#queue.push(event);
    // The snapshot replaces what waits as well, so that the reader sees no old event after it.
    this.#dropped += 1 + this.#queue.length;
    this.#queue.clear();
    this.#first = undefined;
  }

  #takeFirst(): ClusterEvent | undefined {
    const first = this.#first;
    this.#first = undefined;
    return first;
  }

  #takeDropped(): ClusterEvent | undefined {
    if (this.#dropped === 0) return undefined;
    // What is being collected is in the snapshot too.
    const count = this.#dropped + (this.#window?.clear() ?? 0);
    this.#dropped = 0;
    const { nodes, version } = this.#options.snapshot();
    this.#knownVersion = version;
    return { kind: 'eventsDropped', count, nodes, version };
  }
}
