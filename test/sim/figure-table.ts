/** One measured figure beside what it must reach. */
export interface Figure {
  readonly what: string;
  /** In words, with units. */
  readonly found: string;
  readonly goal: string;
  readonly isReached: boolean;
  /** The numbers behind it. */
  readonly values: Readonly<Record<string, number>>;
}

/** Figures as lines of a table for people. */
export function toTable(figures: readonly Figure[]): string[] {
  const rows = [['figure', 'found', 'goal', ''], ...figures.map((figure) => [figure.what, figure.found, figure.goal, verdict(figure)])];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function verdict({ isReached }: Figure): string {
  return isReached ? 'reached' : 'MISSED';
}
