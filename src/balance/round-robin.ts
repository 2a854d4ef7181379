import { type Random, randomInteger } from '../ports/random.ts';
import type { Candidate, PickContext, Strategy } from '../registry/strategy.ts';

/**
 * One worker after the other, for each filter on its own.
 *
 * It starts anywhere, so that many callers that start together do not all begin with the same worker. It remembers whom it chose last and
 * not the place in the list, so that it goes on with the next one when workers come and go, instead of starting over.
 */
export class RoundRobinStrategy implements Strategy {
  readonly name = 'roundRobin';
  readonly usesLoad = false;
  readonly #random: Random;
  readonly #positions = new WeakMap<object, Position>();

  constructor(random: Random) {
    this.#random = random;
  }

  pick<T extends Candidate>(candidates: readonly T[], context: PickContext): T {
    const position = this.#positions.get(context.pool);
    const index = position === undefined ? randomInteger(this.#random, candidates.length) : indexAfter(candidates, position);
    const chosen = candidates[index] as T;
    if (position === undefined) {
      this.#positions.set(context.pool, { lastId: chosen.nodeId, lastIndex: index });
    } else {
      position.lastId = chosen.nodeId;
      position.lastIndex = index;
    }
    return chosen;
  }
}

interface Position {
  lastId: string;
  /** Where it was; a hint that saves the search while the list stays the same. */
  lastIndex: number;
}

/** The place of the first candidate whose id comes after the last one chosen; the first of all when there is none. */
function indexAfter(candidates: readonly Candidate[], { lastId, lastIndex }: Position): number {
  let next = lastIndex + 1;
  if (candidates[lastIndex]?.nodeId !== lastId) {
    let low = 0;
    let high = candidates.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((candidates[middle] as Candidate).nodeId <= lastId) low = middle + 1;
      else high = middle;
    }
    next = low;
  }
  return next < candidates.length ? next : 0;
}
