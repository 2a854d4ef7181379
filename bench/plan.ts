/** One thing that is measured: a shape of call with so many in flight. */
export interface Point {
  readonly shape: 'unary' | 'stream';
  /** Calls, or streams, that are open all the time. */
  readonly inFlight: number;
}

/** How long and how often everything is measured. */
export interface Plan {
  readonly rounds: number;
  /**
   * CPU time that the client process spends on unary calls before the first round; half as much goes to streams. It is not a time on the clock, because
   * the JIT of a slow library on a busy machine would then see too few calls to compile anything.
   */
  readonly warmUpCpuMs: number;
  /** How long each point goes on starting calls; it ends when the last of them has ended. */
  readonly pointMs: number;
  /** Items of one stream. */
  readonly streamItems: number;
  readonly points: readonly Point[];
}

const POINTS: readonly Point[] = [
  { shape: 'unary', inFlight: 1 },
  { shape: 'unary', inFlight: 64 },
  { shape: 'unary', inFlight: 256 },
  { shape: 'stream', inFlight: 1 },
  { shape: 'stream', inFlight: 64 },
];

/** What figures are quoted from: some minutes. */
export const FULL_PLAN: Plan = { rounds: 5, warmUpCpuMs: 5_000, pointMs: 1_500, streamItems: 1_000, points: POINTS };

/** For a look at the effect of a change: less than 40 seconds on an idle machine, with more noise. */
export const QUICK_PLAN: Plan = { rounds: 3, warmUpCpuMs: 1_500, pointMs: 200, streamItems: 500, points: POINTS };

/** As tables and JSON name it, for example `unary x 64`. */
export function pointName({ shape, inFlight }: Point): string {
  return `${shape} x ${inFlight}`;
}
