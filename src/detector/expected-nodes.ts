import { parseAddress } from '../util/address.ts';
import { type BurstLimits, burstSize, markBurst } from './loss-burst.ts';
import { PeakSize } from './peak-size.ts';

/** When a node went out of reach. Monotonic milliseconds. */
export interface LossTimes {
  /** When it counted as failed. */
  readonly nowMs: number;
  /** When its silence was first noticed. */
  readonly silentSinceMs: number;
  /** Nodes that fell silent at most so far apart were lost together, in milliseconds. */
  readonly windowMs: number;
}

/**
 * Which nodes ought to be there: this one, those that are, and those that were lost and are missed. Not every loss is missed, because nodes that crash
 * and come back under new names would add up to a cluster that never was:
 *
 * - A node is missed if it had been there for two grace times, or was lost together with another: both within one grace time, after both had been there
 *   side by side.
 * - It is not missed any more when another name turns up at its address, or a new one on its host about when it fell silent or later. Each new name
 *   stands in for one lost.
 * - Never more are expected than were there at once in the last `expectForMs`.
 */
export class ExpectedNodes {
  readonly #graceMs: number;
  readonly #expectForMs: number;
  readonly #burst: BurstLimits;
  readonly #present = new Map<string, Present>();
  /** In the order of losing. */
  readonly #lost = new Map<string, Lost>();
  readonly #peak = new PeakSize();

  constructor(settings: { readonly graceMs: number; readonly expectForMs: number } & BurstLimits) {
    this.#graceMs = settings.graceMs;
    this.#expectForMs = settings.expectForMs;
    this.#burst = settings;
  }

  /** Nodes within reach, this one included. */
  get reachable(): number {
    return this.#present.size + 1;
  }

  /** Nodes that ought to be there, this one included. */
  get expected(): number {
    let missed = 0;
    for (const lost of this.#lost.values()) if (lost.isMissed) missed += 1;
    return Math.max(this.reachable, Math.min(this.reachable + missed, this.#peak.of(this.reachable)));
  }

  /** How many were lost in a burst and are missed still; 0 when so many have come in their places, or come back, that it is a burst no more. */
  get lostTogether(): number {
    const { reachable, expected } = this;
    let count = 0;
    for (const lost of this.#lost.values()) if (lost.isMissed && lost.isInBurst) count += 1;
    const standing = Math.min(count, expected - reachable);
    return standing >= burstSize(expected, this.#burst) ? standing : 0;
  }

  presentIds(): IterableIterator<string> {
    return this.#present.keys();
  }

  *missedIds(): Generator<string> {
    for (const [nodeId, lost] of this.#lost) if (lost.isMissed) yield nodeId;
  }

  isMissed(nodeId: string): boolean {
    return this.#lost.get(nodeId)?.isMissed ?? false;
  }

  lostMs(nodeId: string): number | undefined {
    return this.#lost.get(nodeId)?.lostMs;
  }

  arrive(nodeId: string, address: string, nowMs: number): void {
    const present = this.#present.get(nodeId);
    if (present !== undefined) {
      present.address = address;
      return;
    }
    this.#peak.note(this.reachable, nowMs);
    const lost = this.#lost.get(nodeId);
    this.#lost.delete(nodeId);
    const arrival = { address, host: hostOf(address), sinceMs: lost?.sinceMs ?? nowMs, isStandIn: lost !== undefined };
    this.#present.set(nodeId, arrival);
    if (lost === undefined) this.#replaceOne(arrival);
  }

  lose(nodeId: string, times: LossTimes): void {
    const present = this.#present.get(nodeId);
    if (present === undefined) return;
    this.#peak.note(this.reachable, times.nowMs);
    this.#present.delete(nodeId);
    const { address, host, sinceMs } = present;
    const { nowMs: lostMs, silentSinceMs } = times;
    const isMissed = silentSinceMs - sinceMs >= 2 * this.#graceMs;
    const lost = { address, host, sinceMs, silentSinceMs, lostMs, isMissed, isInBurst: false };
    if (this.#isReplaced(lost)) return;
    this.#compare(lost);
    this.#lost.set(nodeId, lost);
    this.#bound(lostMs);
    markBurst(this.#lost.values(), { silentSinceMs, windowMs: times.windowMs, atLeast: burstSize(this.expected, this.#burst) });
  }

  remove(nodeId: string, nowMs: number): void {
    this.#peak.note(this.reachable, nowMs);
    this.#present.delete(nodeId);
    this.#lost.delete(nodeId);
  }

  /** What was long ago does not count any more. */
  expire(nowMs: number): void {
    this.#peak.expire(nowMs - this.#expectForMs);
    for (const [nodeId, { lostMs }] of this.#lost) {
      if (nowMs - lostMs < this.#expectForMs) return;
      this.#lost.delete(nodeId);
    }
  }

  /** Two that were there side by side and go within one grace time are missed both. */
  #compare(lost: Lost): void {
    for (const other of this.#lost.values()) {
      if (lost.lostMs - other.lostMs > this.#graceMs || !this.#wereTogether(lost, other)) continue;
      lost.isMissed = true;
      other.isMissed = true;
    }
  }

  #wereTogether(a: Lost, b: Lost): boolean {
    const fromMs = Math.max(a.sinceMs, b.sinceMs);
    return Math.min(a.silentSinceMs, b.silentSinceMs) - fromMs >= this.#noticeMs;
  }

  /** A newcomer stands in for one that was lost at its address, else for one that was lost on its host. */
  #replaceOne(arrival: Present): void {
    let onHost: string | undefined;
    for (const [nodeId, lost] of this.#lost) {
      if (lost.address === arrival.address) return this.#standIn(nodeId, arrival);
      if (onHost === undefined && this.#canStandIn(arrival, lost)) onHost = nodeId;
    }
    if (onHost !== undefined) this.#standIn(onHost, arrival);
  }

  #standIn(nodeId: string, arrival: Present): void {
    arrival.isStandIn = true;
    this.#lost.delete(nodeId);
  }

  /** True when a node that is there has taken the place of one that is lost now: it started again before its failure was known. */
  #isReplaced(lost: Lost): boolean {
    for (const present of this.#present.values()) {
      if (present.address === lost.address) return true;
      if (!this.#canStandIn(present, lost)) continue;
      present.isStandIn = true;
      return true;
    }
    return false;
  }

  #canStandIn(present: Present, lost: Lost): boolean {
    if (present.isStandIn || present.host === undefined || present.host !== lost.host) return false;
    return present.sinceMs > lost.sinceMs && present.sinceMs >= lost.silentSinceMs - this.#noticeMs;
  }

  /** How long it may take until silence is noticed. */
  get #noticeMs(): number {
    return this.#graceMs / 10;
  }

  /** Losses that will never be missed go first, then the oldest, so that no more are remembered than could be missed. */
  #bound(nowMs: number): void {
    for (const [nodeId, lost] of this.#lost) {
      if (nowMs - lost.lostMs <= this.#graceMs) break;
      if (!lost.isMissed) this.#lost.delete(nodeId);
    }
    const limit = this.#peak.of(this.reachable);
    for (const nodeId of this.#lost.keys()) {
      if (this.#lost.size <= limit) return;
      this.#lost.delete(nodeId);
    }
  }
}

function hostOf(address: string): string | undefined {
  return parseAddress(address)?.host;
}

interface Present {
  address: string;
  readonly host: string | undefined;
  readonly sinceMs: number;
  /** It has taken the place of a lost one, or is one that came back: it cannot take another's. */
  isStandIn: boolean;
}

interface Lost {
  readonly address: string;
  readonly host: string | undefined;
  readonly sinceMs: number;
  readonly silentSinceMs: number;
  readonly lostMs: number;
  isMissed: boolean;
  /** It was lost together with many others. */
  isInBurst: boolean;
}
