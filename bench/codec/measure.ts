/** One direction of one contender with one kind of message. */
export interface Task {
  /** Does it so many times. */
  readonly run: (times: number) => void;
  /** How many times to do it between two looks at the clock. */
  batch: number;
}

/** Runs the task for about as much CPU time as asked for, and gives how often it ran in a second of CPU time. */
export function measureRate(task: Task, cpuMs: number): number {
  // The garbage of the task before. A full collection would do more: V8 throws away compiled code that did not run between a few of them.
  globalThis.gc?.({ type: 'minor' });
  const start = cpuMicroseconds();
  let runs = 0;
  let spent = 0;
  while (spent < cpuMs * 1_000) {
    task.run(task.batch);
    runs += task.batch;
    const before = spent;
    spent = cpuMicroseconds() - start;
    // A look at the clock takes a microsecond or two.
    if (spent - before < SHORTEST_BATCH_US) task.batch *= 2;
  }
  return (runs * 1e6) / spent;
}

/**
 * Of the whole process, so that a contender pays for the garbage that it makes, whatever thread collects it. What else runs on the machine counts for less
 * than it would in time on the clock.
 */
function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const SHORTEST_BATCH_US = 500;
