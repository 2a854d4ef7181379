import type { NodeInfo } from '../../src/swim/node-info.ts';

/**
 * What a node takes to be in the cluster, as a short text: equal for two nodes that see the same lives at the same addresses. Undefined while it suspects
 * anybody or does not see `expected` nodes alive, itself included.
 */
export function viewDigest(nodes: readonly NodeInfo[], expected: number): string | undefined {
  let alive = 0;
  let sum = 0;
  let mixed = 0;
  for (const node of nodes) {
    if (node.state === 'suspect') return undefined;
    if (node.state !== 'alive') continue;
    alive += 1;
    const hash = hashText(`${node.nodeId} ${node.epoch} ${node.address} ${node.gossipAddress}`);
    // Two sums, because the order in which nodes are listed differs: what one cannot tell apart the other does.
    sum = (sum + hash) >>> 0;
    mixed = (mixed + Math.imul(hash ^ (hash >>> 15), 0x85eb_ca6b)) >>> 0;
  }
  return alive === expected ? `${alive}-${sum.toString(16)}-${mixed.toString(16)}` : undefined;
}

/** FNV-1a. */
function hashText(text: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  return hash >>> 0;
}
