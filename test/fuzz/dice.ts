import { seededRandom } from '../../src/testing/seeded-random.ts';

/** Choices from a seed: the same seed makes the same ones. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: number) {
    const random = seededRandom(seed);
    this.#next = () => random.next();
  }

  /** An integer from 0 to `below` - 1. */
  below(below: number): number {
    return Math.floor(this.#next() * below);
  }

  /** True in that part of the cases. */
  chance(part: number): boolean {
    return this.#next() < part;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let i = 0; i < length; i++) bytes[i] = this.below(256);
    return bytes;
  }
}

/** The seed of one case of a run: neighbours have nothing in common. */
export function caseSeed(seed: number, index: number): number {
  return (Math.imul(seed ^ (index + 0x9e37_79b9), 0x85eb_ca6b) ^ Math.imul(index, 0xc2b2_ae35)) >>> 0;
}
