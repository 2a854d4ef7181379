import { type Random, randomInteger } from '../ports/random.ts';
import type { Candidate, Strategy } from '../registry/strategy.ts';

/**
 * The worker with the fewest calls in flight, those of others at half ({@link Candidate.cost}); chance decides among equals.
 *
 * It looks at all of them. Without chance among equals, every caller would send its first calls to the same worker.
 */
export class LeastConnectionsStrategy implements Strategy {
  readonly name = 'leastConnections';
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  pick<T extends Candidate>(candidates: readonly T[]): T {
    let fewest = Number.POSITIVE_INFINITY;
    let equals = 0;
    for (const { cost } of candidates) {
      if (cost < fewest) {
        fewest = cost;
        equals = 1;
      } else if (cost === fewest) {
        equals += 1;
      }
    }
    return nthWith(candidates, fewest, equals > 1 ? randomInteger(this.#random, equals) : 0);
  }
}

/** The candidate with this load that has `skip` others with the same load before it. */
function nthWith<T extends Candidate>(candidates: readonly T[], cost: number, skip: number): T {
  let toSkip = skip;
  for (const candidate of candidates) {
    if (candidate.cost !== cost) continue;
    if (toSkip === 0) return candidate;
    toSkip -= 1;
  }
  return candidates[0] as T;
}
