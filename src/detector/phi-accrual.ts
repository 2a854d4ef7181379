import { HeartbeatWindow } from './heartbeat-window.ts';
import type { PhiSettings } from './phi-settings.ts';

/**
 * Phi accrual for one peer (Hayashibara et al., 2004): how surprising its silence is. `phi = -log10(P)`, where P is the probability that a
 * heartbeat still comes although it has been silent for so long, under a normal distribution of the intervals: phi 1 is a chance of one in ten
 * to be wrong about it, phi 3 one in a thousand, phi 8 one in a hundred million. Times are monotonic milliseconds.
 */
export class PhiAccrual {
  readonly #settings: PhiSettings;
  readonly #window: HeartbeatWindow;
  readonly #deviationsAtThreshold: number;
  /** The silence counts from here. */
  #heardMs: number;
  /** The next interval counts from here; undefined after a stall, when it would measure this process and not the peer. */
  #lastHeartbeatMs: number | undefined;

  constructor(settings: PhiSettings, nowMs: number) {
    this.#settings = settings;
    this.#deviationsAtThreshold = deviationsAt(settings.threshold);
    this.#window = new HeartbeatWindow(settings.windowSize, settings.firstEstimateMs);
    this.#heardMs = nowMs;
  }

  /** A heartbeat was answered. An interval that ended a suspected period is not a measurement of normal life and is not stored. */
  heartbeat(nowMs: number): void {
    const last = this.#lastHeartbeatMs;
    if (last !== undefined && nowMs > last && this.#phiAfter(nowMs - last) < this.#settings.threshold) this.#window.add(nowMs - last);
    this.#lastHeartbeatMs = nowMs;
    this.contact(nowMs);
  }

  /** Something else was heard of it: ends the silence, and measures nothing. */
  contact(nowMs: number): void {
    this.#heardMs = Math.max(this.#heardMs, nowMs);
  }

  /** This process stood still: the silence starts anew, and the interval that is under way is not stored. */
  restart(nowMs: number): void {
    this.contact(nowMs);
    this.#lastHeartbeatMs = undefined;
  }

  phi(nowMs: number): number {
    return this.#phiAfter(nowMs - this.#heardMs);
  }

  /** When phi reaches the threshold if nothing is heard. */
  get crossingMs(): number {
    return this.#heardMs + this.#expectedMs() + this.#deviationsAtThreshold * this.#deviationMs();
  }

  history(): readonly number[] {
    return this.#window.history();
  }

  #phiAfter(silenceMs: number): number {
    return phiOf((silenceMs - this.#expectedMs()) / this.#deviationMs());
  }

  #expectedMs(): number {
    return this.#window.meanMs + this.#settings.acceptablePauseMs;
  }

  #deviationMs(): number {
    return Math.max(this.#settings.minDeviationMs, this.#window.deviationMs);
  }
}

/**
 * Phi for a silence of so many standard deviations beyond the mean. The tail of the normal distribution is approximated by a logistic function
 * (as in Akka); beyond what a double can tell from 0 its exponent is used, so that phi goes on growing.
 */
export function phiOf(deviations: number): number {
  const exponent = deviations * (1.5976 + 0.070566 * deviations * deviations);
  if (exponent > 700) return exponent / Math.LN10;
  const odds = Math.exp(-exponent);
  return deviations > 0 ? -Math.log10(odds / (1 + odds)) : -Math.log10(1 - 1 / (1 + odds)) + 0;
}

/** The inverse of {@link phiOf}, by bisection: phi grows with the deviations. */
export function deviationsAt(phi: number): number {
  let low = -10;
  let high = 10;
  while (phiOf(high) < phi) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (phiOf(middle) < phi) low = middle;
    else high = middle;
  }
  return high;
}
