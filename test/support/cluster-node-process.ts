import { createInterface } from 'node:readline';
import type { ClusterOptions } from '../../src/cluster/cluster-options.ts';
import { Server } from '../../src/server.ts';
import type { MembershipEvent } from '../../src/swim/membership-event.ts';
import type { NodeInfo } from '../../src/swim/node-info.ts';
import type { SwimStats } from '../../src/swim/swim-options.ts';
import { scenarioInput } from './child-scenario.ts';

/** What a test hands to this script. */
export interface ClusterNodeInput {
  readonly transport: 'quic' | 'tls';
  /** Where the RPC server listens, with a port; gossip is bound beside it. */
  readonly address: string;
  readonly identity: { readonly cert: string; readonly key: string; readonly ca: string };
  readonly options: ClusterOptions;
}

/** What it can be asked for, a line of JSON each. */
export type ClusterNodeRequest = { readonly kind: 'report' } | { readonly kind: 'setTag'; readonly key: string; readonly value: string };

/** What it answers to each of them, a line of JSON. */
export interface ClusterNodeReport {
  readonly nodes: readonly NodeInfo[];
  /** Since it was started. */
  readonly events: readonly ToldEvent[];
  readonly stats: SwimStats;
}

/** An event without what tests do not look at. */
export interface ToldEvent {
  readonly kind: MembershipEvent['kind'];
  /** Of the node it is about, if it is about one. */
  readonly nodeId: string | undefined;
  readonly isMinority: boolean | undefined;
}

/** A process with one node of a cluster, until its standard input ends. It prints `"joined"` first. */
const { transport, address, identity, options } = scenarioInput() as ClusterNodeInput;

const server = new Server({ ...identity, transport });
await server.listen(address);
const cluster = await server.enableCluster(options);
const events: ToldEvent[] = [];
cluster.subscribe((event) => {
  events.push({
    kind: event.kind,
    nodeId: 'node' in event ? event.node.nodeId : undefined,
    isMinority: 'isMinority' in event ? event.isMinority : undefined,
  });
});
console.log(JSON.stringify('joined'));

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const request = JSON.parse(line) as ClusterNodeRequest;
    if (request.kind === 'setTag') cluster.setTag(request.key, request.value);
    const report: ClusterNodeReport = { nodes: cluster.nodes(), events, stats: cluster.stats() };
    console.log(JSON.stringify(report));
  })
  .on('close', () => void server.close({ graceMs: 0 }).then(() => process.exit()));
