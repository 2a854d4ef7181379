import { OutlierEjection } from '../balance/outlier-ejection.ts';
import { RetryBudget } from '../balance/retry-budget.ts';
import type { RpcError } from '../errors/rpc-error.ts';
import type { Runtime } from '../rpc/runtime.ts';
import { type BackoffSettings, backoffMs } from '../util/backoff.ts';

/**
 * What calls have shown about the workers, long before the cluster finds out: who cannot be connected to right now, who keeps failing, and how many
 * retries all calls together may still make.
 */
export class WorkerHealth {
  readonly #runtime: Runtime;
  readonly #ejection = new OutlierEjection();
  readonly #budget = new RetryBudget();
  /** Workers without a connection, and until when they are avoided. */
  readonly #unreachable = new Map<string, number>();
  /** Workers that refused a call themselves, for overload or because they are read-only, and until when they asked to be left alone. */
  readonly #overloaded = new Map<string, number>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Node ids that get calls only when nobody else can take them. */
  avoided(): ReadonlySet<string> {
    const now = this.#runtime.clock.now();
    const ejected = this.#ejection.ejected(now);
    if (this.#unreachable.size === 0 && this.#overloaded.size === 0) return ejected;
    for (const [nodeId, until] of this.#unreachable) if (until <= now) this.#unreachable.delete(nodeId);
    for (const [nodeId, until] of this.#overloaded) if (until <= now) this.#overloaded.delete(nodeId);
    if (this.#unreachable.size === 0 && this.#overloaded.size === 0) return ejected;
    return new Set([...ejected, ...this.#unreachable.keys(), ...this.#overloaded.keys()]);
  }

  noteRequest(): void {
    this.#budget.recordRequest(this.#runtime.clock.now());
  }

  noteSuccess(nodeId: string): void {
    if (this.#unreachable.size > 0) this.#unreachable.delete(nodeId);
    this.#ejection.recordSuccess(nodeId, this.#runtime.clock.now());
  }

  /** An attempt failed. An answer that a handler gave on purpose says nothing against its worker, unless it is `UNAVAILABLE`, again and again. */
  noteFailure(nodeId: string, error: RpcError, worker: { readonly isConnected: boolean; readonly workerCount: number }): void {
    const now = this.#runtime.clock.now();
    // A hint from a handler is about that call alone; one from the server itself holds for all.
    if (error.notTaken && error.retryAfterMs !== undefined) {
      this.#overloaded.set(nodeId, now + Math.min(error.retryAfterMs, MAX_OVERLOADED_MS));
      // It answered, and said all there is to say against it.
      return this.#ejection.recordSuccess(nodeId, now);
    }
    if (error.code !== 'UNAVAILABLE' && error.code !== 'DEADLINE_EXCEEDED') return this.#ejection.recordSuccess(nodeId, now);
    if (error.code === 'UNAVAILABLE' && !worker.isConnected) this.#unreachable.set(nodeId, now + UNREACHABLE_MS);
    this.#ejection.recordFailure(nodeId, now, worker.workerCount);
  }

  /** The worker is gone or was started again. */
  forget(nodeId: string): void {
    this.#unreachable.delete(nodeId);
    this.#overloaded.delete(nodeId);
    this.#ejection.forget(nodeId);
  }

  /** Takes one retry from the budget. */
  tryRetry(): boolean {
    return this.#budget.tryRetry(this.#runtime.clock.now());
  }

  retryDelayMs(retry: number): number {
    return backoffMs(retry, RETRY_BACKOFF, this.#runtime.random);
  }
}

/** About as long as the cluster needs to suspect a dead worker. */
const UNREACHABLE_MS = 3_000;
/** However long a worker asks to be left alone, it is tried again after this. */
const MAX_OVERLOADED_MS = 10_000;
const RETRY_BACKOFF: BackoffSettings = { firstMs: 100, factor: 2, maxMs: 1_000, jitter: 0.2 };
