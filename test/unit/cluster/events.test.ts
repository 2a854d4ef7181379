import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClusterEvent } from '../../../src/cluster/cluster-event.ts';
import { WorkerRegistry } from '../../../src/cluster/worker-registry.ts';
import { VirtualCluster } from '../../support/virtual-cluster.ts';

describe('the events of a cluster', () => {
  it('begin with a snapshot of all nodes for an iterator, and go on from its version', async () => {
    const virtual = new VirtualCluster();
    const a = await virtual.node('a');
    await virtual.node('b', { seeds: ['a:1000'] });
    await virtual.pass(500);
    const events = a.cluster.events();
    await virtual.node('c', { seeds: ['a:1000'], tags: { zone: 'eu' } });
    const snapshot = (await events.next()).value as ClusterEvent;
    assert.ok(snapshot.kind === 'snapshot');
    assert.deepEqual(
      snapshot.nodes.map((node) => node.nodeId),
      ['a', 'b'],
    );
    const joined = (await events.next()).value as ClusterEvent;
    assert.ok(joined.kind === 'nodeJoined' && joined.node.nodeId === 'c' && joined.version > snapshot.version);
    const end = virtual.until(a.cluster.leave());
    while (!(await events.next()).done);
    await end;
  });

  it('that nobody reads keep no timer of the membership waiting and take no more room than was asked for', async () => {
    const virtual = new VirtualCluster();
    const a = await virtual.node('a');
    const unread = a.cluster.events({ capacity: 5 });
    const b = await virtual.node('b', { seeds: ['a:1000'] });
    for (let i = 0; i < 50; i++) {
      b.cluster.setTag('round', String(i));
      await virtual.pass(400, 20);
    }
    await virtual.until(b.cluster.close());
    await virtual.pass(10_000, 20);
    assert.equal(a.cluster.node('b')?.state, 'failed');
    const first = (await unread.next()).value as ClusterEvent;
    assert.ok(first.kind === 'eventsDropped' && first.count > 40, `${first.kind}`);
    assert.deepEqual(
      first.nodes.map((node) => `${node.nodeId} ${node.state} ${node.tags.round ?? ''}`),
      ['a alive ', 'b failed 49'],
    );
    a.cluster.setTag('own', 'x');
    await virtual.node('c', { seeds: ['a:1000'] });
    const next = (await unread.next()).value as ClusterEvent;
    assert.ok(next.kind === 'nodeJoined' && next.node.nodeId === 'c' && next.version > first.version);
  });

  it('are collected for the application and not for its registries', async () => {
    const virtual = new VirtualCluster();
    const a = await virtual.node('a', { eventCoalesceMs: 2000 });
    const b = await virtual.node('b', { seeds: ['a:1000'], tags: { role: 'worker', zone: 'eu' } });
    await virtual.pass(3000, 20);
    const registry = new WorkerRegistry(a.cluster);
    const collected: ClusterEvent[] = [];
    const atOnce: ClusterEvent[] = [];
    a.cluster.subscribe((event) => collected.push(event));
    a.cluster.subscribe((event) => atOnce.push(event), { coalesceMs: 0 });
    for (const zone of ['us', 'asia', 'africa']) {
      b.cluster.setTag('zone', zone);
      await virtual.pass(400);
      assert.equal(registry.workers('zone=eu').length, 0);
      assert.equal(registry.workers(`zone=${zone}`).length, 1);
    }
    assert.equal(collected.length, 0);
    assert.equal(atOnce.length, 3);
    await virtual.pass(2000, 20);
    assert.equal(collected.length, 1);
    const [event] = collected;
    assert.ok(event?.kind === 'nodeTagsUpdated' && event.previousTags.zone === 'eu' && event.node.tags.zone === 'africa');
    assert.equal(event.version, atOnce.at(-1)?.version);
  });

  it('tell the owner of a name and the seed that another process wants it, and its join fails with both addresses', async () => {
    const virtual = new VirtualCluster();
    const a = await virtual.node('a');
    const b = await virtual.node('b', { seeds: ['a:1000'] });
    await virtual.pass(500);
    const told: string[] = [];
    for (const { nodeId, cluster } of [a, b]) {
      cluster.subscribe((event) => {
        if (event.kind === 'nameConflict')
          told.push(`${nodeId}: ${event.ownerAddress} keeps, not ${event.rivalAddress}, ${event.hasStopped}`);
      });
    }
    await assert.rejects(virtual.node('c', { nodeId: 'b', seeds: ['a:1000'] }), {
      code: 'ALREADY_EXISTS',
      message: /"b" answers at b:1000: give the node at c:1000 another nodeId/,
      details: { reason: 'nameConflict', ownerAddress: 'b:1000' },
    });
    await virtual.pass(500);
    assert.deepEqual(told, ['a: b:1000 keeps, not c:1000, false', 'b: b:1000 keeps, not c:1000, false']);
  });
});

describe('a cluster with as many nodes as it may have', () => {
  it('refuses one more at once, and says what to do', async () => {
    const virtual = new VirtualCluster();
    const membership = { maxMembers: 2 };
    await virtual.node('a', { membership });
    await virtual.node('b', { membership, seeds: ['a:1000'] });
    await virtual.pass(500);
    const start = virtual.clock.now();
    await assert.rejects(virtual.node('c', { membership, seeds: ['a:1000', 'b:1000'] }), {
      code: 'RESOURCE_EXHAUSTED',
      message: /has 2 members and takes no more: raise maxMembers on all nodes/,
    });
    assert.ok(virtual.clock.now() - start < 2000);
  });

  it('logs once a minute that it takes no more in', async () => {
    const virtual = new VirtualCluster();
    const small = await virtual.node('a', { membership: { maxMembers: 2 } });
    await virtual.node('b', { seeds: ['a:1000'] });
    for (const nodeId of ['c', 'd', 'e']) await virtual.node(nodeId, { seeds: ['b:1000'] });
    await virtual.pass(5000, 20);
    assert.equal(small.cluster.nodes().length, 2);
    assert.ok((small.cluster.stats().counters.dropped.membersFull ?? 0) >= 3);
    assert.equal(virtual.logged.filter((line) => line.includes('maxMembers')).length, 1);
  });
});

describe('options that do not fit each other', () => {
  for (const [options, message] of [
    [{ partition: { graceMs: 10 } }, /partition.graceMs to be at least 4000/],
    [{ phi: { acceptablePauseMs: 0 } }, /phi.acceptablePauseMs to be at least 500/],
    [{ eventCoalesceMs: -1 }, /eventCoalesceMs to be a number of at least 0/],
    [{ joinTimeoutMs: 400 }, /joinTimeoutMs to be above probeTimeoutMs \(500\)/],
    [{ membership: { leaveLingerMs: 1 } }, /leaveLingerMs to be 0 or at least/],
  ] as const) {
    it(`are refused before anything is bound: ${message.source}`, async () => {
      const virtual = new VirtualCluster();
      await assert.rejects(virtual.node('a', options), { code: 'INVALID_ARGUMENT', message });
    });
  }
});
