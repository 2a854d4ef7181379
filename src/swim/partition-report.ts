import { assertNever } from '../util/assert-never.ts';
import type { SwimContext } from './context.ts';
import type { PartitionVerdict } from './detectors.ts';
import type { Membership } from './membership.ts';

/** Asks the detector of partitions for its verdict whenever it may have changed, and tells the subscribers. */
export class PartitionReport {
  readonly #context: SwimContext;
  readonly #membership: Membership;

  constructor(context: SwimContext, membership: Membership) {
    this.#context = context;
    this.#membership = membership;
  }

  /** Whether a partition was told of and is not over. */
  get isPartitioned(): boolean {
    return this.#context.partition.isPartitioned;
  }

  /** Whether this side reaches more than half of the expected nodes, or half with the lowest node id; false when this node takes no part. */
  hasQuorum(now: number): boolean {
    return this.#context.phase === 'running' && this.#context.partition.hasQuorum(now);
  }

  /** Nodes that failed and are expected. */
  missedIds(now: number): readonly string[] {
    return this.#context.phase === 'running' ? this.#context.partition.missedIds(now) : [];
  }

  /**
   * The nodes that are missed count as having left from now on, here and, as soon as gossip has passed it on, everywhere on this side. One that lives after
   * all objects when it hears of it, and joins again. For `Swim.acceptSize`, which judges anew.
   */
  acceptSize(now: number): void {
    const { partition, table } = this.#context;
    for (const nodeId of this.missedIds(now)) {
      const member = table.get(nodeId);
      if (member !== undefined) this.#membership.giveUp(member, now);
      partition.noteGone(nodeId, now);
      this.#context.hasSizeChanged = true;
    }
  }

  /** The size of the cluster has changed, or the time has come. */
  judge(now: number): void {
    const { partition, timers } = this.#context;
    for (let verdict = partition.evaluate(now); verdict !== undefined; verdict = partition.evaluate(now)) this.#tell(verdict);
    if (partition.deadlineMs === undefined) timers.cancel('partition', 0);
    else timers.set('partition', 0, partition.deadlineMs - now);
  }

  #tell(verdict: PartitionVerdict): void {
    const { reachable, expected } = verdict;
    switch (verdict.kind) {
      case 'suspected':
        return this.#context.emit({ kind: 'partitionSuspected', lost: verdict.lost, reachable, expected });
      case 'detected':
        return this.#context.emit({ kind: 'partitionDetected', reachable, expected, isMinority: verdict.isMinority });
      case 'healed':
        return this.#context.emit({ kind: 'partitionHealed', reachable, expected });
      default:
        assertNever(verdict, 'verdict');
    }
  }

  /** This process stood still for so long: a doubt lasts so much longer. */
  shift(byMs: number, now: number): void {
    this.#context.partition.shift(byMs);
    if (this.#context.phase === 'running') this.judge(now);
  }
}
