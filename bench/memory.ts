import { setTimeout as sleep } from 'node:timers/promises';

/** What a process holds once everything that nobody uses has been collected. */
export interface MemoryUse {
  /** The JavaScript heap, and memory outside of it that objects of the heap own (buffers). */
  readonly heldBytes: number;
  /** All memory of the process: native code, threads, and room that the heap has taken and not given back. */
  readonly residentBytes: number;
}

/** Collects garbage and says what is left. @throws Error when the process was started without `--expose-gc` */
export async function memoryAfterCollection(): Promise<MemoryUse> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('Memory is measured in processes that are started with --expose-gc');
  // Finalizers free buffers after a collection, which makes more garbage.
  for (let i = 0; i < COLLECTIONS; i++) {
    gc();
    await sleep(PAUSE_MS);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heldBytes: heapUsed + external, residentBytes: rss };
}

const COLLECTIONS = 4;
const PAUSE_MS = 50;
