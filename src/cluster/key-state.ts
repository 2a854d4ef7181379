import { createGossipKey, type GossipKey, isSameKey } from './gossip-key.ts';

/**
 * How far a change of the gossip key is. Each step waits until every node that answers has made the one before, so that nothing becomes unreadable.
 *
 * | phase | sealed with | opened with | left when |
 * |---|---|---|---|
 * | `installing` | the previous key | both | every node that answers has the new key |
 * | `using` | the new key | both | every node that answers uses it, and what was under way has arrived |
 * | `settled` | the key | the key | the next rotation begins |
 */
export type KeyPhase = 'installing' | 'using' | 'settled';

/** The gossip keys of a cluster at one moment. Every node has one such state; of two the greater replaces the other. */
export interface KeyState {
  /** Rotations so far: 0 is the key of the node that began the cluster. */
  readonly generation: number;
  readonly phase: KeyPhase;
  /** The key that is valid in the end. */
  readonly key: GossipKey;
  /** The one before it, as long as it is valid; undefined when settled. */
  readonly previous: GossipKey | undefined;
  /** Who was expelled when the key was made; see `coverOf`. Another list of expelled nodes is due another key. */
  readonly madeFor: string;
  /** The keys are in the nodes' options: they are never replaced by those of another node, and never rotated by the cluster. */
  readonly isConfigured: boolean;
}

/** The state of a cluster that begins, with a new key. */
export function foundedKeyState(madeFor: string): KeyState {
  return { generation: 0, phase: 'settled', key: createGossipKey(), previous: undefined, madeFor, isConfigured: false };
}

/** The state of a node whose options name its keys: it seals with the first and opens with all. */
export function configuredKeyState(key: GossipKey, other: GossipKey | undefined): KeyState {
  const phase = other === undefined ? 'settled' : 'using';
  return { generation: 0, phase, key, previous: other, madeFor: '', isConfigured: true };
}

/** The first step of a rotation of a settled state: a new key, which nobody seals with yet. */
export function beginRotation(state: KeyState, madeFor: string): KeyState {
  let key = createGossipKey();
  // Two valid keys with different ids: what cannot be opened is then told from what was forged.
  while (key.id === state.key.id) key = createGossipKey();
  return { generation: state.generation + 1, phase: 'installing', key, previous: state.key, madeFor, isConfigured: false };
}

/** The next step of the rotation under way; the same state when it is settled. */
export function advance(state: KeyState): KeyState {
  switch (state.phase) {
    case 'installing':
      return { ...state, phase: 'using' };
    case 'using':
      return { ...state, phase: 'settled', previous: undefined };
    case 'settled':
      return state;
  }
}

/** The key to seal with, and then the other one that opens, if any. */
export function validKeys({ phase, key, previous }: KeyState): readonly GossipKey[] {
  if (previous === undefined) return [key];
  return phase === 'installing' ? [previous, key] : [key, previous];
}

/** Whether nodes with these states read each other: each opens what the other seals. */
export function canTalk(a: KeyState, b: KeyState): boolean {
  return opens(a, b) && opens(b, a);
}

/** The greater of two states. It does not matter who asks, in which order, and how often: all nodes come to the same one. */
export function mergeKeyStates(a: KeyState, b: KeyState): KeyState {
  return compareKeyStates(a, b) >= 0 ? a : b;
}

/**
 * Above 0 when `a` replaces `b`: more rotations, then further advanced, then the key whose bytes are smaller (every rule would do that all nodes know). The rest only
 * makes the order total.
 */
export function compareKeyStates(a: KeyState, b: KeyState): number {
  if (a.generation !== b.generation) return a.generation - b.generation;
  if (a.phase !== b.phase) return PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase);
  const byKey = compareSecrets(b.key, a.key);
  if (byKey !== 0) return byKey;
  const byPrevious = compareSecrets(b.previous, a.previous);
  if (byPrevious !== 0) return byPrevious;
  if (a.madeFor !== b.madeFor) return a.madeFor < b.madeFor ? -1 : 1;
  return Number(a.isConfigured) - Number(b.isConfigured);
}

function opens(reader: KeyState, writer: KeyState): boolean {
  const [sealing] = validKeys(writer);
  return validKeys(reader).some((key) => sealing !== undefined && isSameKey(key, sealing));
}

function compareSecrets(a: GossipKey | undefined, b: GossipKey | undefined): number {
  return Buffer.compare(a?.secret ?? NO_SECRET, b?.secret ?? NO_SECRET);
}

/** In the order in which they follow each other; also their numbers on the wire. */
export const PHASES: readonly KeyPhase[] = ['installing', 'using', 'settled'];

const NO_SECRET = new Uint8Array(0);
