import { invalidArgument } from '../errors/expect.ts';
import type { ScheduledTask } from '../ports/clock.ts';
import type { LoadBalancer, LoadReport } from '../registry/node-source.ts';
import type { Runtime } from '../rpc/runtime.ts';
import { MAX_FOLLOWED } from '../swim/load-follower.ts';
import { callListener } from './call-listener.ts';

/** Tells of the loads of nodes, and keeps those fresh that somebody balances over: asks every balancer once a second whose loads it needs. */
export class LoadFollowing {
  readonly #runtime: Runtime;
  readonly #follow: (nodeIds: readonly string[]) => void;
  readonly #listeners = new Set<(report: LoadReport) => void>();
  readonly #balancers = new Set<LoadBalancer>();
  /** Where in a list that is too long this process begins: others begin elsewhere. */
  readonly #offset: number;
  #isFollowing = false;
  #isClosed = false;
  #timer: ScheduledTask | undefined;

  /** `follow` is called with the nodes that are to be followed, and no others. */
  constructor(runtime: Runtime, follow: (nodeIds: readonly string[]) => void) {
    this.#runtime = runtime;
    this.#follow = follow;
    this.#offset = runtime.random.next();
  }

  /** Calls `listener` with every report. What is returned stops it. */
  listen(listener: (report: LoadReport) => void): () => void {
    if (typeof listener !== 'function') throw invalidArgument('listener', 'a function that takes the load of a node', listener);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Asks `balancer` from now on. What is returned stops it. */
  add(balancer: LoadBalancer): () => void {
    if (typeof balancer?.wantedLoads !== 'function')
      throw invalidArgument('balancer', 'an object with a function wantedLoads(now) that lists node ids', balancer);
    this.#balancers.add(balancer);
    this.#schedule();
    return () => {
      this.#balancers.delete(balancer);
    };
  }

  note(report: LoadReport): void {
    for (const listener of this.#listeners) callListener(this.#runtime.logger, 'load', () => listener(report));
  }

  /** Stops; nobody is asked or told any more. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#balancers.clear();
    this.#listeners.clear();
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#timer ??= this.#runtime.clock.schedule(EVERY_MS, () => this.#ask(), { unref: true });
  }

  #ask(): void {
    this.#timer = undefined;
    const wanted = new Set<string>();
    const now = this.#runtime.clock.now();
    for (const balancer of this.#balancers)
      callListener(this.#runtime.logger, 'load', () => {
        for (const nodeId of balancer.wantedLoads(now)) wanted.add(nodeId);
      });
    // Nothing to follow is said once.
    if (wanted.size > 0 || this.#isFollowing) this.#follow(this.#some([...wanted]));
    this.#isFollowing = wanted.size > 0;
    if (this.#balancers.size > 0 || this.#isFollowing) this.#schedule();
  }

  #some(nodeIds: string[]): readonly string[] {
    if (nodeIds.length <= MAX_FOLLOWED) return nodeIds;
    const first = Math.floor(this.#offset * nodeIds.length);
    return [...nodeIds.slice(first), ...nodeIds.slice(0, first)].slice(0, MAX_FOLLOWED);
  }
}

const EVERY_MS = 1_000;
