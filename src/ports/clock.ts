/** The only source of time. Real in `system/`, virtual in `testing/`. */
export interface Clock {
  /** Monotonic milliseconds, with fractions; for durations and deadlines. */
  now(): number;
  /** Milliseconds since 1970; jumps when the machine's clock is set. Only for what people read and for a node's epoch. */
  wallNow(): number;
  /** Runs `task` once after `delayMs`, never before. The timer keeps the process alive unless `unref` is asked for. */
  schedule(delayMs: number, task: () => void, options?: { readonly unref?: boolean }): ScheduledTask;
  /** Runs `task` after input that has already arrived has been handled (`setImmediate`). */
  afterInput(task: () => void): void;
}

/** A timer that was set. */
export interface ScheduledTask {
  /** Stops it; harmless when it has run or was cancelled before. */
  cancel(): void;
}
