import type { ClusterOptions } from '../../src/cluster/cluster-options.ts';
import { joinMethod } from '../../src/cluster/internal-methods.ts';
import { NO_SECURITY } from '../../src/cluster/security-state.ts';
import { RpcClient } from '../../src/rpc/rpc-client.ts';
import type { MemberRecord } from '../../src/swim/exchange.ts';
import { VirtualCluster, type VirtualNode } from './virtual-cluster.ts';

/** A virtual cluster of nodes `n0`, `n1` and so on that know each other; all but the first join through it. */
export async function startNodes(size: number, options: ClusterOptions = {}): Promise<{ virtual: VirtualCluster; nodes: VirtualNode[] }> {
  const virtual = new VirtualCluster();
  const nodes: VirtualNode[] = [];
  for (let i = 0; i < size; i++) nodes.push(await virtual.node(`n${i}`, { ...(i > 0 && { seeds: ['n0:1000'] }), ...options }));
  await virtual.pass(1_500);
  return { virtual, nodes };
}

/** Somebody with the certificate of a node, who is none. */
export function strangerAs(virtual: VirtualCluster, commonName: string, address: string): RpcClient {
  const transport = virtual.network.transport({ host: 'stranger', certificate: { commonName } });
  return new RpcClient(address, { transport, runtime: virtual.runtime });
}

/** What a stranger says of itself under this name. */
export function strangerRecord(nodeId: string): MemberRecord {
  return { nodeId, epoch: 1, incarnation: 0, state: 'alive', address: 'stranger:1', gossipAddress: 'stranger:2', tags: {} };
}

/** The names of the nodes that a node holds alive. */
export function aliveAt(node: VirtualNode): string[] {
  const alive = node.cluster.nodes().filter(({ state }) => state === 'alive');
  return alive.map(({ nodeId }) => nodeId).sort();
}

/** The ids of the valid gossip keys, the one that seals first. */
export function keyIdsAt(node: VirtualNode): readonly number[] {
  return node.cluster.security.status().keyIds;
}

export function at(nodes: readonly VirtualNode[], index: number): VirtualNode {
  return nodes[index] as VirtualNode;
}

/** What becomes of a join with the seed by somebody who shows a certificate and calls itself a name. */
export async function joinAs(
  virtual: VirtualCluster,
  who: { readonly commonName: string; readonly nodeId: string },
  seed: string,
): Promise<unknown> {
  const client = strangerAs(virtual, who.commonName, seed);
  const message = { clusterName: 'default', minVersion: 1, maxVersion: 1, self: strangerRecord(who.nodeId) };
  return client.unary(joinMethod, { message, security: NO_SECURITY }).finally(() => client.close());
}
