import { expectNumber, invalidArgument } from '../../errors/expect.ts';

/** How the network behaves; every value may be changed while it runs. */
export interface MemoryConditions {
  /** One way, for everything. Default 0: delivered in the next turn of the event loop. */
  readonly latencyMs?: number;
  /** Up to this much more for each delivery, drawn evenly; datagrams overtake each other by it. Default 0. */
  readonly jitterMs?: number;
  /** The share of datagrams that are lost, from 0 to 1. Default 0. */
  readonly datagramLoss?: number;
  /** The share of datagrams that arrive twice, from 0 to 1. Default 0. */
  readonly datagramDuplication?: number;
}

/** @throws RpcError `INVALID_ARGUMENT` for a value out of its range. */
export function checkConditions(conditions: MemoryConditions): void {
  for (const name of ['latencyMs', 'jitterMs', 'datagramLoss', 'datagramDuplication'] as const) {
    const value = conditions[name];
    if (value === undefined) continue;
    expectNumber(name, value, 0);
    if (!name.endsWith('Ms') && value > 1) throw invalidArgument(name, 'a share from 0 to 1', value);
  }
}
