import { type Random, randomInteger } from '../ports/random.ts';
import type { Candidate, Strategy } from '../registry/strategy.ts';

/** Any worker, each as likely as the others. */
export class RandomStrategy implements Strategy {
  readonly name = 'random';
  readonly usesLoad = false;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  pick<T extends Candidate>(candidates: readonly T[]): T {
    return candidates[randomInteger(this.#random, candidates.length)] as T;
  }
}
