/**
 * What the engine needs of the detectors, which know nothing of it: `PhiDetector` and `PartitionDetector` in `detector/` fit, and whoever makes
 * an engine hands them in. Times are monotonic milliseconds.
 */
export interface PhiWatch {
  /** A node takes part: it may be chosen to be watched. */
  add(nodeId: string): void;
  /** It does not any more; its history is dropped. */
  remove(nodeId: string): void;
  /** Whether there is an open connection to the node, which makes it watched in any case. */
  setConnected(nodeId: string, isConnected: boolean): void;
  /** Who is to get heartbeats. */
  watched(): readonly string[];
  isWatched(nodeId: string): boolean;
  /** The first heartbeat is about to be sent: silence counts from now on. Harmless when repeated. */
  begin(nodeId: string, nowMs: number): void;
  /** A heartbeat was answered. */
  heartbeat(nodeId: string, nowMs: number): void;
  /** Something else proved that the node is there. */
  contact(nodeId: string, nowMs: number): void;
  /** This process stood still: silence before now is not the peers' fault. */
  restart(nowMs: number): void;
  /** The suspicion level; undefined when the node is not watched. */
  phi(nodeId: string, nowMs: number): number | undefined;
  /** When phi will reach the threshold if nothing is heard; undefined when the node is not watched. */
  crossingMs(nodeId: string): number | undefined;
  /** The measured intervals, oldest first. */
  history(nodeId: string): readonly number[];
}

/** See {@link PhiWatch}. */
export interface PartitionWatch {
  /** A node is alive or suspect, at this RPC address. May be repeated. */
  noteReachable(nodeId: string, address: string, nowMs: number): void;
  /** A node failed; it was silent for a while before that. Others that fell silent at most `windowMs` apart from it were lost together with it. */
  noteLost(nodeId: string, times: { readonly nowMs: number; readonly silentSinceMs: number; readonly windowMs: number }): void;
  /** A node left: it is not expected any more. One that is merely forgotten still is. */
  noteGone(nodeId: string, nowMs: number): void;
  /** True for a node that failed and is expected: it is not forgotten while that lasts. */
  isMissed(nodeId: string, nowMs: number): boolean;
  /** Whether this side reaches more than half of the expected nodes, or half with the lowest node id. */
  hasQuorum(nowMs: number): boolean;
  /** Nodes that are away and expected. */
  missedIds(nowMs: number): readonly string[];
  /** Whether a partition was told of and is not over. */
  readonly isPartitioned: boolean;
  /** This process stood still for so long, and could hear nobody: that time does not count. */
  shift(byMs: number): void;
  /** A change of the verdict, if there is one. To be asked again until there is none. */
  evaluate(nowMs: number): PartitionVerdict | undefined;
  /** When to evaluate again although nothing happens; undefined when time alone changes nothing. */
  readonly deadlineMs: number | undefined;
}

/** The cluster seems to have fallen apart, or to have come together again. `reachable` and `expected` include this node. */
export type PartitionVerdict =
  | { readonly kind: 'suspected'; readonly lost: number; readonly reachable: number; readonly expected: number }
  | { readonly kind: 'detected'; readonly reachable: number; readonly expected: number; readonly isMinority: boolean }
  | { readonly kind: 'healed'; readonly reachable: number; readonly expected: number };
