/**
 * The workers of a cluster: which nodes take calls, how loaded each is, and one of them for a call. This folder folds what the membership
 * says into views; it never probes, connects or waits, and leaves how to choose among equals to a strategy.
 */
import type { MembershipEvent } from '../swim/membership-event.ts';
import type { NodeInfo, Tags } from '../swim/node-info.ts';
import { Assignments } from './assignments.ts';
import { CallsInFlight, type CallToken } from './calls-in-flight.ts';
import { CandidatePools } from './candidate-pools.ts';
import { Listeners } from './listeners.ts';
import { noWorkerError } from './no-worker-error.ts';
import type { LoadReport, NodeSource } from './node-source.ts';
import type { Strategy } from './strategy.ts';
import { parseTagFilter, type TagFilter, type TagFilterInput } from './tag-filter.ts';
import { type Worker, type WorkerEvent, WorkerRecord } from './worker.ts';
import { WorkerLoad } from './worker-load.ts';
import { WorkerTable } from './worker-table.ts';

export interface WorkerRegistryOptions {
  /** The tags that make a node a worker. Default `role=worker`. */
  readonly workerFilter?: string | Tags;
  /** Whether the node of this process may be chosen too. Default false. */
  readonly includeLocal?: boolean;
}

export interface SelectOptions {
  /** Node ids that must not be chosen, for example those that failed this call before. */
  readonly exclude?: readonly string[];
  /** Node ids that are chosen only when no other healthy worker matches: those that are ejected for a while. */
  readonly avoid?: ReadonlySet<string>;
  /** Calls with the same key go to the same worker, as long as it is there and healthy. */
  readonly key?: string;
}

/**
 * Follows the nodes and tags of a cluster and chooses workers for calls.
 *
 * A worker is an alive or suspect node with the tags of a worker. One that fails, leaves or loses those tags is gone at once; a node that
 * gets them is there at once. Healthy workers come first, then those to avoid, then suspect ones; among equals the strategy chooses.
 *
 * @example
 * const worker = registry.selectWorker('role=worker,zone=eu');
 * const call = registry.acquire(worker.nodeId);
 * try { await callOn(worker.address); } finally { call.release(); }
 */
export class WorkerRegistry {
  readonly #source: NodeSource;
  readonly #strategy: Strategy;
  readonly #workerFilter: TagFilter;
  readonly #includeLocal: boolean;
  readonly #workers = new WorkerTable();
  readonly #pools = new CandidatePools(this.#workers);
  readonly #calls = new CallsInFlight();
  readonly #assignments = new Assignments();
  readonly #listeners = new Listeners<WorkerEvent>();
  readonly #stops: readonly ((() => void) | undefined)[];
  readonly #isFollowing: boolean;
  /** Whether a worker was chosen since the last look, and when that look was. */
  #isInUse = false;
  #usedAtMs = Number.NEGATIVE_INFINITY;

  /** @throws RpcError `INVALID_ARGUMENT` when the worker filter is wrong. */
  constructor(source: NodeSource, strategy: Strategy, options: WorkerRegistryOptions = {}) {
    this.#source = source;
    this.#strategy = strategy;
    this.#workerFilter = parseTagFilter(options.workerFilter ?? 'role=worker');
    this.#includeLocal = options.includeLocal ?? false;
    const stopFollowing = strategy.usesLoad === false ? undefined : source.followLoads?.({ wantedLoads: (now) => this.#wantedLoads(now) });
    this.#isFollowing = stopFollowing !== undefined;
    this.#stops = [
      stopFollowing,
      source.subscribe((event) => this.#onEvent(event), { coalesceMs: 0 }),
      source.onSilentChange?.(() => this.refresh()),
      source.onLoad?.((report) => this.#onLoad(report)),
    ];
    this.refresh();
  }

  /** The workers that match as they are now, in ascending order of node id. @throws RpcError `INVALID_ARGUMENT` when the filter is wrong. */
  workers(filter: TagFilterInput = ANY_TAGS): readonly Worker[] {
    const parsed = parseTagFilter(filter);
    return this.#workers.ordered.filter((worker) => parsed.matches(worker.tags)).map((worker) => ({ ...worker }));
  }

  /** How many workers there are, the suspect ones included. */
  workerCount(): number {
    return this.#workers.size;
  }

  /**
   * Chooses a worker. Its `activeConnections` goes on changing with its load.
   * @throws RpcError `UNAVAILABLE` when none matches, `INVALID_ARGUMENT` when the filter is wrong.
   */
  selectWorker(filter: TagFilterInput = ANY_TAGS, options: SelectOptions = {}): Worker {
    const pool = this.#pools.poolFor(filter);
    const { exclude = NO_IDS, avoid = NO_ID_SET, key } = options;
    let candidates = without(pool.healthy, exclude, avoid);
    if (candidates.length === 0) candidates = without(pool.healthy, exclude, NO_ID_SET);
    if (candidates.length === 0) candidates = without(pool.suspect, exclude, NO_ID_SET);
    if (candidates.length > 0) {
      const chosen = this.#strategy.pick(candidates, key === undefined ? pool.context : { pool: pool.context.pool, key });
      if (this.#isFollowing) this.#noteChoice(chosen.nodeId);
      return chosen;
    }
    throw noWorkerError({
      filter: pool.filter.describe(),
      workerFilter: this.#workerFilter.describe(),
      workers: this.#workers.ordered,
      matching: pool.healthy.length + pool.suspect.length,
    });
  }

  /** Counts a call on a node until its token is released, also when the node is no worker any more. */
  acquire(nodeId: string): CallToken {
    this.#assignments.takeBack(nodeId);
    return this.#calls.acquire(nodeId);
  }

  /**
   * Calls `listener` with every change, once `workers()` shows it. What is returned stops it.
   * A listener that throws does not keep others from hearing; its error reaches whoever delivered the membership event.
   */
  subscribe(listener: (event: WorkerEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Takes over what the membership knows now. Needed only when the source does not tell of silent changes. */
  refresh(): void {
    this.#reset(this.#source.nodes());
  }

  /** Stops following the membership. Idempotent. */
  close(): void {
    for (const stop of this.#stops) stop?.();
    this.#listeners.clear();
  }

  #onEvent(event: MembershipEvent): void {
    if ('nodes' in event) this.#reset(event.nodes);
    else if ('node' in event) this.#emit([this.#fold(event.node)]);
  }

  #reset(nodes: readonly NodeInfo[]): void {
    const present = new Set(nodes.map((node) => node.nodeId));
    const forgotten = this.#workers.ordered.filter((worker) => !present.has(worker.nodeId));
    const events: (WorkerEvent | undefined)[] = forgotten.map((worker) => this.#remove(worker, 'forgotten'));
    for (const node of nodes) events.push(this.#fold(node));
    this.#emit(events);
  }

  /** Takes in what a node is now; gives the event to tell, if it changes a worker. */
  #fold(node: NodeInfo): WorkerEvent | undefined {
    const current = this.#workers.get(node.nodeId);
    if (!this.#isWorker(node)) return current && this.#remove(current, node.state);
    if (current?.describes(node)) {
      current.report(node.load, node.loadAtMs);
      return undefined;
    }
    const isSameLife = current?.epoch === node.epoch;
    const worker = new WorkerRecord(node, isSameLife ? current.load : new WorkerLoad(this.#calls.count(node.nodeId)));
    this.#workers.put(worker);
    this.#calls.attach(node.nodeId, worker);
    return current ? { kind: 'workerUpdated', worker, previous: current } : { kind: 'workerJoined', worker };
  }

  #remove(worker: WorkerRecord, state: NodeInfo['state'] | 'forgotten'): WorkerEvent {
    this.#workers.delete(worker.nodeId);
    this.#calls.attach(worker.nodeId, undefined);
    if (state === 'failed') return { kind: 'workerFailed', worker };
    return { kind: 'workerLeft', worker, reason: state === 'left' || state === 'forgotten' ? state : 'retagged' };
  }

  #isWorker(node: NodeInfo): boolean {
    if (node.state !== 'alive' && node.state !== 'suspect') return false;
    if (node.isLocal && !this.#includeLocal) return false;
    // A new life whose tags are still on their way: what it is good for is not known.
    if (!node.hasCurrentTags && Object.keys(node.tags).length === 0) return false;
    return this.#workerFilter.matches(node.tags);
  }

  #noteChoice(nodeId: string): void {
    this.#isInUse = true;
    const worker = this.#workers.get(nodeId);
    if (worker !== undefined) this.#assignments.add(worker);
  }

  /** In the time for one worker, however many there are: reports come with every datagram. */
  #onLoad({ nodeId, load, atMs }: LoadReport): void {
    this.#workers.get(nodeId)?.report(load, atMs);
  }

  /** All workers, while calls are made; and the time to let old reports count less. */
  #wantedLoads(now: number): readonly string[] {
    if (this.#isInUse) this.#usedAtMs = now;
    this.#isInUse = false;
    if (now - this.#usedAtMs > IN_USE_MS) return NO_IDS;
    const workers = this.#workers.ordered;
    let others = 0;
    let reported = 0;
    for (const { load } of workers) {
      others += load.others;
      reported += load.reported;
    }
    this.#assignments.setLimit(Math.max(workers.length, reported));
    for (const worker of workers) worker.age(now, others / workers.length);
    return workers.map(({ nodeId }) => nodeId);
  }

  #emit(events: readonly (WorkerEvent | undefined)[]): void {
    this.#listeners.emit(events.filter((event) => event !== undefined));
  }
}

/** The list itself when nothing is taken out of it, which is the usual case. */
function without(workers: readonly WorkerRecord[], exclude: readonly string[], avoid: ReadonlySet<string>): readonly WorkerRecord[] {
  if (exclude.length === 0 && avoid.size === 0) return workers;
  return workers.filter(({ nodeId }) => !exclude.includes(nodeId) && !avoid.has(nodeId));
}

/** For so long after a call loads are kept fresh. */
const IN_USE_MS = 10_000;

const ANY_TAGS: Tags = {};
const NO_IDS: readonly string[] = [];
const NO_ID_SET: ReadonlySet<string> = new Set();
