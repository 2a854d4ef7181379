import type { NodeInfo, NodeState, Tags } from '../../src/swim/node-info.ts';

/** A snapshot of a node in its first life. */
export function nodeInfo(nodeId: string, state: NodeState, tags: Tags = {}): NodeInfo {
  const address = `${nodeId}:1`;
  return {
    nodeId,
    epoch: 1,
    incarnation: 0,
    state,
    address,
    gossipAddress: address,
    tags,
    load: 0,
    loadAtMs: undefined,
    hasCurrentTags: true,
    lastContactMs: 0,
    isLocal: false,
  };
}
