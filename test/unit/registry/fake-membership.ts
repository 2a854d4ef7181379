import type { NodeSource } from '../../../src/registry/node-source.ts';
import type { MembershipEvent } from '../../../src/swim/membership-event.ts';
import type { NodeInfo, Tags } from '../../../src/swim/node-info.ts';

/** A node with everything that a test does not care about filled in: an alive worker. */
export function node(nodeId: string, overrides: Partial<NodeInfo> = {}): NodeInfo {
  return {
    nodeId,
    epoch: 1,
    incarnation: 0,
    state: 'alive',
    address: `${nodeId}.test:62001`,
    gossipAddress: `${nodeId}.test:62002`,
    tags: { role: 'worker' },
    hasCurrentTags: true,
    load: 0,
    loadAtMs: undefined,
    lastContactMs: undefined,
    isLocal: false,
    ...overrides,
  };
}

/** A membership that a test moves by hand. */
export class FakeMembership implements NodeSource {
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #listeners = new Set<(event: MembershipEvent) => void>();

  constructor(...nodes: readonly NodeInfo[]) {
    for (const each of nodes) this.#nodes.set(each.nodeId, each);
  }

  get subscribers(): number {
    return this.#listeners.size;
  }

  nodes(): readonly NodeInfo[] {
    return [...this.#nodes.values()];
  }

  subscribe(listener: (event: MembershipEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(event: MembershipEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Changes a node without an event, as loads and last contacts do. */
  set(changed: NodeInfo): void {
    this.#nodes.set(changed.nodeId, changed);
  }

  join(joined: NodeInfo): void {
    this.set(joined);
    this.tell({ kind: 'nodeJoined', node: joined });
  }

  leave(nodeId: string): void {
    this.tell({ kind: 'nodeLeft', node: this.#change(nodeId, { state: 'left' }) });
  }

  fail(nodeId: string): void {
    this.tell({ kind: 'nodeFailed', node: this.#change(nodeId, { state: 'failed' }) });
  }

  suspect(nodeId: string): void {
    this.tell({ kind: 'nodeSuspect', node: this.#change(nodeId, { state: 'suspect' }), phi: undefined });
  }

  recover(nodeId: string): void {
    const previousState = this.#known(nodeId).state === 'failed' ? 'failed' : 'suspect';
    this.tell({ kind: 'nodeRecovered', node: this.#change(nodeId, { state: 'alive' }), previousState });
  }

  restart(nodeId: string, overrides: Partial<NodeInfo> = {}): void {
    const previous = this.#known(nodeId);
    this.tell({ kind: 'nodeRestarted', node: this.#change(nodeId, { state: 'alive', epoch: previous.epoch + 1, ...overrides }), previous });
  }

  retag(nodeId: string, tags: Tags): void {
    const previousTags = this.#known(nodeId).tags;
    this.tell({ kind: 'nodeTagsUpdated', node: this.#change(nodeId, { tags }), previousTags });
  }

  /** Lets the subscribers miss everything up to this state. */
  drop(...nodes: readonly NodeInfo[]): void {
    this.#nodes.clear();
    for (const each of nodes) this.set(each);
    this.tell({ kind: 'eventsDropped', count: 7, nodes });
  }

  /** Forgets a node, as happens to failed ones in the end. */
  reap(nodeId: string): void {
    this.tell({ kind: 'nodeReaped', node: this.#known(nodeId) });
    this.#nodes.delete(nodeId);
  }

  /** Forgets a node without an event. */
  forget(nodeId: string): void {
    this.#nodes.delete(nodeId);
  }

  #known(nodeId: string): NodeInfo {
    const known = this.#nodes.get(nodeId);
    if (!known) throw new Error(`The test knows no node ${nodeId}`);
    return known;
  }

  #change(nodeId: string, overrides: Partial<NodeInfo>): NodeInfo {
    const changed = { ...this.#known(nodeId), ...overrides };
    this.set(changed);
    return changed;
  }
}
