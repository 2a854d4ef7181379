/**
 * The last intervals between heartbeats of one peer, with their mean and deviation. It starts with an estimate, two samples around the expected
 * interval, which real ones push out last: so the first heartbeats are neither trusted nor distrusted too much.
 */
export class HeartbeatWindow {
  readonly #samples: Float64Array;
  #first = 0;
  #count = 0;
  #estimates = 0;
  #sum = 0;
  #sumOfSquares = 0;

  /** `size`: samples kept, at least 2. `estimateMs`: the expected interval; the two samples lie a quarter of it below and above. */
  constructor(size: number, estimateMs: number) {
    this.#samples = new Float64Array(size);
    this.#push(estimateMs * (1 - ESTIMATE_SPREAD));
    this.#push(estimateMs * (1 + ESTIMATE_SPREAD));
    this.#estimates = 2;
  }

  add(intervalMs: number): void {
    this.#push(intervalMs);
  }

  get meanMs(): number {
    return this.#sum / this.#count;
  }

  get deviationMs(): number {
    const mean = this.meanMs;
    return Math.sqrt(Math.max(0, this.#sumOfSquares / this.#count - mean * mean));
  }

  /** The measured intervals, oldest first, without the estimate. */
  history(): readonly number[] {
    const intervals: number[] = [];
    for (let i = this.#estimates; i < this.#count; i++) intervals.push(this.#at(i));
    return intervals;
  }

  #at(index: number): number {
    return this.#samples[(this.#first + index) % this.#samples.length] as number;
  }

  #push(intervalMs: number): void {
    const size = this.#samples.length;
    if (this.#count === size) {
      this.#first = (this.#first + 1) % size;
      this.#count -= 1;
      if (this.#estimates > 0) this.#estimates -= 1;
    }
    this.#samples[(this.#first + this.#count) % size] = intervalMs;
    this.#count += 1;
    this.#sumUp();
  }

  /** From scratch each time: at most a few hundred additions a second and peer, and no error that grows. */
  #sumUp(): void {
    this.#sum = 0;
    this.#sumOfSquares = 0;
    for (let i = 0; i < this.#count; i++) {
      const sample = this.#at(i);
      this.#sum += sample;
      this.#sumOfSquares += sample * sample;
    }
  }
}

const ESTIMATE_SPREAD = 0.25;
