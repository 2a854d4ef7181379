/**
 * Which of a sender's last 1024 datagrams were seen, after RFC 6479: a ring of bits, moved forward a word at a time. A counter below the window
 * counts as seen.
 *
 * The ring is there only while two counters of one window were seen. In a large cluster a node rarely hears the same sender twice in 1024 of its datagrams,
 * and it has a window for every sender.
 */
export class ReplayWindow {
  #words: Uint32Array | undefined;
  /** The highest counter seen; -1 before the first. */
  #highest = -1;

  /** Whether a datagram with this counter may be accepted. */
  isFresh(counter: number): boolean {
    if (counter > this.#highest) return true;
    if (this.#highest - counter >= WINDOW) return false;
    if (this.#words === undefined) return counter !== this.#highest;
    return ((this.#words[wordOf(counter)] as number) & bitOf(counter)) === 0;
  }

  /** Notes a datagram that was authenticated. */
  accept(counter: number): void {
    if (this.#highest === -1 || counter - this.#highest >= WINDOW) {
      this.#words = undefined;
      this.#highest = counter;
      return;
    }
    this.#words ??= ringWith(this.#highest);
    const words = this.#words;
    if (counter > this.#highest) {
      const from = Math.floor(this.#highest / 32);
      const steps = Math.floor(counter / 32) - from;
      for (let i = 1; i <= steps; i++) words[(from + i) % WORDS] = 0;
      this.#highest = counter;
    }
    words[wordOf(counter)] = (words[wordOf(counter)] as number) | bitOf(counter);
  }
}

function ringWith(counter: number): Uint32Array {
  const words = new Uint32Array(WORDS);
  words[wordOf(counter)] = bitOf(counter);
  return words;
}

function wordOf(counter: number): number {
  return Math.floor(counter / 32) % WORDS;
}

function bitOf(counter: number): number {
  return 1 << (counter % 32);
}

const WINDOW = 1024;
/** One more than the window needs, because words are cleared whole. */
const WORDS = WINDOW / 32 + 1;
