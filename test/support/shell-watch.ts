import type { MembershipEvent } from '../../src/swim/membership-event.ts';
import type { NodeInfo } from '../../src/swim/node-info.ts';
import { compareVersions, isActive, STATE_RANK } from '../../src/swim/precedence.ts';
import { EventOrder } from '../../src/testing/simulation/event-order.ts';
import { InvariantError } from '../../src/testing/simulation/invariant-error.ts';
import type { VirtualNode } from './virtual-cluster.ts';

/**
 * The simulation's rules for nodes with the real shell, of which only events and views can be seen. Of the rules that need every single step
 * (`illegalPair`, `nothingUnreported`) the order of the events is what remains.
 */
export class ShellWatch {
  readonly #observers = new Map<VirtualNode, Map<string, NodeInfo>>();
  readonly #meanings = new Map<string, string>();
  readonly #names = new Set<string>();
  readonly #broken: InvariantError[] = [];

  /** Looks at a node from now on. */
  add(node: VirtualNode): void {
    this.#names.add(node.nodeId);
    this.#observers.set(node, new Map());
    const order = new EventOrder();
    for (const event of node.cluster.nodes().flatMap(toldBefore)) order.hear(node.nodeId, event);
    node.cluster.subscribe((event) => this.#hear(node, order, event));
  }

  /** Ends looking at a node: it crashed or leaves. */
  remove(node: VirtualNode): void {
    this.#observers.delete(node);
  }

  /** @throws InvariantError when a node holds what it should not, or told events in an impossible order. */
  check(): void {
    const [broken] = this.#broken;
    if (broken !== undefined) throw broken;
    for (const [node, held] of this.#observers) {
      const shown = node.cluster.nodes();
      for (const subject of shown) this.#checkSubject(node.nodeId, held.get(subject.nodeId), subject);
      held.clear();
      for (const subject of shown) held.set(subject.nodeId, subject);
      const { remembered, newsWaiting } = node.cluster.stats();
      if (remembered >= this.#names.size + 1 || newsWaiting > 3 * (remembered + 1)) {
        throw new InvariantError('bounded', `${node.nodeId} holds ${remembered} members and ${newsWaiting} pieces of news`);
      }
    }
  }

  /** A listener's error would only be logged. */
  #hear(node: VirtualNode, order: EventOrder, event: MembershipEvent): void {
    if (!this.#observers.has(node)) return;
    try {
      order.hear(node.nodeId, event);
    } catch (error) {
      this.#broken.push(error as InvariantError);
    }
  }

  #checkSubject(observer: string, before: NodeInfo | undefined, after: NodeInfo): void {
    const text = `${observer} went from ${before ? describe(before) : 'nothing'} to ${describe(after)}`;
    if (after.isLocal && after.state !== 'alive') throw new InvariantError('selfIsAlive', text);
    if (before !== undefined) {
      const order = compareVersions(after, before);
      if (!isActive(before.state) && isActive(after.state) && order <= 0) throw new InvariantError('noResurrection', text);
      const isWeaker = STATE_RANK[after.state] < STATE_RANK[before.state];
      if (order < 0 || (order === 0 && isWeaker)) throw new InvariantError('monotoneVersion', text);
    }
    if (after.state === 'alive') this.#checkMeaning(observer, after);
  }

  #checkMeaning(observer: string, node: NodeInfo): void {
    const version = `${node.nodeId} ${node.epoch}.${node.incarnation}`;
    const meaning = JSON.stringify([node.address, node.gossipAddress, Object.entries(node.tags).sort()]);
    const known = this.#meanings.get(version) ?? meaning;
    this.#meanings.set(version, known);
    if (known !== meaning) throw new InvariantError('oneMeaning', `${observer} shows ${version} as ${meaning}, others as ${known}`);
  }
}

/** What subscribers were told of a node before anybody listened. */
function toldBefore(node: NodeInfo): MembershipEvent[] {
  if (node.isLocal) return [];
  const joined = { kind: 'nodeJoined', node } as const;
  if (node.state === 'alive') return [joined];
  if (node.state === 'left') return [joined, { kind: 'nodeLeft', node }];
  const suspected = [joined, { kind: 'nodeSuspect', node, phi: undefined }] as const;
  return node.state === 'suspect' ? [...suspected] : [...suspected, { kind: 'nodeFailed', node }];
}

function describe({ nodeId, state, epoch, incarnation }: NodeInfo): string {
  return `${nodeId} ${state} at ${epoch}.${incarnation}`;
}
