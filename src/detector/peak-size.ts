/** The largest size a cluster had in a window of time, in memory that only a shrinking cluster uses. Monotonic milliseconds. */
export class PeakSize {
  /** Sizes it had until a moment: the oldest and largest first. */
  readonly #past: { readonly size: number; readonly untilMs: number }[] = [];

  /** The cluster had `size` until now: it is about to change. */
  note(size: number, nowMs: number): void {
    for (let last = this.#past.at(-1); last !== undefined && last.size <= size; last = this.#past.at(-1)) this.#past.pop();
    this.#past.push({ size, untilMs: nowMs });
  }

  /** The peak, with the size it has now. */
  of(size: number): number {
    return Math.max(size, this.#past[0]?.size ?? 0);
  }

  /** Forgets sizes that it has not had since. */
  expire(sinceMs: number): void {
    while (this.#past[0] !== undefined && this.#past[0].untilMs <= sinceMs) this.#past.shift();
  }
}
