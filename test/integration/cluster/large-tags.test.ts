import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from '../../../src/client.ts';
import { tagsMethod } from '../../../src/cluster/internal-methods.ts';
import { WorkerRegistry } from '../../../src/cluster/worker-registry.ts';
import type { MembershipEvent } from '../../../src/swim/membership-event.ts';
import { ClusterNodes, createTrust, eventually, type Trust } from '../../support/cluster-nodes.ts';

let trust: Trust;
let nodes: ClusterNodes;

before(async () => {
  trust = await createTrust();
  nodes = new ClusterNodes(trust);
});
after(() => nodes.close());

function large(version: string): Record<string, string> {
  return { role: 'worker', version, text: 'x'.repeat(15_000) };
}

describe('large tags over real sockets', () => {
  it('join with their node, change, are chosen by, and are refused at once above 16 KiB', async () => {
    const a = await nodes.node('a');
    const registry = new WorkerRegistry(a.cluster);
    const told: MembershipEvent[] = [];
    a.cluster.subscribe((event) => told.push(event));
    const b = await nodes.node('b', { seeds: [a.address], tags: large('1') });
    const c = await nodes.node('c', { seeds: [a.address] });
    const versions = (): (string | undefined)[] => [a, b, c].map(({ cluster }) => cluster.node('b')?.tags.version);
    await eventually('the tags at join', () => versions().join() === '1,1,1');
    assert.equal(registry.selectWorker('version=1').nodeId, 'b');
    assert.equal(told.find((event) => 'node' in event && event.node.nodeId === 'b')?.kind, 'nodeJoined');

    b.cluster.updateTags({ version: '2', text: 'y'.repeat(15_500) });
    await eventually('the new tags', () => versions().join() === '2,2,2');
    await eventually('the worker with them', () => registry.workers('version=2').length === 1);
    assert.equal(c.cluster.node('b')?.tags.text, 'y'.repeat(15_500));

    assert.throws(() => b.cluster.setTag('more', 'z'.repeat(1000)), { code: 'INVALID_ARGUMENT', message: /at most 16384 bytes in all/ });
    assert.equal(b.cluster.getTag('more'), undefined);
    for (const { event, node } of told.flatMap((each) => ('node' in each ? [{ event: each.kind, node: each.node }] : []))) {
      assert.ok(node.hasCurrentTags, `${event} of ${node.nodeId} came without its tags`);
    }
    registry.close();
  });

  it('are given to nobody without a verified certificate', async () => {
    const d = await nodes.node('d', { tags: large('secret') });
    const stranger = new Client(d.address, { ca: trust.ca, defaultTimeoutMs: 5000 });
    await assert.rejects(stranger.unary(tagsMethod, { clusterName: 'default', wanted: [] }), { code: 'PERMISSION_DENIED' });
    await stranger.close();
  });
});
