import type { MembershipEvent } from '../swim/membership-event.ts';
import type { NodeInfo } from '../swim/node-info.ts';
import { Listeners } from './listeners.ts';
import type { NodeSource } from './node-source.ts';
import { parseTagFilter, type TagFilterInput } from './tag-filter.ts';

/**
 * Every node this process knows of, whatever its state, kept up to date from the events of the membership.
 *
 * A failed or departed node stays until the membership has forgotten it. The last contact changes all the time without an event: it is as of the node's
 * last event, load or refresh.
 */
export class NodeRegistry {
  readonly #source: NodeSource;
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #listeners = new Listeners<MembershipEvent>();
  readonly #stops: readonly ((() => void) | undefined)[];

  constructor(source: NodeSource) {
    this.#source = source;
    this.#stops = [
      source.subscribe((event) => this.#onEvent(event), { coalesceMs: 0 }),
      source.onSilentChange?.(() => this.refresh()),
      source.onLoad?.(({ nodeId, load, atMs }) => this.#onLoad(nodeId, load, atMs)),
    ];
    this.refresh();
  }

  /** How many nodes are known, the failed and departed ones included. */
  get size(): number {
    return this.#nodes.size;
  }

  /** The node with this id. */
  node(nodeId: string): NodeInfo | undefined {
    return this.#nodes.get(nodeId);
  }

  /**
   * The nodes in any state whose tags match, in the order in which they became known.
   * @throws RpcError `INVALID_ARGUMENT` when the filter is wrong.
   */
  nodes(filter: TagFilterInput = {}): readonly NodeInfo[] {
    const parsed = parseTagFilter(filter);
    return [...this.#nodes.values()].filter((node) => parsed.matches(node.tags));
  }

  /**
   * Calls `listener` with every event once the registry has taken it in, so that `nodes()` agrees with it. What is returned stops it.
   * A listener that throws does not keep others from hearing; its error reaches whoever delivered the event.
   */
  subscribe(listener: (event: MembershipEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Takes over what the membership knows now: loads, last contacts, and which nodes it has forgotten. */
  refresh(): void {
    this.#reset(this.#source.nodes());
  }

  /** Stops following the membership; what is known stays readable. Idempotent. */
  close(): void {
    for (const stop of this.#stops) stop?.();
    this.#listeners.clear();
  }

  #onEvent(event: MembershipEvent): void {
    if ('nodes' in event) this.#reset(event.nodes);
    else if (event.kind === 'nodeReaped') this.#nodes.delete(event.node.nodeId);
    else if ('node' in event) this.#nodes.set(event.node.nodeId, event.node);
    this.#listeners.emit([event]);
  }

  #onLoad(nodeId: string, load: number, loadAtMs: number): void {
    const node = this.#nodes.get(nodeId);
    if (node !== undefined) this.#nodes.set(nodeId, { ...node, load, loadAtMs });
  }

  #reset(nodes: readonly NodeInfo[]): void {
    const present = new Set<string>();
    for (const node of nodes) {
      present.add(node.nodeId);
      this.#nodes.set(node.nodeId, node);
    }
    for (const nodeId of this.#nodes.keys()) {
      if (!present.has(nodeId)) this.#nodes.delete(nodeId);
    }
  }
}
