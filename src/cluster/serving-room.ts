import { RpcError } from '../errors/rpc-error.ts';
import type { Runtime } from '../rpc/runtime.ts';
import { Deferred } from '../util/deferred.ts';

/** What a room is for. */
export interface ServingRoomOptions {
  readonly runtime: Runtime;
  /** What is served, for messages: `joins`, for example. */
  readonly what: string;
  /** How many are served at once, those included that wait for their turn. */
  readonly capacity: number;
  /** When the refused may come back, in milliseconds, give or take a half. */
  readonly retryAfterMs: number;
}

/**
 * Bounds how much of one kind of work a node does for others at once. What is let in gets a turn of the event loop of its own, so that probes are
 * answered in between; what is above the capacity is refused, and told when to come back.
 */
export class ServingRoom {
  readonly #options: ServingRoomOptions;
  readonly #turns: Deferred<void>[] = [];
  #served = 0;

  constructor(options: ServingRoomOptions) {
    this.#options = options;
  }

  /** Runs `handle` in its turn. @throws RpcError `RESOURCE_EXHAUSTED` with `retryAfterMs` when the room is full, else what `handle` throws. */
  async serve<T>(handle: () => T | Promise<T>): Promise<T> {
    if (this.#served >= this.#options.capacity) throw this.#refusal();
    this.#served++;
    try {
      await this.#turn();
      return await handle();
    } finally {
      this.#served--;
    }
  }

  #turn(): Promise<void> {
    const turn = new Deferred<void>();
    this.#turns.push(turn);
    if (this.#turns.length === 1) this.#scheduleTurn();
    return turn.promise;
  }

  #scheduleTurn(): void {
    this.#options.runtime.clock.afterInput(() => {
      this.#turns.shift()?.resolve();
      if (this.#turns.length > 0) this.#scheduleTurn();
    });
  }

  #refusal(): RpcError {
    const { runtime, what, capacity } = this.#options;
    const retryAfterMs = Math.ceil(this.#options.retryAfterMs * (0.5 + runtime.random.next()));
    return new RpcError('RESOURCE_EXHAUSTED', `This node serves ${capacity} ${what} at once, not more: try again in ${retryAfterMs} ms`, {
      retryAfterMs,
    });
  }
}

/**
 * How long to wait before a node that was too busy is asked again, in milliseconds; undefined when the error is another. Never less than it said,
 * and up to twice as much, so that those who were refused together do not come back together.
 */
export function busyPauseMs(error: RpcError, random: { next(): number }): number | undefined {
  if (error.code !== 'RESOURCE_EXHAUSTED' || error.retryAfterMs === undefined) return undefined;
  return Math.min(MAX_PAUSE_MS, error.retryAfterMs) * (1 + random.next());
}

/** However long a node asks to be left alone. */
const MAX_PAUSE_MS = 10_000;
