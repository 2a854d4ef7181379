/** Latencies counted by whole microseconds, so that recording one costs the same however many there are. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(LIMIT_US);
  #total = 0;
  #highest = 0;

  record(milliseconds: number): void {
    const microseconds = Math.min(LIMIT_US - 1, Math.max(0, Math.round(milliseconds * 1_000)));
    this.#counts[microseconds] = (this.#counts[microseconds] as number) + 1;
    this.#total += 1;
    if (microseconds > this.#highest) this.#highest = microseconds;
  }

  /** The latency in microseconds that the given share (0 to 1) of all was at or below; 0 when there are none. */
  percentile(share: number): number {
    const wanted = Math.ceil(this.#total * share);
    let seen = 0;
    for (let microseconds = 0; microseconds <= this.#highest; microseconds++) {
      seen += this.#counts[microseconds] as number;
      if (seen >= wanted) return microseconds;
    }
    return this.#highest;
  }
}

/** Slower ones count as this slow: 4 seconds. */
const LIMIT_US = 4_000_000;
