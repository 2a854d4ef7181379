import type { NodeState } from '../../swim/node-info.ts';
import type { SwimStats } from '../../swim/swim-options.ts';
import { InvariantError } from './invariant-error.ts';

/** What a node holds, to be compared with what it may hold. */
export interface HeldAmounts {
  readonly stats: SwimStats;
  /** Timers that its driver waits for. */
  readonly timers: number;
  /** Joins through it that wait for their answer. */
  readonly joins: number;
}

/** What one cluster may hold. */
export interface ClusterBounds {
  readonly maxTombstones: number;
  /** Names that ever took part. */
  readonly names: number;
}

/**
 * `bounded`: whatever the churn, a node holds a bounded amount.
 *
 * - Members: at most all names there ever were.
 * - Tombstones: `maxTombstones` or twice the nodes that take part, whatever is more. Those of the last {@link SLACK_MS} do not count, because the
 *   engine cleans up every 10 seconds.
 * - News: of each member one piece, or a suspicion with its confirmations.
 * - Timers: a few of the engine, and a few for each member and question in flight.
 */
export class BoundsChecker {
  /** Since when this observer holds a node for down. */
  readonly #downSince = new Map<string, number>();

  /** A node's state at this observer. */
  note(nodeId: string, state: NodeState, nowMs: number): void {
    if (state === 'alive' || state === 'suspect') this.#downSince.delete(nodeId);
    else if (!this.#downSince.has(nodeId)) this.#downSince.set(nodeId, nowMs);
  }

  forget(nodeId: string): void {
    this.#downSince.delete(nodeId);
  }

  /** @throws InvariantError when this observer holds more than it may. */
  check(observer: string, held: HeldAmounts, bounds: ClusterBounds & { readonly nowMs: number }): void {
    const { stats, timers, joins } = held;
    expectAtMost(observer, { what: 'members', found: stats.remembered, most: bounds.names });
    expectAtMost(observer, { what: 'pieces of news', found: stats.newsWaiting, most: NEWS_OF_EACH * (stats.remembered + 1) });
    expectAtMost(observer, { what: 'timers', found: timers, most: FIXED_TIMERS + TIMERS_OF_EACH * stats.remembered });
    expectAtMost(observer, { what: 'joins', found: joins, most: MAX_JOINS });
    this.#checkTombstones(observer, stats, bounds);
  }

  #checkTombstones(observer: string, stats: SwimStats, bounds: ClusterBounds & { readonly nowMs: number }): void {
    const most = Math.max(bounds.maxTombstones, 2 * (stats.alive + stats.suspect));
    if (this.#downSince.size <= most) return;
    let old = 0;
    for (const sinceMs of this.#downSince.values()) if (bounds.nowMs - sinceMs > SLACK_MS) old += 1;
    expectAtMost(observer, { what: 'old tombstones', found: old, most });
  }
}

function expectAtMost(observer: string, amount: { readonly what: string; readonly found: number; readonly most: number }): void {
  const { what, found, most } = amount;
  if (found > most) throw new InvariantError('bounded', `${observer} holds ${found} ${what}, which should be at most ${most}`);
}

const SLACK_MS = 60_000;
/** A suspicion, and two more that confirm it. */
const NEWS_OF_EACH = 3;
/** One of each kind, and those of relayed questions, of which the engine takes 256 at once. */
const FIXED_TIMERS = 300;
/** Suspicion, phi, and the steps of a probe. */
const TIMERS_OF_EACH = 4;
const MAX_JOINS = 4096;
