import type { Clock, ScheduledTask } from '../ports/clock.ts';
import type { ClusterEvent } from './cluster-event.ts';
import { netEvents } from './net-events.ts';

/** Collects the events of one subscriber for a while, and then delivers what is left of them. */
export class EventWindow {
  readonly #clock: Clock;
  readonly #forMs: number;
  readonly #deliver: (event: ClusterEvent) => void;
  #collected: ClusterEvent[] = [];
  #timer: ScheduledTask | undefined;

  /** `forMs`: from the first event of a window to its end. */
  constructor(options: { readonly clock: Clock; readonly forMs: number; readonly deliver: (event: ClusterEvent) => void }) {
    this.#clock = options.clock;
    this.#forMs = options.forMs;
    this.#deliver = options.deliver;
  }

  add(event: ClusterEvent): void {
    this.#collected.push(event);
    if (this.#collected.length >= MAX_COLLECTED) this.flush();
    else this.#timer ??= this.#clock.schedule(this.#forMs, () => this.flush(), { unref: true });
  }

  /** Delivers now. */
  flush(): void {
    const collected = this.#collected;
    this.clear();
    for (const event of netEvents(collected)) this.#deliver(event);
  }

  /** Forgets what was collected: a snapshot takes its place. Gives how many events that were. */
  clear(): number {
    const count = this.#collected.length;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#collected = [];
    return count;
  }
}

/** A window ends early when so many events came: some megabytes. */
const MAX_COLLECTED = 10_000;
