import { GCProfiler, getHeapStatistics } from 'node:v8';

/** What a process allocated while something ran. */
export interface Allocation {
  /** On the JavaScript heap, the garbage of the call included. */
  readonly heapBytes: number;
  readonly collections: number;
}

/**
 * Runs `task` and adds up what was allocated meanwhile: the heap grows from the end of one collection to the start of the next, and nothing else makes it grow.
 * Memory outside of the heap (the bytes of buffers) is not counted.
 */
export async function allocationOf(task: () => Promise<unknown>): Promise<Allocation> {
  const profiler = new GCProfiler();
  profiler.start();
  let usedBytes = getHeapStatistics().used_heap_size;
  await task();
  const usedAtEnd = getHeapStatistics().used_heap_size;
  const { statistics } = profiler.stop();
  let heapBytes = 0;
  for (const { beforeGC, afterGC } of statistics) {
    heapBytes += Math.max(0, beforeGC.heapStatistics.usedHeapSize - usedBytes);
    usedBytes = afterGC.heapStatistics.usedHeapSize;
  }
  return { heapBytes: heapBytes + Math.max(0, usedAtEnd - usedBytes), collections: statistics.length };
}
