import type { PickContext } from './strategy.ts';
import { parseTagFilter, type TagFilter, type TagFilterInput } from './tag-filter.ts';
import type { WorkerRecord } from './worker.ts';
import type { WorkerTable } from './worker-table.ts';

/** The workers that match one filter, by health; each list in ascending order of node id. */
export interface CandidatePool {
  readonly filter: TagFilter;
  /** What a strategy is handed when the call has no key: made once, as this is the hot path. */
  readonly context: PickContext;
  readonly healthy: readonly WorkerRecord[];
  readonly suspect: readonly WorkerRecord[];
}

/** Remembers for each filter who matches, until the workers change: choosing one of a thousand must not look at a thousand tags. */
export class CandidatePools {
  readonly #workers: WorkerTable;
  /** By the string as the caller wrote it. */
  readonly #byText = new Map<string, CachedPool>();
  /** By what the filter means: different ways to write it share a pool. Apart from the texts, as a description may be another filter's text. */
  readonly #byDescription = new Map<string, CachedPool>();
  readonly #byFunction = new WeakMap<object, CachedPool>();

  constructor(workers: WorkerTable) {
    this.#workers = workers;
  }

  /**
   * The workers that match now; valid until they change.
   * @throws RpcError `INVALID_ARGUMENT` when the filter is wrong.
   */
  poolFor(input: TagFilterInput): CandidatePool {
    const pool = typeof input === 'function' ? this.#functionPool(input) : this.#textPool(input);
    if (pool.version !== this.#workers.version) pool.fill(this.#workers);
    return pool;
  }

  #functionPool(input: (tags: WorkerRecord['tags']) => boolean): CachedPool {
    let pool = this.#byFunction.get(input);
    if (pool === undefined) {
      pool = new CachedPool(parseTagFilter(input));
      this.#byFunction.set(input, pool);
    }
    return pool;
  }

  #textPool(input: Exclude<TagFilterInput, (...args: never[]) => unknown>): CachedPool {
    // Strings are looked up as written; an object may have been changed since, so it is read each time.
    const known = typeof input === 'string' ? this.#byText.get(input) : undefined;
    if (known !== undefined) return known;
    const filter = parseTagFilter(input);
    const description = filter.describe();
    const pool = this.#byDescription.get(description) ?? new CachedPool(filter);
    remember(this.#byDescription, description, pool);
    if (typeof input === 'string') remember(this.#byText, input, pool);
    return pool;
  }
}

class CachedPool implements CandidatePool {
  readonly filter: TagFilter;
  readonly context: PickContext;
  healthy: WorkerRecord[] = [];
  suspect: WorkerRecord[] = [];
  version = -1;

  constructor(filter: TagFilter) {
    this.filter = filter;
    this.context = { pool: this };
  }

  fill(workers: WorkerTable): void {
    const healthy: WorkerRecord[] = [];
    const suspect: WorkerRecord[] = [];
    for (const worker of workers.ordered) {
      if (this.filter.matches(worker.tags)) (worker.health === 'healthy' ? healthy : suspect).push(worker);
    }
    this.healthy = healthy;
    this.suspect = suspect;
    this.version = workers.version;
  }
}

/** Filters may be made from what users send: a bound keeps them from filling the memory. */
function remember(pools: Map<string, CachedPool>, name: string, pool: CachedPool): void {
  if (pools.size >= MAX_REMEMBERED_FILTERS) pools.clear();
  pools.set(name, pool);
}

const MAX_REMEMBERED_FILTERS = 1000;
