import type { NodeInfo } from '../../swim/node-info.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** True when every one of these nodes sees all of them alive, in their present lives with their present tags, and nobody else alive or suspect. */
export function isOneView(running: readonly SimulatedNode[]): boolean {
  const truth = new Map(running.map(({ nodeId, swim }) => [nodeId, fingerprint(swim.node(nodeId) as NodeInfo)]));
  return running.every((observer) => {
    const { alive, suspect } = observer.swim.stats();
    if (alive !== running.length || suspect !== 0) return false;
    return observer.nodes().every((node) => node.state !== 'alive' || truth.get(node.nodeId) === fingerprint(node));
  });
}

function fingerprint(node: NodeInfo): string {
  return `${node.epoch} ${node.incarnation} ${node.address} ${node.gossipAddress} ${JSON.stringify(Object.entries(node.tags).sort())}`;
}
