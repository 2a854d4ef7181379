/** How calls look: 64 bytes each way, a server stream of items of 64 bytes, or 1 MB each way. */
export type Shape = 'unary' | 'stream' | 'bulk';

export const SHAPES: readonly Shape[] = ['unary', 'stream', 'bulk'];

/** What can be measured alone: the shapes, and the figures beside them. */
export type Part = Shape | 'garbage' | 'memory' | 'handshakes' | 'cluster';

export const PARTS: readonly Part[] = [...SHAPES, 'garbage', 'memory', 'handshakes', 'cluster'];

/** One thing that is measured: a shape of call with so many in flight. */
export interface Point {
  readonly shape: Shape;
  /** Calls, or streams, that are open all the time. */
  readonly inFlight: number;
}

/** How long and how often everything is measured. */
export interface Plan {
  readonly rounds: number;
  /**
   * CPU time that the client process spends on unary calls before the first round; half as much goes to streams and to bulk calls. It is not a time on the
   * clock, because the JIT of a slow library on a busy machine would then see too few calls to compile anything.
   */
  readonly warmUpCpuMs: number;
  /** How long each point goes on starting calls; it ends when the last of them has ended. */
  readonly pointMs: number;
  /** Items of one stream. */
  readonly streamItems: number;
  /** Streams that are open at the same time when their memory is measured. */
  readonly openStreams: number;
  /** Connections of each kind whose handshakes are timed. */
  readonly handshakes: number;
  readonly points: readonly Point[];
}

const POINTS: readonly Point[] = [
  { shape: 'unary', inFlight: 1 },
  { shape: 'unary', inFlight: 64 },
  { shape: 'unary', inFlight: 256 },
  { shape: 'stream', inFlight: 1 },
  { shape: 'stream', inFlight: 64 },
  { shape: 'bulk', inFlight: 8 },
];

/** What figures are quoted from: about ten minutes. */
export const FULL_PLAN: Plan = {
  rounds: 10,
  warmUpCpuMs: 4_000,
  pointMs: 500,
  streamItems: 1_000,
  openStreams: 10_000,
  handshakes: 100,
  points: POINTS,
};

/**
 * For a look at the effect of a change, with more noise. Its warm-up is too short for slow libraries (grpc-js spends half as much CPU again on a call as when it is
 * warm), so that ratios to other libraries must not be quoted from it.
 */
export const QUICK_PLAN: Plan = {
  rounds: 3,
  warmUpCpuMs: 1_000,
  pointMs: 150,
  streamItems: 200,
  openStreams: 10_000,
  handshakes: 20,
  points: POINTS,
};

/** As tables and JSON name it, for example `unary x 64`. */
export function pointName({ shape, inFlight }: Point): string {
  return `${shape} x ${inFlight}`;
}
