import { hashText } from '../util/hash-text.ts';

/**
 * Which peers a node watches: the `count` with the highest weight, where the weight is a hash of watcher and peer (rendezvous hashing). Every
 * node finds its own without asking, a change of the membership moves few of them, and in a large cluster each node is watched by about `count`.
 */
export class WatchSet {
  readonly #watcher: string;
  readonly #count: number;
  readonly #weights = new Map<string, number>();
  /** The chosen, heaviest first. */
  #best: WeightedPeer[] = [];
  /** One of the chosen has gone: the next heaviest is to be found. */
  #isStale = false;

  constructor(watcher: string, count: number) {
    this.#watcher = watcher;
    this.#count = count;
  }

  add(peer: string): void {
    if (this.#weights.has(peer)) return;
    const weight = pairWeight(this.#watcher, peer);
    this.#weights.set(peer, weight);
    if (!this.#isStale) this.#consider({ peer, weight });
  }

  remove(peer: string): void {
    if (this.#weights.delete(peer) && this.#best.some((chosen) => chosen.peer === peer)) this.#isStale = true;
  }

  has(peer: string): boolean {
    return this.#weights.has(peer);
  }

  /** The chosen peers, heaviest first. Only after one of them has gone it takes time in proportion to the number of peers. */
  chosen(): readonly string[] {
    if (this.#isStale) this.#choose();
    return this.#best.map(({ peer }) => peer);
  }

  #choose(): void {
    this.#isStale = false;
    this.#best = [];
    for (const [peer, weight] of this.#weights) this.#consider({ peer, weight });
  }

  #consider(candidate: WeightedPeer): void {
    const best = this.#best;
    const place = best.findIndex((other) => isHeavier(candidate, other));
    if (place === -1) best.push(candidate);
    else best.splice(place, 0, candidate);
    if (best.length > this.#count) best.pop();
  }
}

interface WeightedPeer {
  readonly peer: string;
  readonly weight: number;
}

function isHeavier(a: WeightedPeer, b: WeightedPeer): boolean {
  return a.weight === b.weight ? a.peer < b.peer : a.weight > b.weight;
}

/** The same for one ordered pair at any time and everywhere. */
function pairWeight(watcher: string, peer: string): number {
  return hashText(`${watcher}\n${peer}`);
}
