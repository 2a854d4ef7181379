import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SwimSettingsOptions } from '../../../src/swim/settings.ts';
import { type Marks, NamespaceCluster } from '../../support/namespace-cluster.ts';
import { whyNoNamespaces } from '../../support/namespace-network.ts';

/** `npm run test:netns` runs the same with the defaults of real clusters. */
const isLong = process.env.RPCNET_NETNS === 'long';
const QUICK: SwimSettingsOptions = {
  profile: 'local',
  probeIntervalMs: 500,
  suspicionTimeoutMs: 2000,
  // A node on its own has nobody to confirm what it suspects, and takes the fault to be its own: with the defaults it would need half a minute to find all others failed.
  suspicionMaxMult: 2,
  localHealthMax: 2,
  reconnectIntervalMs: 1000,
  seedRejoinIntervalMs: 2000,
  aloneRejoinMs: 1000,
};
const OPTIONS = {
  size: isLong ? 7 : 5,
  membership: isLong ? { profile: 'lan' as const } : QUICK,
  partitionGraceMs: isLong ? 10_000 : 2_000,
  patienceMs: isLong ? 180_000 : 30_000,
};
/** Longer than any suspicion: whoever is still alive then was not accused. */
const WATCH_MS = isLong ? 45_000 : 5_000;
const reason = whyNoNamespaces();
const skip = reason === undefined ? false : `not possible here: ${reason}`;

describe('nodes in network namespaces', { skip, concurrency: true }, () => {
  describe('on QUIC', { concurrency: false }, () => {
    let cluster: NamespaceCluster;
    before(async () => {
      cluster = await NamespaceCluster.start({ ...OPTIONS, transport: 'quic' });
    });
    after(() => cluster?.close());

    it('find each other and see the tags of all', async () => {
      await cluster.oneView('all see all');
      for (const { nodes } of await cluster.reports())
        for (const { nodeId, tags } of nodes) assert.equal(tags.host, cluster.network.ip(Number(nodeId.slice('node-'.length))));
      await cluster.report(4, { kind: 'setTag', key: 'zone', value: 'eu' });
      await cluster.eventually('the new tag is seen by all', async () => {
        const seen = (await cluster.reports()).map(({ nodes }) => nodes.find(({ nodeId }) => nodeId === 'node-4')?.tags.zone);
        return seen.every((zone) => zone === 'eu') ? undefined : seen.join();
      });
    });

    it('find a node failed whose cable is out, and take it in again', async () => {
      await sleep(2 * OPTIONS.partitionGraceMs);
      const marks = await cluster.marks();
      cluster.network.setLink(4, false);
      await cluster.told('the others find it failed', { nodes: cluster.others(4), marks, event: { kind: 'nodeFailed', nodeId: 'node-4' } });
      const lost = { nodes: [4], marks, event: { kind: 'partitionDetected', isMinority: true } } as const;
      await cluster.told('it finds itself cut off', lost);
      assert.deepEqual(await failedSince(cluster, marks, cluster.others(4)), ['node-4'], 'nobody else was accused');
      cluster.network.setLink(4, true);
      await cluster.oneView('all see all again');
      await cluster.told('the others see it again', {
        nodes: cluster.others(4),
        marks,
        event: { kind: 'nodeRecovered', nodeId: 'node-4' },
      });
      await cluster.told('it sees more again', { nodes: [4], marks, event: { kind: 'partitionHealed' } });
    });

    it('find a node failed that hears everything and is heard by nobody, and nobody else', async () => {
      const marks = await cluster.marks();
      for (const other of cluster.others(3)) cluster.network.cutOneWay(3, other);
      await cluster.told('the others find it failed', { nodes: cluster.others(3), marks, event: { kind: 'nodeFailed', nodeId: 'node-3' } });
      assert.deepEqual(await failedSince(cluster, marks, cluster.others(3)), ['node-3']);
      for (const other of cluster.others(3)) cluster.network.mendOneWay(3, other);
      await cluster.oneView('all see all again');
    });
  });

  describe('on TLS', { concurrency: false }, () => {
    let cluster: NamespaceCluster;
    before(async () => {
      cluster = await NamespaceCluster.start({ ...OPTIONS, transport: 'tls' });
    });
    after(() => cluster?.close());

    it('accuse nobody when one direction between two of them is cut: others ask for them', async () => {
      await cluster.oneView('all see all');
      const marks = await cluster.marks();
      cluster.network.cutOneWay(1, 4);
      await sleep(WATCH_MS);
      cluster.network.mendOneWay(1, 4);
      assert.deepEqual(await failedSince(cluster, marks, cluster.all), []);
      assert.ok((await savedProbes(cluster)) > 0, 'probes failed and were saved');
    });

    it('keep a node that no UDP leaves: it answers over the RPC server', async () => {
      await cluster.oneView('all see all');
      const marks = await cluster.marks();
      const savedBefore = await savedProbes(cluster);
      cluster.network.setUdp(2, false);
      await sleep(WATCH_MS);
      assert.deepEqual(await failedSince(cluster, marks, cluster.all), []);
      assert.ok((await savedProbes(cluster)) > savedBefore, 'probes failed and were saved');
      cluster.network.setUdp(2, true);
      await cluster.oneView('all see all as alive');
    });

    it('go on in two parts when they are split, and come together again', async () => {
      const large = cluster.others(3, 4);
      await sleep(2 * OPTIONS.partitionGraceMs);
      const marks = await cluster.marks();
      cluster.network.setSplit([3, 4], large, true);
      await cluster.oneView('the larger part is a view', large);
      await cluster.oneView('the smaller part is a view', [3, 4]);
      const lost = { nodes: [3, 4], marks, event: { kind: 'partitionDetected', isMinority: true } } as const;
      await cluster.told('the smaller part knows that it is the smaller', lost);
      cluster.network.setSplit([3, 4], large, false);
      await cluster.oneView('all see all again');
      await cluster.told('the smaller part is healed', { nodes: [3, 4], marks, event: { kind: 'partitionHealed' } });
      for (const node of large)
        for (const nodeId of ['node-3', 'node-4'])
          await cluster.told('the larger part has them back', { nodes: [node], marks, event: { kind: 'nodeRecovered', nodeId } });
    });
  });
});

/** Who was called failed by these nodes, each once. */
async function failedSince(cluster: NamespaceCluster, marks: Marks, nodes: readonly number[]): Promise<string[]> {
  const failed = new Set<string>();
  for (const node of nodes)
    for (const { kind, nodeId } of await cluster.eventsSince(marks, node))
      if (kind === 'nodeFailed' && nodeId !== undefined) failed.add(nodeId);
  return [...failed].sort();
}

/** Probes that only relays or the RPC server answered. */
async function savedProbes(cluster: NamespaceCluster): Promise<number> {
  return (await cluster.reports()).reduce((sum, { stats }) => sum + stats.counters.probesSavedIndirectly, 0);
}
