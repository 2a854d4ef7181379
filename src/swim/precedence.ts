import type { NodeState } from './node-info.ts';

/** A point in the history of one node id. */
export interface Version {
  readonly epoch: number;
  readonly incarnation: number;
}

/** Negative when `a` is older than `b`, positive when newer, 0 when equal: the epoch decides, then the incarnation. */
export function compareVersions(a: Version, b: Version): number {
  return a.epoch === b.epoch ? a.incarnation - b.incarnation : a.epoch - b.epoch;
}

/**
 * True when a claim tells more than what is held: a higher epoch wins whatever the states, then a higher incarnation, and at equal versions
 * left beats failed beats suspect beats alive.
 */
export function supersedes(claim: Version & { readonly state: NodeState }, held: Version & { readonly state: NodeState }): boolean {
  const order = compareVersions(claim, held);
  return order === 0 ? STATE_RANK[claim.state] > STATE_RANK[held.state] : order > 0;
}

/** True for the states in which a node takes part: it is probed, gossiped to and counted. */
export function isActive(state: NodeState): boolean {
  return state === 'alive' || state === 'suspect';
}

/** How states beat each other at equal versions; also their number on the wire. */
export const STATE_RANK: Readonly<Record<NodeState, number>> = { alive: 0, suspect: 1, failed: 2, left: 3 };

/** The state for a number from the wire. */
export function stateFromRank(rank: number): NodeState | undefined {
  return STATES[rank];
}

const STATES: readonly NodeState[] = ['alive', 'suspect', 'failed', 'left'];
