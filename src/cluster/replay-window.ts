/**
 * Which of a sender's last 1024 datagrams were seen, after RFC 6479: a ring of bits, moved forward a word at a time. A counter below the window
 * counts as seen.
 */
export class ReplayWindow {
  readonly #words = new Uint32Array(WORDS);
  /** The highest counter seen; -1 before the first. */
  #highest = -1;

  /** Whether a datagram with this counter may be accepted. */
  isFresh(counter: number): boolean {
    if (counter > this.#highest) return true;
    if (this.#highest - counter >= WINDOW) return false;
    return ((this.#words[wordOf(counter)] as number) & bitOf(counter)) === 0;
  }

  /** Notes a datagram that was authenticated. */
  accept(counter: number): void {
    if (counter > this.#highest) {
      const from = Math.floor(this.#highest / 32);
      const steps = Math.min(Math.floor(counter / 32) - from, WORDS);
      for (let i = 1; i <= steps; i++) this.#words[(from + i + WORDS) % WORDS] = 0;
      this.#highest = counter;
    }
    this.#words[wordOf(counter)] = (this.#words[wordOf(counter)] as number) | bitOf(counter);
  }
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
