import type { Runtime } from '../rpc/runtime.ts';
import type { MembershipEvent } from '../swim/membership-event.ts';
import { callListener } from './call-listener.ts';
import type { ClusterEvent } from './cluster-event.ts';
import { EventIterator, type NodeSnapshot } from './event-iterator.ts';
import { EventWindow } from './event-window.ts';

/** Gives the events of the membership to listeners, at once, and to iterators, when they ask; to either of them collected, if they want. */
export class EventHub {
  readonly #runtime: Pick<Runtime, 'clock' | 'logger'>;
  readonly #snapshot: () => NodeSnapshot;
  readonly #listeners = new Set<Subscription>();
  readonly #iterators = new Set<EventIterator>();
  #version = 0;
  #isClosed = false;

  constructor(runtime: Pick<Runtime, 'clock' | 'logger'>, snapshot: () => NodeSnapshot) {
    this.#runtime = runtime;
    this.#snapshot = snapshot;
  }

  /** Calls `listener` with every event from now on, collected for `coalesceMs` if that is not 0. What is returned stops it at once. */
  listen(listener: (event: ClusterEvent) => void, coalesceMs = 0): () => void {
    if (this.#isClosed) return () => {};
    const { clock, logger } = this.#runtime;
    const call = (event: ClusterEvent): void => {
      // It may have been stopped by another one a moment ago.
      if (this.#listeners.has(subscription)) callListener(logger, event.kind, () => listener(event));
    };
    const window = coalesceMs > 0 ? new EventWindow({ clock, forMs: coalesceMs, deliver: call }) : undefined;
    const subscription: Subscription = { tell: window ? (event) => window.add(event) : call, window };
    this.#listeners.add(subscription);
    return () => {
      this.#listeners.delete(subscription);
      window?.clear();
    };
  }

  /**
   * A snapshot, and the events from now on, at most `capacity` of them waiting: a slow reader loses the waiting ones and gets `eventsDropped` with a
   * snapshot.
   */
  iterate(options: { readonly capacity: number; readonly coalesceMs?: number }): AsyncIterableIterator<ClusterEvent> {
    const { capacity, coalesceMs = 0 } = options;
    const onClose = (): void => void this.#iterators.delete(iterator);
    const iterator = new EventIterator({ clock: this.#runtime.clock, capacity, coalesceMs, snapshot: this.#snapshot, onClose });
    if (this.#isClosed) iterator.close();
    else this.#iterators.add(iterator);
    return iterator;
  }

  /** `version`: that of the view after the event; without one it changes nothing in the view. */
  emit(event: MembershipEvent, version: number = this.#version): void {
    this.#version = Math.max(this.#version, version);
    const told: ClusterEvent = { ...event, version: this.#version };
    for (const iterator of this.#iterators) iterator.push(told);
    for (const { tell } of [...this.#listeners]) tell(told);
  }

  /** Delivers what was collected, and ends every iterator; listeners hear no more. */
  close(): void {
    this.#isClosed = true;
    for (const iterator of [...this.#iterators]) iterator.close();
    for (const { window } of [...this.#listeners]) window?.flush();
    this.#listeners.clear();
  }
}

interface Subscription {
  readonly tell: (event: ClusterEvent) => void;
  readonly window: EventWindow | undefined;
}
