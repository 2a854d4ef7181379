import { RpcError } from '../errors/rpc-error.ts';
import type { TagFilterInput } from '../registry/tag-filter.ts';
import type { Worker } from '../registry/worker.ts';
import type { WorkerHealth } from './worker-health.ts';
import type { WorkerRegistry } from './worker-registry.ts';

/** What decides how a call is tried. */
export interface CallPolicy {
  readonly filter: TagFilterInput | undefined;
  readonly key: string | undefined;
  readonly isIdempotent: boolean;
  readonly maxAttempts: number;
}

/**
 * The attempts of one call: which worker is next, and whether a failure ends the call.
 *
 * Another worker comes before the same one again. A failure before any handler was reached (no connection, draining, refused unseen) is not counted
 * and goes to the next worker at once, each worker once; after that, and for idempotent calls that may have run, attempts are counted, spaced out,
 * and limited by the retry budget.
 */
export class CallAttempts {
  readonly #registry: WorkerRegistry;
  readonly #health: WorkerHealth;
  readonly #policy: CallPolicy;
  /** Who was tried since all were. */
  #tried: string[] = [];
  /** Everybody who was tried. */
  readonly #everTried = new Set<string>();
  /** Attempts that count. */
  #counted = 0;

  constructor(registry: WorkerRegistry, health: WorkerHealth, policy: CallPolicy) {
    this.#registry = registry;
    this.#health = health;
    this.#policy = policy;
    health.noteRequest();
  }

  /** The worker for the next attempt. @throws RpcError `UNAVAILABLE` when none matches. */
  next(): Worker {
    const { filter, key } = this.#policy;
    const options = { exclude: this.#tried, avoid: this.#health.avoided(), ...(key === undefined ? {} : { key }) };
    try {
      return this.#registry.selectWorker(filter, options);
    } catch (error) {
      if (this.#tried.length === 0) throw error;
      // Every worker was tried: begin again with all of them.
      this.#tried = [];
      return this.#registry.selectWorker(filter, { ...options, exclude: [] });
    }
  }

  succeeded(worker: Worker): void {
    this.#health.noteSuccess(worker.nodeId);
  }

  /**
   * An attempt failed; `isConnected`: there is still a connection to the worker. Gives the milliseconds to wait before the next.
   * @throws RpcError the failure itself, with the number of workers tried, when there is no next.
   */
  failed(worker: Worker, error: RpcError, isConnected: boolean): number {
    // What a call met on an earlier life of the node says nothing about the process that has its name now.
    if (this.#isCurrent(worker)) {
      this.#health.noteFailure(worker.nodeId, error, { isConnected, workerCount: this.#registry.workerCount() });
    }
    const isFirstOnWorker = !this.#everTried.has(worker.nodeId);
    this.#everTried.add(worker.nodeId);
    this.#tried.push(worker.nodeId);
    if (!this.#mayRetry(error)) throw error;
    const hasOther = this.#registry.workers(this.#policy.filter).some(({ nodeId }) => !this.#everTried.has(nodeId));
    if (error.notTaken && hasOther && isFirstOnWorker) return 0;
    this.#counted++;
    if (this.#counted >= this.#policy.maxAttempts || !this.#health.tryRetry()) throw this.#exhausted(error);
    // Everybody was asked: the next attempt may meet this worker again, and it said when that makes sense.
    return Math.max(this.#health.retryDelayMs(this.#counted), hasOther ? 0 : (error.retryAfterMs ?? 0));
  }

  #isCurrent(worker: Worker): boolean {
    return this.#registry.workers().some(({ nodeId, epoch }) => nodeId === worker.nodeId && epoch === worker.epoch);
  }

  #mayRetry(error: RpcError): boolean {
    if (error.code === 'CANCELLED' || error.code === 'DEADLINE_EXCEEDED') return false;
    if (error.notTaken) return error.code === 'UNAVAILABLE' || error.code === 'RESOURCE_EXHAUSTED' || error.code === 'UNAUTHENTICATED';
    return this.#policy.isIdempotent && error.code === 'UNAVAILABLE';
  }

  #exhausted(error: RpcError): RpcError {
    const workers = this.#everTried.size;
    return new RpcError(error.code, `${error.message} (given up after trying ${workers} worker${workers === 1 ? '' : 's'})`, {
      cause: error,
      notTaken: error.notTaken,
      retryable: error.retryable,
      metadata: error.metadata,
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
      details: error.details,
    });
  }
}
