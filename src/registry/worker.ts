import { hasSameTags } from '../swim/limits.ts';
import type { NodeInfo, Tags } from '../swim/node-info.ts';
import type { Candidate } from './strategy.ts';
import type { WorkerLoad } from './worker-load.ts';

/** A node that takes calls. */
export interface Worker extends Candidate {
  readonly nodeId: string;
  /** Its life: a higher epoch at the same node id is a process that was started again. */
  readonly epoch: number;
  /** The tag `label`, or the node id without one: for people. */
  readonly label: string;
  /** `host:port` of its RPC server. */
  readonly address: string;
  readonly tags: Tags;
  /** Own calls in flight on it, and those of others as it reported them last. */
  readonly activeConnections: number;
  /** `suspect` when it failed a probe and has not answered yet: it gets calls only when no healthy worker matches. */
  readonly health: 'healthy' | 'suspect';
}

/** What changed in the set of workers. */
export type WorkerEvent =
  | { readonly kind: 'workerJoined'; readonly worker: Worker }
  /** It said goodbye (`left`), its tags no longer make it a worker (`retagged`), or the cluster no longer knows it (`forgotten`). */
  | { readonly kind: 'workerLeft'; readonly worker: Worker; readonly reason: 'left' | 'retagged' | 'forgotten' }
  /** The cluster holds it for dead. */
  | { readonly kind: 'workerFailed'; readonly worker: Worker }
  /** Health, tags, address or life changed. Loads change without an event. */
  | { readonly kind: 'workerUpdated'; readonly worker: Worker; readonly previous: Worker };

/** A worker as the registry keeps it; a new one replaces it when anything but the load changes. */
export class WorkerRecord implements Worker {
  readonly nodeId: string;
  readonly epoch: number;
  readonly label: string;
  readonly address: string;
  readonly tags: Tags;
  readonly health: 'healthy' | 'suspect';
  activeConnections = 0;
  cost = 0;
  readonly #load: WorkerLoad;

  /** `load` goes from record to record for as long as the worker lives. */
  constructor(node: NodeInfo, load: WorkerLoad) {
    this.nodeId = node.nodeId;
    this.epoch = node.epoch;
    this.label = node.tags.label || node.nodeId;
    this.address = node.address;
    this.tags = node.tags;
    this.health = healthOf(node);
    this.#load = load;
    this.report(node.load, node.loadAtMs);
  }

  get load(): WorkerLoad {
    return this.#load;
  }

  /** It reported its load. */
  report(load: number, atMs: number | undefined): void {
    this.#load.report(load, atMs);
    this.#show();
  }

  /** An own call on it began or ended. */
  addOwn(change: 1 | -1): void {
    this.#load.addOwn(change);
    this.#show();
  }

  /** It was chosen, or that counts no more. */
  addAssigned(change: 1 | -1): void {
    this.#load.addAssigned(change);
    this.#show();
  }

  /** See {@link WorkerLoad.age}. */
  age(now: number, averageOthers: number): void {
    this.#load.age(now, averageOthers);
    this.#show();
  }

  #show(): void {
    this.activeConnections = this.#load.calls;
    this.cost = this.#load.cost;
  }

  /** Whether a record of `node` would say the same, the load aside. */
  describes(node: NodeInfo): boolean {
    return (
      this.epoch === node.epoch && this.health === healthOf(node) && this.address === node.address && hasSameTags(this.tags, node.tags)
    );
  }
}

function healthOf(node: NodeInfo): 'healthy' | 'suspect' {
  return node.state === 'alive' ? 'healthy' : 'suspect';
}
