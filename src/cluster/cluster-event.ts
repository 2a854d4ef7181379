import { expectInteger, expectNumber, invalidArgument } from '../errors/expect.ts';
import type { MembershipEvent } from '../swim/membership-event.ts';

/**
 * An event as subscribers get it. `version` is how often this node's view had changed by then: it never goes back, differs from node to node, and
 * begins anew when the process does. A `snapshot` or `eventsDropped` has the version up to which its `nodes` are current; no later event repeats what is in it.
 */
export type ClusterEvent = MembershipEvent & { readonly version: number };

/** How a listener is told. */
export interface SubscribeOptions {
  /**
   * Collects changes for so many milliseconds and tells their net result: of several changes of one node what is left of them, nothing when it is
   * as it was before. 0 tells each change at once. At most 60,000. Default `eventCoalesceMs` of the cluster. Higher means fewer calls during churn, and learning of each
   * change as much later.
   */
  readonly coalesceMs?: number;
}

/** How an iterator is told. */
export interface EventsOptions extends SubscribeOptions {
  /** Most events that wait to be read. Default 1000. Each takes about 500 bytes while it waits. */
  readonly capacity?: number;
}

/** Throws unless it can be the time for which events are collected. @throws RpcError `INVALID_ARGUMENT` */
export function expectCoalesceMs(name: string, value: unknown): asserts value is number {
  expectNumber(name, value, 0);
  if (value > MAX_COALESCE_MS) throw invalidArgument(name, `at most ${MAX_COALESCE_MS}, so that no change is kept back for long`, value);
}

/** Throws unless it can be the length of an iterator's queue. @throws RpcError `INVALID_ARGUMENT` */
export function expectCapacity(value: unknown): asserts value is number {
  expectInteger('capacity', value, 1);
  if (value > MAX_CAPACITY)
    throw invalidArgument('capacity', `at most ${MAX_CAPACITY}, so that a reader that has stopped costs little`, value);
}

const MAX_COALESCE_MS = 60_000;
const MAX_CAPACITY = 1_000_000;
