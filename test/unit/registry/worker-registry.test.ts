import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { node } from './fake-membership.ts';
import { refusal, setUp } from './worker-registry-setup.ts';

describe('worker registry: who is a worker', () => {
  it('has the alive and suspect nodes with the tag role=worker, in order of their ids', () => {
    const { registry, ids } = setUp([
      node('d'),
      node('c', { state: 'suspect' }),
      node('b', { state: 'failed' }),
      node('a', { state: 'left' }),
      node('director', { tags: { role: 'director' } }),
      node('bare', { tags: {} }),
    ]);
    assert.deepEqual(ids(), ['c', 'd']);
    assert.equal(registry.workerCount(), 2);
  });

  it('shows label, address, tags, load, health and life of each', () => {
    const { registry } = setUp([
      node('a', { tags: { role: 'worker', label: 'worker-1' }, load: 3, epoch: 9 }),
      node('b', { state: 'suspect' }),
    ]);
    assert.deepEqual(registry.workers(), [
      {
        nodeId: 'a',
        epoch: 9,
        label: 'worker-1',
        address: 'a.test:62001',
        tags: { role: 'worker', label: 'worker-1' },
        activeConnections: 3,
        cost: 1.5,
        health: 'healthy',
      },
      {
        nodeId: 'b',
        epoch: 1,
        label: 'b',
        address: 'b.test:62001',
        tags: { role: 'worker' },
        activeConnections: 0,
        cost: 0,
        health: 'suspect',
      },
    ]);
  });

  it('leaves a new life out whose tags are still on their way, and keeps one whose tags change', () => {
    const { membership, registry, ids, events } = setUp([node('a'), node('b')], { workerFilter: {} });
    membership.restart('a', { tags: {}, hasCurrentTags: false });
    membership.retag('b', { role: 'worker' });
    membership.set(node('b', { hasCurrentTags: false }));
    registry.refresh();
    assert.deepEqual(ids(), ['b']);
    membership.set(node('a', { epoch: 2, tags: {} }));
    membership.retag('a', { role: 'worker' });
    assert.deepEqual(ids(), ['a', 'b']);
    assert.deepEqual(events, ['workerLeft a retagged', 'workerJoined a']);
  });

  it('leaves the local node out unless it is asked for', () => {
    const nodes = [node('here', { isLocal: true }), node('there')];
    assert.deepEqual(setUp(nodes).ids(), ['there']);
    assert.deepEqual(setUp(nodes, { includeLocal: true }).ids(), ['here', 'there']);
  });

  it('takes another filter for what a worker is', () => {
    const nodes = [node('a'), node('b', { tags: { kind: 'gpu' } })];
    assert.deepEqual(setUp(nodes, { workerFilter: 'kind=gpu' }).ids(), ['b']);
    assert.deepEqual(setUp(nodes, { workerFilter: {} }).ids(), ['a', 'b']);
    assert.throws(
      () => setUp(nodes, { workerFilter: 'gpu' }),
      (error) => error instanceof RpcError && error.code === 'INVALID_ARGUMENT',
    );
  });

  it('lists workers by tags', () => {
    const { ids } = setUp([node('a', { tags: { role: 'worker', zone: 'eu' } }), node('b')]);
    assert.deepEqual(ids('zone=eu'), ['a']);
    assert.deepEqual(ids({ role: 'worker' }), ['a', 'b']);
  });

  it('gives lists that do not change afterwards', () => {
    const { registry, membership } = setUp([node('a')]);
    const before = registry.workers();
    registry.acquire('a');
    membership.join(node('b'));
    assert.equal(before.length, 1);
    assert.equal(before[0]?.activeConnections, 0);
  });
});

describe('worker registry: changes', () => {
  it('makes a known node a worker when its tags change', () => {
    const { membership, registry, events } = setUp([node('a', { tags: {} })]);
    refusal(registry);
    membership.retag('a', { role: 'worker' });
    assert.equal(registry.selectWorker().nodeId, 'a');
    assert.deepEqual(events, ['workerJoined a']);
  });

  it('takes a worker out when its tags change', () => {
    const { membership, registry, events } = setUp([node('a')]);
    registry.selectWorker();
    membership.retag('a', { role: 'retired' });
    assert.equal(refusal(registry).code, 'UNAVAILABLE');
    assert.equal(registry.workerCount(), 0);
    assert.deepEqual(events, ['workerLeft a retagged']);
  });

  it('selects by the new tags of a worker that it knows', () => {
    const { membership, offered, registry, events } = setUp([node('a'), node('b')]);
    assert.deepEqual(offered('role=worker'), ['a', 'b']);
    membership.retag('b', { role: 'worker', zone: 'eu', label: 'worker-b' });
    assert.deepEqual(offered('role=worker,zone=eu'), ['b']);
    assert.equal(registry.selectWorker('zone=eu').label, 'worker-b');
    membership.retag('b', { role: 'worker' });
    refusal(registry, 'role=worker,zone=eu');
    assert.deepEqual(events, ['workerUpdated b', 'workerUpdated b']);
  });

  it('tells a failure from a departure', () => {
    const { membership, events, ids } = setUp([node('a'), node('b'), node('c')]);
    membership.fail('a');
    membership.leave('b');
    assert.deepEqual(events, ['workerFailed a', 'workerLeft b left']);
    assert.deepEqual(ids(), ['c']);
  });

  it('tells of suspicion and recovery as updates', () => {
    const { membership, registry, events } = setUp([node('a')]);
    membership.suspect('a');
    assert.equal(registry.workers()[0]?.health, 'suspect');
    membership.recover('a');
    assert.equal(registry.workers()[0]?.health, 'healthy');
    assert.deepEqual(events, ['workerUpdated a', 'workerUpdated a']);
  });

  it('tells of a restart as an update with the new life and address', () => {
    const { membership, registry } = setUp([node('a')]);
    const seen: unknown[] = [];
    registry.subscribe((event) => {
      if (event.kind === 'workerUpdated')
        seen.push([event.previous.epoch, event.previous.address, event.worker.epoch, event.worker.address]);
    });
    membership.restart('a', { address: 'moved.test:1' });
    assert.deepEqual(seen, [[1, 'a.test:62001', 2, 'moved.test:1']]);
    assert.equal(registry.selectWorker().address, 'moved.test:1');
  });

  it('lets a failed worker join again when it recovers or starts anew', () => {
    const { membership, events, ids } = setUp([node('a'), node('b')]);
    membership.fail('a');
    membership.fail('b');
    membership.recover('a');
    membership.restart('b');
    assert.deepEqual(events.slice(2), ['workerJoined a', 'workerJoined b']);
    assert.deepEqual(ids(), ['a', 'b']);
  });

  it('says nothing about nodes that are no workers, nor about a change that is none', () => {
    const { membership, events } = setUp([node('a'), node('x', { tags: {} })]);
    membership.suspect('x');
    membership.fail('x');
    membership.recover('a');
    membership.retag('a', { role: 'worker' });
    membership.tell({ kind: 'partitionHealed', reachable: 2, expected: 2 });
    assert.deepEqual(events, []);
  });

  it('finds out from the snapshot what happened while events were dropped', () => {
    const { membership, events, ids } = setUp([node('a'), node('b'), node('c'), node('d')]);
    membership.drop(node('a'), node('b', { state: 'failed' }), node('c', { tags: { role: 'worker', zone: 'eu' } }), node('e'));
    assert.deepEqual(events, ['workerLeft d forgotten', 'workerFailed b', 'workerUpdated c', 'workerJoined e']);
    assert.deepEqual(ids(), ['a', 'c', 'e']);
  });

  it('shows every change of a snapshot before it tells of the first, also when a subscriber throws', () => {
    const { membership, registry, events } = setUp([node('a')]);
    const counts: number[] = [];
    registry.subscribe(() => {
      counts.push(registry.workerCount());
      throw new Error('broken subscriber');
    });
    assert.throws(() => membership.drop(node('b'), node('c')), AggregateError);
    assert.deepEqual(counts, [2, 2, 2]);
    assert.equal(events.length, 3);
  });

  it('stops following when it is closed', () => {
    const { membership, registry, events, ids } = setUp([node('a')]);
    registry.close();
    registry.close();
    membership.join(node('b'));
    assert.equal(membership.subscribers, 0);
    assert.deepEqual(ids(), ['a']);
    assert.deepEqual(events, []);
  });
});
