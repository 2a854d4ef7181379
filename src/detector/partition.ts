import { expectNumber } from '../errors/expect.ts';
import { ExpectedNodes, type LossTimes } from './expected-nodes.ts';

/** When a cluster counts as fallen apart. */
export interface PartitionSettings {
  /** Detected when at most this share of the expected nodes is reachable, or when many were lost together. 0: nothing is detected. Default 0.5. */
  readonly threshold: number;
  /** For how long, in milliseconds. Longer ignores more crashes of many nodes at once that are soon repaired. Default 30,000. */
  readonly graceMs: number;
  /**
   * A failed node is expected for so long after it failed, in milliseconds, and never more nodes than were there at once in this time; while a partition
   * lasts, neither runs out. Default 600,000.
   */
  readonly expectForMs: number;
  /** A loss of many at once is one of so many nodes at least. Default 3. */
  readonly burstNodes: number;
  /** And of at least this share of the expected nodes. Default 0.2. */
  readonly burstShare: number;
}

/** A change of the verdict. `reachable` and `expected` include this node; `lost` is how many were lost together. */
export type PartitionChange =
  | { readonly kind: 'suspected'; readonly lost: number; readonly reachable: number; readonly expected: number }
  | { readonly kind: 'detected'; readonly reachable: number; readonly expected: number; readonly isMinority: boolean }
  | { readonly kind: 'healed'; readonly reachable: number; readonly expected: number };

/**
 * Notices that this node can reach only a part of the cluster. A hint, not consensus: nobody can tell a partition from the crash of the others.
 *
 * Apart means: at most the threshold is reachable, or many were lost together and are missed still. The first is how a smaller side finds out, the second
 * how the larger side does.
 * ```
 * whole       -> doubtful     apart                           (suspected, if many were lost together)
 * doubtful    -> whole        not apart any more
 *             -> partitioned  the grace time is over          (detected)
 * partitioned -> partitioned  this side turned out to be the minority after all                     (detected, once more)
 *             -> whole        not apart any more: they came back, were replaced, or left for good   (healed)
 * ```
 * Which nodes are expected is `expected-nodes.ts`. A node that is forgotten stays expected: only what comes back, is replaced or says goodbye ends a
 * partition. The minority is the smaller side; at exactly half, the side without the lowest node id. Times are monotonic milliseconds.
 */
export class PartitionDetector {
  readonly #settings: PartitionSettings;
  readonly #nodeId: string;
  readonly #nodes: ExpectedNodes;
  #doubtfulSinceMs: number | undefined;
  #isPartitioned = false;
  /** The loss of many at once was told. */
  #isSuspected = false;
  /** The last verdict was that this side is the minority. */
  #isMinorityTold = false;

  /** `nodeId`: this node. @throws RpcError `INVALID_ARGUMENT` for settings that make no sense. */
  constructor(nodeId: string, options: Partial<PartitionSettings> = {}) {
    this.#nodeId = nodeId;
    this.#settings = { ...DEFAULTS, ...options };
    expectNumber('threshold', this.#settings.threshold, 0);
    expectNumber('graceMs', this.#settings.graceMs, 0);
    expectNumber('expectForMs', this.#settings.expectForMs, 0);
    expectNumber('burstNodes', this.#settings.burstNodes, 1);
    expectNumber('burstShare', this.#settings.burstShare, 0);
    this.#nodes = new ExpectedNodes(this.#settings);
  }

  /** A node is alive or suspect, at this RPC address. May be repeated. */
  noteReachable(nodeId: string, address: string, nowMs: number): void {
    this.#nodes.arrive(nodeId, address, nowMs);
  }

  /** A node failed. */
  noteLost(nodeId: string, times: LossTimes): void {
    this.#nodes.lose(nodeId, times);
  }

  /** A node left: it is not expected any more. */
  noteGone(nodeId: string, nowMs: number): void {
    this.#nodes.remove(nodeId, nowMs);
  }

  get isPartitioned(): boolean {
    return this.#isPartitioned;
  }

  /** True for a node that failed and still counts: it should be looked for. */
  isMissed(nodeId: string, nowMs: number): boolean {
    if (!this.#nodes.isMissed(nodeId)) return false;
    return this.#isPartitioned || nowMs - (this.#nodes.lostMs(nodeId) ?? nowMs) < this.#settings.expectForMs;
  }

  /** This process stood still for so long, and could hear nobody: that time does not count. */
  shift(byMs: number): void {
    if (this.#doubtfulSinceMs !== undefined) this.#doubtfulSinceMs += byMs;
  }

  /**
   * True when this side reaches more than half of the expected nodes, or exactly half with the lowest node id among them. It holds at any moment, without the
   * grace time.
   */
  hasQuorum(nowMs: number): boolean {
    if (!this.#isPartitioned) this.#nodes.expire(nowMs);
    const { reachable, expected } = this.#nodes;
    return reachable === expected || !this.#isMinority(reachable, expected);
  }

  /** Nodes that are away and expected. */
  missedIds(nowMs: number): readonly string[] {
    if (!this.#isPartitioned) this.#nodes.expire(nowMs);
    return [...this.#nodes.missedIds()];
  }

  /** A change of the verdict, if there is one now. To be asked again until there is none. */
  evaluate(nowMs: number): PartitionChange | undefined {
    if (!this.#isPartitioned) this.#nodes.expire(nowMs);
    const { reachable, expected } = this.#nodes;
    const lost = reachable === expected ? 0 : this.#nodes.lostTogether;
    const { threshold, graceMs } = this.#settings;
    if (threshold === 0 || reachable === expected || (lost === 0 && reachable > expected * threshold)) {
      return this.#beWhole({ reachable, expected });
    }
    this.#doubtfulSinceMs ??= nowMs;
    if (this.#isPartitioned) return this.#isMinorityTold || !this.#isMinority(reachable, expected) ? undefined : this.#detect();
    if (lost > 0 && !this.#isSuspected) {
      this.#isSuspected = true;
      return { kind: 'suspected', lost, reachable, expected };
    }
    if (nowMs < this.#doubtfulSinceMs + graceMs) return undefined;
    return this.#detect();
  }

  /** When to evaluate again although nothing happens: the end of the grace time. */
  get deadlineMs(): number | undefined {
    return this.#isPartitioned || this.#doubtfulSinceMs === undefined ? undefined : this.#doubtfulSinceMs + this.#settings.graceMs;
  }

  #detect(): PartitionChange {
    const { reachable, expected } = this.#nodes;
    const isMinority = this.#isMinority(reachable, expected);
    this.#isPartitioned = true;
    this.#isMinorityTold = isMinority;
    return { kind: 'detected', reachable, expected, isMinority };
  }

  #beWhole(counts: { readonly reachable: number; readonly expected: number }): PartitionChange | undefined {
    this.#doubtfulSinceMs = undefined;
    this.#isSuspected = false;
    if (!this.#isPartitioned) return undefined;
    this.#isPartitioned = false;
    return { kind: 'healed', ...counts };
  }

  #isMinority(reachable: number, expected: number): boolean {
    if (reachable * 2 !== expected) return reachable * 2 < expected;
    return lowest(this.#nodes.missedIds()) < lowest([this.#nodeId, ...this.#nodes.presentIds()]);
  }
}

function lowest(nodeIds: Iterable<string>): string {
  let result: string | undefined;
  for (const nodeId of nodeIds) if (result === undefined || nodeId < result) result = nodeId;
  return result ?? '';
}

const DEFAULTS: PartitionSettings = { threshold: 0.5, graceMs: 30_000, expectForMs: 600_000, burstNodes: 3, burstShare: 0.2 };
