import { hasSameTags } from '../../swim/limits.ts';
import type { NodeInfo } from '../../swim/node-info.ts';
import type { SimulatedNode } from './simulated-node.ts';

/**
 * Tells whether all running nodes hold one view. Asked again and again while a simulation runs: what an observer holds is compared with the truth only
 * when one of the two has changed since the last time, and the observer that disagreed last is looked at first.
 */
export class OneView {
  #truthKey = '';
  #truth: ReadonlyMap<string, NodeInfo> = new Map();
  /** Observers that agreed with the present truth, and the revision of their view then. */
  readonly #agreed = new Map<SimulatedNode, number>();
  #dissenter: SimulatedNode | undefined;

  /** True when every one of these nodes sees all of them alive, in their present lives with their present tags, and nobody else alive or suspect. */
  isReached(running: readonly SimulatedNode[]): boolean {
    this.#learnTruth(running);
    const dissenter = this.#dissenter;
    if (dissenter !== undefined && running.includes(dissenter) && !this.#agrees(dissenter)) return false;
    this.#dissenter = running.find((observer) => !this.#agrees(observer));
    return this.#dissenter === undefined;
  }

  /** Lives begin, end and announce themselves anew; each of it makes another key. */
  #learnTruth(running: readonly SimulatedNode[]): void {
    let announcements = 0;
    let youngest = 0;
    for (const node of running) {
      announcements += node.announcements;
      youngest = Math.max(youngest, node.life);
    }
    const key = `${running.length} ${youngest} ${announcements}`;
    if (key === this.#truthKey) return;
    this.#truthKey = key;
    this.#truth = new Map(running.map(({ nodeId, swim }) => [nodeId, swim.node(nodeId) as NodeInfo]));
    this.#agreed.clear();
  }

  #agrees(observer: SimulatedNode): boolean {
    if (this.#agreed.get(observer) === observer.viewRevision) return true;
    const isAgreeing = this.#sees(observer.nodes());
    if (isAgreeing) this.#agreed.set(observer, observer.viewRevision);
    return isAgreeing;
  }

  #sees(nodes: readonly NodeInfo[]): boolean {
    let alive = 0;
    for (const node of nodes) {
      if (node.state === 'suspect') return false;
      if (node.state !== 'alive') continue;
      alive += 1;
      const truth = this.#truth.get(node.nodeId);
      if (truth === undefined || !isSame(node, truth)) return false;
    }
    return alive === this.#truth.size;
  }
}

function isSame(a: NodeInfo, b: NodeInfo): boolean {
  return (
    a.epoch === b.epoch &&
    a.incarnation === b.incarnation &&
    a.address === b.address &&
    a.gossipAddress === b.gossipAddress &&
    hasSameTags(a.tags, b.tags)
  );
}
