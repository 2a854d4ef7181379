import { expectInteger } from '../errors/expect.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { Runtime } from '../rpc/runtime.ts';
import { Deferred } from '../util/deferred.ts';

/** When a cluster counts as ready. */
export interface ReadyOptions {
  /** So many nodes must be alive, this one included. */
  readonly minNodes: number;
  /** How long to wait. Default 30,000 ms. */
  readonly timeoutMs?: number;
}

/** What readiness is judged by. */
export interface ReadinessOptions {
  readonly runtime: Runtime;
  /** Nodes that are alive now, this one included. */
  readonly countAlive: () => number;
  /** The seeds that did not take this node in when they were asked last, each with the reason. */
  readonly seedFailures: () => readonly string[];
}

/** Those who wait until enough nodes are there. */
export class Readiness {
  readonly #options: ReadinessOptions;
  readonly #waiting = new Set<Waiter>();

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** @throws RpcError `DEADLINE_EXCEEDED` saying how many are there, `INVALID_ARGUMENT` for a wrong option. */
  async wait({ minNodes, timeoutMs = 30_000 }: ReadyOptions): Promise<void> {
    expectInteger('minNodes', minNodes, 1);
    expectInteger('timeoutMs', timeoutMs, 1);
    if (this.#options.countAlive() >= minNodes) return;
    const ready = new Deferred<void>();
    const timer = this.#options.runtime.clock.schedule(timeoutMs, () => ready.reject(this.#timeoutError(minNodes, timeoutMs)));
    const waiter: Waiter = { minNodes, ready };
    this.#waiting.add(waiter);
    try {
      await ready.promise;
    } finally {
      timer.cancel();
      this.#waiting.delete(waiter);
    }
  }

  /** Nodes have come or gone. */
  note(): void {
    if (this.#waiting.size === 0) return;
    const alive = this.#options.countAlive();
    for (const { minNodes, ready } of this.#waiting) if (alive >= minNodes) ready.resolve();
  }

  /** Nobody will come any more. */
  close(error: RpcError): void {
    for (const { ready } of this.#waiting) ready.reject(error);
  }

  #timeoutError(minNodes: number, timeoutMs: number): RpcError {
    const alive = this.#options.countAlive();
    const failures = this.#options.seedFailures();
    const seeds = failures.length === 0 ? 'no seed has refused or been silent' : failures.join('; ');
    return new RpcError(
      'DEADLINE_EXCEEDED',
      `${alive} of ${minNodes} nodes ${alive === 1 ? 'is' : 'are'} alive after ${timeoutMs} ms, this one included (${seeds}). Check that the others run, and lead to the same seeds`,
    );
  }
}

interface Waiter {
  readonly minNodes: number;
  readonly ready: Deferred<void>;
}
