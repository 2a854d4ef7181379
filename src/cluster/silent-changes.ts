import type { ScheduledTask } from '../ports/clock.ts';
import type { Runtime } from '../rpc/runtime.ts';
import { callListener } from './call-listener.ts';

/** Tells of changes that have no event, at most every 100 ms: loads come with every datagram, and a large cluster must stay cheap. */
export class SilentChanges {
  readonly #runtime: Runtime;
  readonly #listeners = new Set<() => void>();
  #timer: ScheduledTask | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Calls `listener` after changes. What is returned stops it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  note(): void {
    this.#timer ??= this.#runtime.clock.schedule(BATCH_MS, () => this.#tell(), { unref: true });
  }

  close(): void {
    this.#timer?.cancel();
    this.#listeners.clear();
  }

  #tell(): void {
    this.#timer = undefined;
    for (const listener of [...this.#listeners]) callListener(this.#runtime.logger, 'silentChange', listener);
  }
}

const BATCH_MS = 100;
