import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClusterClient } from '../../../src/cluster/cluster-client.ts';
import { LoadFollowing } from '../../../src/cluster/load-following.ts';
import { WorkerRegistry } from '../../../src/cluster/worker-registry.ts';
import { VirtualCluster, type VirtualNode } from '../../support/virtual-cluster.ts';

/** Probes and heartbeats that bring no load in the time of a test, as between two nodes of a large cluster. */
const SELDOM = { probeIntervalMs: 600_000, heartbeatIntervalMs: 600_000 };

async function started(): Promise<{ virtual: VirtualCluster; director: VirtualNode; worker: VirtualNode }> {
  const virtual = new VirtualCluster();
  const director = await virtual.node('director', { membership: SELDOM, partition: { graceMs: 3_600_000 } });
  const worker = await virtual.node('worker', {
    seeds: ['director:1000'],
    tags: { role: 'worker' },
    membership: SELDOM,
    partition: { graceMs: 3_600_000 },
  });
  worker.server.registerRaw('W.slow', (request) => virtual.after(Number(String(request)), Buffer.alloc(0)));
  const other = await virtual.node('other', { seeds: ['director:1000'], membership: SELDOM, partition: { graceMs: 3_600_000 } });
  await virtual.pass(3000, 20);
  const stranger = new ClusterClient(new WorkerRegistry(other.cluster, 'random'));
  void Promise.all(Array.from({ length: 5 }, () => stranger.callWorker('W.slow', Buffer.from('20000'))));
  await virtual.pass(1000, 20);
  return { virtual, director, worker };
}

describe('the load of a worker that is seldom met', () => {
  it('is known two seconds after its registry is used for the first time, and as it was before while it is not', async () => {
    const { virtual, director } = await started();
    const registry = new WorkerRegistry(director.cluster);
    const load = (): number | undefined => registry.workers()[0]?.activeConnections;
    await virtual.pass(5000, 20);
    assert.equal(load(), 0);
    registry.selectWorker();
    await virtual.pass(2200, 20);
    assert.equal(load(), 5);
    const node = director.cluster.node('worker');
    assert.equal(node?.load, 5);
    assert.ok(virtual.clock.now() - (node?.loadAtMs ?? 0) <= 1200);
  });

  it('is asked for about once a second while calls are made, and not any more ten seconds later, or after close()', async () => {
    const { virtual, director } = await started();
    const pings = (): number => director.cluster.stats().counters.loadPingsSent;
    const registry = new WorkerRegistry(director.cluster);
    for (let second = 0; second < 20; second++) {
      registry.selectWorker();
      await virtual.pass(1000, 20);
    }
    assert.ok(pings() >= 15 && pings() <= 20, `${pings()} pings in 20 s`);
    await virtual.pass(12_000, 20);
    const then = pings();
    await virtual.pass(5000, 20);
    assert.equal(pings(), then);
    registry.selectWorker();
    registry.close();
    await virtual.pass(5000, 20);
    assert.equal(pings(), then);
  });

  it('is told to listeners, and one that throws disturbs nobody', async () => {
    const { virtual, director } = await started();
    const told: string[] = [];
    director.cluster.onLoad(() => {
      throw new Error('a listener’s fault');
    });
    const stop = director.cluster.onLoad(({ nodeId, load }) => told.push(`${nodeId} ${load}`));
    const stopFollowing = director.cluster.followLoads({ wantedLoads: () => ['worker'] });
    await virtual.pass(2200, 20);
    assert.deepEqual([...new Set(told)], ['worker 5']);
    stopFollowing();
    stop();
    told.length = 0;
    await virtual.pass(3000, 20);
    assert.deepEqual(told, []);
  });
});

describe('balancers of one process', () => {
  it('have the nodes of all followed, 256 of them at most, and the same ones each time', async () => {
    const virtual = new VirtualCluster(3);
    const followed: (readonly string[])[] = [];
    const following = new LoadFollowing(virtual.runtime, (nodeIds) => followed.push(nodeIds));
    const named = (prefix: string): string[] => Array.from({ length: 200 }, (_, i) => `${prefix}${i}`);
    const stop = following.add({ wantedLoads: () => ['w0', 'w1'] });
    const stops = [following.add({ wantedLoads: () => named('w') }), following.add({ wantedLoads: () => named('x') })];
    await virtual.pass(2100, 20);
    assert.deepEqual([followed.length, new Set(followed[0]).size], [2, 256]);
    assert.deepEqual(followed[0], followed[1]);
    for (const each of stops) each();
    await virtual.pass(1000, 20);
    assert.deepEqual(followed[2], ['w0', 'w1']);
    stop();
    await virtual.pass(5000, 20);
    assert.deepEqual(followed.slice(3), [[]]);
    following.close();
  });

  it('one of whom throws disturb no others', async () => {
    const virtual = new VirtualCluster(3);
    const followed: (readonly string[])[] = [];
    const following = new LoadFollowing(virtual.runtime, (nodeIds) => followed.push(nodeIds));
    following.add({
      wantedLoads: () => {
        throw new Error('a balancer’s fault');
      },
    });
    following.add({ wantedLoads: () => ['w0'] });
    await virtual.pass(2100, 20);
    assert.deepEqual(followed, [['w0'], ['w0']]);
    assert.match(virtual.logged.join(), /a balancer’s fault/);
    following.close();
  });

  it('that come after the end are not asked, and leave no timer', () => {
    const virtual = new VirtualCluster(3);
    const following = new LoadFollowing(virtual.runtime, () => assert.fail('followed after the end'));
    following.close();
    following.add({ wantedLoads: () => assert.fail('asked after the end') });
    assert.equal(virtual.clock.pending, 0);
    virtual.clock.advance(5000);
  });
});
