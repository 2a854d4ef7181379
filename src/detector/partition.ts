import { expectNumber } from '../errors/expect.ts';

/** When a cluster counts as fallen apart. */
export interface PartitionSettings {
  /** The share of the expected nodes that must be out of reach: detected when at most this share is reachable. Default 0.5. */
  readonly threshold: number;
  /** For how long, in milliseconds. Longer ignores more crashes of many nodes at once that are soon repaired. Default 30,000. */
  readonly graceMs: number;
  /** A failed node is expected for so long after it failed, in milliseconds; as long as a partition lasts, for ever. Default 600,000. */
  readonly expectForMs: number;
}

/** A change of the verdict. Both numbers include this node. */
export type PartitionChange =
  | { readonly kind: 'detected'; readonly reachable: number; readonly expected: number; readonly isMinority: boolean }
  | { readonly kind: 'healed'; readonly reachable: number; readonly expected: number };

/**
 * Notices that this node can reach only a part of the cluster. A hint, not consensus: nobody can tell a partition from the crash of the others.
 *
 * ```
 * whole       -> doubtful     at most the threshold is reachable
 * doubtful    -> whole        more is reachable again
 *             -> partitioned  the grace time is over           (detected)
 * partitioned -> whole        more is reachable again           (healed)
 * ```
 * Expected are this node, the nodes it reaches, and those that failed a short time ago. The minority is the smaller side; at exactly half, the side without the
 * lowest node id. Times are monotonic milliseconds.
 */
export class PartitionDetector {
  readonly #settings: PartitionSettings;
  readonly #nodeId: string;
  readonly #reachable = new Set<string>();
  readonly #lost = new Map<string, number>();
  #doubtfulSinceMs: number | undefined;
  #isPartitioned = false;

  /** `nodeId`: this node. @throws RpcError `INVALID_ARGUMENT` for settings that make no sense. */
  constructor(nodeId: string, options: Partial<PartitionSettings> = {}) {
    this.#nodeId = nodeId;
    this.#settings = { ...DEFAULTS, ...options };
    expectNumber('threshold', this.#settings.threshold, 0);
    expectNumber('graceMs', this.#settings.graceMs, 0);
    expectNumber('expectForMs', this.#settings.expectForMs, 0);
  }

  /** A node is alive or suspect. */
  noteReachable(nodeId: string): void {
    this.#lost.delete(nodeId);
    this.#reachable.add(nodeId);
  }

  /** A node failed. */
  noteLost(nodeId: string, nowMs: number): void {
    if (this.#reachable.delete(nodeId)) this.#lost.set(nodeId, nowMs);
  }

  /** A node left or was forgotten: it is not expected any more. */
  noteGone(nodeId: string): void {
    this.#reachable.delete(nodeId);
    this.#lost.delete(nodeId);
  }

  get isPartitioned(): boolean {
    return this.#isPartitioned;
  }

  /** A change of the verdict, if there is one now. */
  evaluate(nowMs: number): PartitionChange | undefined {
    if (!this.#isPartitioned) this.#expire(nowMs);
    const reachable = this.#reachable.size + 1;
    const expected = reachable + this.#lost.size;
    if (this.#lost.size === 0 || reachable > expected * this.#settings.threshold) return this.#beWhole({ reachable, expected });
    this.#doubtfulSinceMs ??= nowMs;
    if (this.#isPartitioned || nowMs < this.#doubtfulSinceMs + this.#settings.graceMs) return undefined;
    this.#isPartitioned = true;
    return { kind: 'detected', reachable, expected, isMinority: this.#isMinority(reachable, expected) };
  }

  /** When to evaluate again although nothing happens: the end of the grace time. */
  get deadlineMs(): number | undefined {
    return this.#isPartitioned || this.#doubtfulSinceMs === undefined ? undefined : this.#doubtfulSinceMs + this.#settings.graceMs;
  }

  #beWhole(counts: { readonly reachable: number; readonly expected: number }): PartitionChange | undefined {
    this.#doubtfulSinceMs = undefined;
    if (!this.#isPartitioned) return undefined;
    this.#isPartitioned = false;
    return { kind: 'healed', ...counts };
  }

  #isMinority(reachable: number, expected: number): boolean {
    if (reachable * 2 !== expected) return reachable * 2 < expected;
    return lowest(this.#lost.keys()) < lowest([this.#nodeId, ...this.#reachable]);
  }

  /** The map is in the order of failing, so the oldest come first. */
  #expire(nowMs: number): void {
    for (const [nodeId, lostMs] of this.#lost) {
      if (nowMs - lostMs < this.#settings.expectForMs) return;
      this.#lost.delete(nodeId);
    }
  }
}

function lowest(nodeIds: Iterable<string>): string {
  let result: string | undefined;
  for (const nodeId of nodeIds) if (result === undefined || nodeId < result) result = nodeId;
  return result ?? '';
}

const DEFAULTS: PartitionSettings = { threshold: 0.5, graceMs: 30_000, expectForMs: 600_000 };
