import type { SwimSettings } from './settings.ts';
import { baseSuspicionMs } from './settings-checks.ts';

/** The shortest time a node of a cluster of `clusterSize` stays suspect: `baseMs * max(1, log10(clusterSize))`. */
export function suspicionMinMs(baseMs: number, clusterSize: number): number {
  return baseMs * Math.max(1, Math.log10(Math.max(1, clusterSize)));
}

/**
 * How far apart the silences of nodes that one event took away may be noticed: twice the shortest suspicion. In simulations of up to 200 nodes a node
 * noticed all that a cut had taken from it within 1.7 times the shortest one.
 */
export function lossWindowMs(settings: SwimSettings, clusterSize: number): number {
  return 2 * suspicionMinMs(baseSuspicionMs(settings), clusterSize);
}

/**
 * How many others must confirm before the shortest time applies: {@link CONFIRMATIONS}, or none when the cluster does not have that many
 * nodes besides the accuser and the suspect.
 */
export function confirmationsNeeded(clusterSize: number): number {
  return clusterSize - 2 < CONFIRMATIONS ? 0 : CONFIRMATIONS;
}

/**
 * How long a suspicion lasts that `confirmations` others share: from `maxMs` with none down to `minMs` with all that are needed, by the logarithm
 * so that the first confirmation counts most (Lifeguard, section IV.B).
 */
export function suspicionTimeoutMs(window: SuspicionWindow, confirmations: number): number {
  const { minMs, maxMs, needed } = window;
  if (needed === 0 || confirmations >= needed) return minMs;
  return maxMs - (maxMs - minMs) * (Math.log(confirmations + 1) / Math.log(needed + 1));
}

/** The bounds of a suspicion. */
export interface SuspicionWindow {
  readonly minMs: number;
  readonly maxMs: number;
  /** Confirmations until `minMs` applies. */
  readonly needed: number;
}

/** One suspicion of one node by this one: who accuses, and when it runs out. Times are monotonic milliseconds. */
export class Suspicion {
  readonly #window: SuspicionWindow;
  readonly #accusers: Set<string>;
  #startedMs: number;
  #isSettled = false;

  constructor(window: SuspicionWindow, accuser: string, startedMs: number) {
    this.#window = window;
    this.#accusers = new Set([accuser]);
    this.#startedMs = startedMs;
  }

  /** When the node counts as failed, if nothing more is heard. */
  get deadlineMs(): number {
    const confirmations = this.#isSettled ? this.#window.needed : this.#accusers.size - 1;
    return this.#startedMs + suspicionTimeoutMs(this.#window, confirmations);
  }

  /** Adds an accuser; true when it is a new one and more were needed, so that it is worth telling others. */
  confirm(accuser: string): boolean {
    if (this.#accusers.has(accuser) || this.#accusers.size > this.#window.needed) return false;
    this.#accusers.add(accuser);
    return true;
  }

  /** Another node's suspicion ran out: that is as good as all confirmations. */
  settle(): void {
    this.#isSettled = true;
  }

  /** Moves the deadline: time during which this process could hear no objection does not count. */
  shift(byMs: number): void {
    this.#startedMs += byMs;
  }
}

/** Lifeguard's k, with the default suspicion multiplier: mult - 2. */
const CONFIRMATIONS = 2;
