import { hasSameTags } from '../swim/limits.ts';
import type { NodeInfo, Tags } from '../swim/node-info.ts';
import type { Candidate } from './strategy.ts';

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
  /** Own calls in flight on it plus the load it reported. */
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
  activeConnections: number;

  constructor(node: NodeInfo, ownCalls: number) {
    this.nodeId = node.nodeId;
    this.epoch = node.epoch;
    this.label = node.tags.label || node.nodeId;
    this.address = node.address;
    this.tags = node.tags;
    this.health = healthOf(node);
    this.activeConnections = node.load + ownCalls;
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
