import type { SwimContext } from './context.ts';

/** Asks the detector of partitions for its verdict whenever it may have changed, and tells the subscribers. */
export class PartitionReport {
  readonly #context: SwimContext;

  constructor(context: SwimContext) {
    this.#context = context;
  }

  /** The size of the cluster has changed, or the time has come. */
  judge(now: number): void {
    const { partition, timers } = this.#context;
    const verdict = partition.evaluate(now);
    if (verdict !== undefined) {
      const { reachable, expected } = verdict;
      if (verdict.kind === 'healed') this.#context.emit({ kind: 'partitionHealed', reachable, expected });
      else this.#context.emit({ kind: 'partitionDetected', reachable, expected, isMinority: verdict.isMinority });
    }
    if (partition.deadlineMs === undefined) timers.cancel('partition', 0);
    else timers.set('partition', 0, partition.deadlineMs - now);
  }

  /** This process stood still for so long: a doubt lasts so much longer. */
  shift(byMs: number, now: number): void {
    this.#context.partition.shift(byMs);
    if (this.#context.phase === 'running') this.judge(now);
  }
}
