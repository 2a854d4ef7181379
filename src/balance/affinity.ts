import type { Candidate, PickContext, Strategy } from '../registry/strategy.ts';
import { hashText } from '../util/hash-text.ts';

/**
 * Sends calls with the same key to the same worker, and leaves calls without a key to another strategy.
 *
 * Rendezvous hashing: the worker whose id hashes highest together with the key. Every process chooses the same one without having talked,
 * and when a worker goes, only its own keys move.
 */
export class AffinityStrategy implements Strategy {
  readonly name: string;
  readonly usesLoad: boolean;
  readonly #inner: Strategy;

  constructor(inner: Strategy) {
    this.name = inner.name;
    this.usesLoad = inner.usesLoad ?? true;
    this.#inner = inner;
  }

  pick<T extends Candidate>(candidates: readonly T[], context: PickContext): T {
    return context.key === undefined ? this.#inner.pick(candidates, context) : pickByKey(candidates, context.key);
  }
}

function pickByKey<T extends Candidate>(candidates: readonly T[], key: string): T {
  const keyHash = hashText(key);
  let best = candidates[0] as T;
  let bestScore = -1;
  for (const candidate of candidates) {
    const score = mix(keyHash ^ hashText(candidate.nodeId));
    if (score > bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}

/** Makes the order of the scores depend on all bits of both hashes (the last step of MurmurHash3, shortened); without it, neighbours in hash space share badly. */
function mix(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0;
}
