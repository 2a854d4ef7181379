import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process holds, in bytes. */
export interface MemoryInUse {
  /** Objects and buffers that are in use, after a collection. */
  readonly used: number;
  /** What the system counts for the process: with the QUIC engine's memory, and with what is free and kept for later. */
  readonly rss: number;
}

/** Collects what is garbage and gives what is left. */
export async function memoryInUse(): Promise<MemoryInUse> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { used: heapUsed + external, rss };
}

/** The least-squares line through points: how much y grows for each x. 0 for less than two points. */
export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const n = points.length;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n;
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return n < 2 || spread === 0 ? 0 : points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
}
