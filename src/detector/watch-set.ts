import { hashText } from '../util/hash-text.ts';

/**
 * Which peers a node watches: the `count` with the highest weight, where the weight is a hash of watcher and peer (rendezvous hashing). Every
 * node finds its own without asking, a change of the membership moves few of them, and in a large cluster each node is watched by about `count`.
 */
export class WatchSet {
  readonly #watcher: string;
  readonly #count: number;
  readonly #weights = new Map<string, number>();
  #chosen: readonly string[] = [];
  #isStale = false;

  constructor(watcher: string, count: number) {
    this.#watcher = watcher;
    this.#count = count;
  }

  add(peer: string): void {
    if (this.#weights.has(peer)) return;
    this.#weights.set(peer, pairWeight(this.#watcher, peer));
    this.#isStale = true;
  }

  remove(peer: string): void {
    if (this.#weights.delete(peer)) this.#isStale = true;
  }

  has(peer: string): boolean {
    return this.#weights.has(peer);
  }

  /** The chosen peers, heaviest first. Computed when asked for after a change, in time proportional to the number of peers. */
  chosen(): readonly string[] {
    if (this.#isStale) this.#choose();
    return this.#chosen;
  }

  #choose(): void {
    this.#isStale = false;
    const best: { readonly peer: string; readonly weight: number }[] = [];
    for (const [peer, weight] of this.#weights) {
      const last = best[this.#count - 1];
      if (last !== undefined && !isHeavier({ peer, weight }, last)) continue;
      const place = best.findIndex((other) => isHeavier({ peer, weight }, other));
      best.splice(place === -1 ? best.length : place, 0, { peer, weight });
      if (best.length > this.#count) best.pop();
    }
    this.#chosen = best.map((item) => item.peer);
  }
}

function isHeavier(a: { readonly peer: string; readonly weight: number }, b: { readonly peer: string; readonly weight: number }): boolean {
  return a.weight === b.weight ? a.peer < b.peer : a.weight > b.weight;
}

/** The same for one ordered pair at any time and everywhere. */
function pairWeight(watcher: string, peer: string): number {
  return hashText(`${watcher}\n${peer}`);
}
