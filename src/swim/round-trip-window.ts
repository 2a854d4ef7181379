/**
 * The round-trip times of recent direct probes, and the probe timeout that follows from them: four times the 99th percentile.
 * A timeout that fits the network starts the indirect probes sooner; answers to the direct probe still count until the verdict.
 */
export class RoundTripWindow {
  readonly #samples = new Float64Array(WINDOW);
  #count = 0;
  #percentileMs = 0;

  add(roundTripMs: number): void {
    this.#samples[this.#count % WINDOW] = roundTripMs;
    this.#count += 1;
    this.#percentileMs = Math.max(roundTripMs, this.#percentileMs);
    if (this.#count % RECOMPUTE_EVERY === 0) this.#percentileMs = this.#percentile();
  }

  /** The timeout between the bounds; `maxMs` until enough was measured. */
  timeoutMs(minMs: number, maxMs: number): number {
    if (this.#count < ENOUGH) return maxMs;
    return Math.min(maxMs, Math.max(minMs, FACTOR * this.#percentileMs));
  }

  #percentile(): number {
    const filled = this.#samples.slice(0, Math.min(this.#count, WINDOW)).sort();
    return filled[Math.ceil(filled.length * 0.99) - 1] ?? 0;
  }
}

const WINDOW = 128;
const RECOMPUTE_EVERY = 16;
const ENOUGH = 8;
const FACTOR = 4;
