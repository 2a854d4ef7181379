/**
 * Lifeguard's local health: how far this node may trust its own judgement. 0 is healthy; the worse the score, the more slowly it probes and the
 * longer it waits for the answers, so that a slow node does not accuse healthy ones (Lifeguard, section IV.A).
 *
 * | what happened | change |
 * |---|---|
 * | a probe was answered | -1 |
 * | a probe failed and no relay was asked | +1 |
 * | a relay that was asked, and is there for all that is known, sent neither an answer nor a nack | +1 each |
 * | this node had to refute a suspicion | +1 |
 * | its event loop stalled for more than half a probe timeout | +1 |
 */
export class HealthScore {
  readonly #limit: number;
  #score = 0;

  /** `limit`: the score stays below it. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get score(): number {
    return this.#score;
  }

  /** The worst there is. */
  get max(): number {
    return this.#limit - 1;
  }

  add(change: number): void {
    this.#score = Math.min(this.#limit - 1, Math.max(0, this.#score + change));
  }

  /** A duration stretched by the score: unchanged when healthy. */
  scale(durationMs: number): number {
    return durationMs * (this.#score + 1);
  }
}
