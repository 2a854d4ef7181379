import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualCluster } from '../../support/virtual-cluster.ts';

describe('a cluster that is waited for', () => {
  it('is ready as soon as enough nodes are alive, this one included', async () => {
    const virtual = new VirtualCluster();
    const a = await virtual.node('a');
    await a.cluster.ready({ minNodes: 1 });
    let isReady = false;
    const ready = a.cluster.ready({ minNodes: 3 }).then(() => {
      isReady = true;
    });
    await virtual.node('b', { seeds: ['a:1000'] });
    await virtual.pass(2_000);
    assert.equal(isReady, false);
    await virtual.node('c', { seeds: ['a:1000'] });
    await virtual.pass(100);
    assert.equal(isReady, true);
    await ready;
  });

  it('does not count those that failed', async () => {
    const virtual = new VirtualCluster();
    const a = await virtual.besideStopped();
    const ready = assert.rejects(a.cluster.ready({ minNodes: 2, timeoutMs: 500 }), { code: 'DEADLINE_EXCEEDED' });
    await virtual.pass(600);
    await ready;
  });

  it('says when it takes too long how many there are, and which seeds failed how', async () => {
    const virtual = new VirtualCluster();
    await virtual.node('a');
    const b = await virtual.node('b', { seeds: ['a:1000', 'nowhere:1000'] });
    await virtual.pass(10_000, 20);
    const ready = assert.rejects(b.cluster.ready({ minNodes: 5, timeoutMs: 700 }), {
      code: 'DEADLINE_EXCEEDED',
      message: /^2 of 5 nodes are alive after 700 ms, this one included \(nowhere:1000: .+\)/,
    });
    await virtual.pass(800);
    await ready;
  });

  it('is given up when the node leaves, and refused afterwards', async () => {
    const virtual = new VirtualCluster();
    const a = await virtual.node('a');
    const ready = assert.rejects(a.cluster.ready({ minNodes: 2 }), { code: 'CANCELLED' });
    await virtual.until(a.cluster.leave());
    await ready;
    await assert.rejects(a.cluster.ready({ minNodes: 1 }), { code: 'FAILED_PRECONDITION' });
  });

  it('needs a number of nodes that makes sense', async () => {
    const virtual = new VirtualCluster();
    const a = await virtual.node('a');
    await assert.rejects(a.cluster.ready({ minNodes: 0 }), { code: 'INVALID_ARGUMENT', message: /minNodes/ });
    await assert.rejects(a.cluster.ready({ minNodes: 2, timeoutMs: 0.5 }), { code: 'INVALID_ARGUMENT', message: /timeoutMs/ });
  });
});
