import type { NetworkCounters } from './simulated-network.ts';
import type { StallPlace } from './stalled-loop.ts';

/** How often nodes of a simulation were disturbed. */
export interface FaultCounters {
  crashes: number;
  restarts: number;
  /** Restarts at another address. */
  addressChanges: number;
  /** Restarts with a wall clock that was set back. */
  clocksSetBack: number;
  /** Nodes that said goodbye. */
  leaves: number;
  /** Standstills of an event loop, by the kind of callback in which it stood still. */
  readonly stalls: Record<StallPlace, number>;
  /** Nodes that were made slow. */
  slowNodes: number;
  /** Datagrams that were lost because a socket was full. */
  overflows: number;
}

/** All that was done to nodes and messages. */
export type SimulatedFaults = Readonly<FaultCounters & NetworkCounters>;

/** Nothing happened yet. */
export function createFaultCounters(): FaultCounters {
  return {
    crashes: 0,
    restarts: 0,
    addressChanges: 0,
    clocksSetBack: 0,
    leaves: 0,
    stalls: { timer: 0, immediate: 0, io: 0 },
    slowNodes: 0,
    overflows: 0,
  };
}
