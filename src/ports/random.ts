/** The only source of chance. Real in `system/`, seeded in `testing/`. */
export interface Random {
  /** A number from 0 (included) to 1 (excluded). */
  next(): number;
}

/** An integer from 0 to `bound` - 1. */
export function randomInteger(random: Random, bound: number): number {
  return Math.floor(random.next() * bound);
}
