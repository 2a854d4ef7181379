/**
 * Where the event loop of a process stands still. It decides what comes first afterwards.
 *
 * | place | what the loop does next |
 * |---|---|
 * | `timer` | the timers that are due, then what waits in the sockets |
 * | `immediate` | the same |
 * | `io` | the rest of what it reads at once, then the timers that are due, then what waits in the sockets |
 */
export type StallPlace = 'timer' | 'immediate' | 'io';

/** Something that came while a node could not take it. */
export interface WaitingInput {
  readonly kind: 'timer' | 'datagram' | 'call';
  readonly action: () => void;
}

/**
 * The order in which a Node.js process takes what waited while its loop stood still. A turn runs the timers that are due, reads at most
 * {@link READ_AT_ONCE} datagrams and everything from connections, and then runs the immediates; the engine hears of a timer in an immediate, as
 * `cluster/swim-driver.ts` does it.
 */
export function orderAfterStall(waiting: readonly WaitingInput[], place: StallPlace): readonly WaitingInput[] {
  const timers = waiting.filter(({ kind }) => kind === 'timer');
  const readAtFirst = place === 'io' ? 2 * READ_AT_ONCE - 1 : READ_AT_ONCE;
  const early: WaitingInput[] = [];
  const late: WaitingInput[] = [];
  let datagrams = 0;
  for (const input of waiting) {
    if (input.kind === 'timer') continue;
    if (input.kind === 'datagram') datagrams += 1;
    (input.kind === 'call' || datagrams <= readAtFirst ? early : late).push(input);
  }
  return [...early, ...timers, ...late];
}

/**
 * How much of a standstill a process notices with a watch that ticks every 100 ms, as `cluster/stall-watch.ts` does it: 0 when it is not told apart from
 * a timer that is a little late. `sinceStartMs`: when in the life of the process it began.
 */
export function noticedStallMs(stallMs: number, sinceStartMs: number): number {
  const lateMs = stallMs + (sinceStartMs % TICK_MS) - TICK_MS;
  return lateMs < TOLERANCE_MS ? 0 : lateMs;
}

/** Datagrams that libuv reads from one socket before it goes on. */
export const READ_AT_ONCE = 32;

const TICK_MS = 100;
const TOLERANCE_MS = 50;
