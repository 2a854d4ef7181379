import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { VirtualCluster, type VirtualNode } from '../../support/virtual-cluster.ts';

describe('a node that does not wait for its join', () => {
  const options = { seeds: ['entry:1000'], waitForJoin: false };

  it('is there at once although its seeds are not, and finds them when they come', async () => {
    const virtual = new VirtualCluster();
    virtual.names.set('entry', new RpcError('UNAVAILABLE', 'the name server is down'));
    const start = virtual.clock.now();
    const a = await virtual.node('a', options);
    assert.ok(virtual.clock.now() - start < 100);
    const ready = a.cluster.ready({ minNodes: 2, timeoutMs: 120_000 });
    await virtual.pass(60_000, 20);
    virtual.names.set('entry', []);
    await virtual.pass(6_000, 20);
    await virtual.node('seed');
    virtual.names.set('entry', ['seed']);
    await virtual.until(ready, 10_000);
    assert.deepEqual(alive(a), ['a', 'seed']);
  });

  it('logs what is wrong, once and not with each attempt, and ready() says it too', async () => {
    const virtual = new VirtualCluster();
    virtual.names.set('entry', []);
    const a = await virtual.node('a', { ...options, joinTimeoutMs: 5_000 });
    await virtual.pass(30_000, 20);
    const warnings = virtual.logged.filter((line) => line.includes('could not join'));
    assert.equal(warnings.length, 1, warnings.join('\n'));
    assert.match(warnings[0] ?? '', /entry:1000: entry has no record/);
    const ready = assert.rejects(a.cluster.ready({ minNodes: 2, timeoutMs: 100 }), { message: /entry:1000: entry has no record/ });
    await virtual.pass(200);
    await ready;
  });

  it('goes on after a refusal, and joins when the reason is gone', async () => {
    const virtual = new VirtualCluster();
    virtual.names.set('entry', ['seed']);
    const seed = await virtual.node('seed', { clusterName: 'other' });
    const a = await virtual.node('a', options);
    await virtual.pass(5_000, 20);
    assert.match(virtual.logged.join('\n'), /could not join yet.*FAILED_PRECONDITION/);
    await assert.rejects(a.cluster.join(['seed:1000']), { code: 'ALREADY_EXISTS', message: /joining/ });
    await virtual.until(seed.server.close());
    await virtual.node('seed-2', {});
    virtual.names.set('entry', ['seed-2']);
    await virtual.pass(7_000, 20);
    assert.deepEqual(alive(a), ['a', 'seed-2']);
  });

  it('ends quietly when it leaves before', async () => {
    const virtual = new VirtualCluster();
    const a = await virtual.node('a', options);
    await virtual.until(a.cluster.leave());
    await virtual.pass(60_000, 50);
    assert.deepEqual(virtual.logged, []);
  });

  it('has to say so with true or false', async () => {
    const virtual = new VirtualCluster();
    await assert.rejects(virtual.node('a', { waitForJoin: 'no' as unknown as boolean }), {
      code: 'INVALID_ARGUMENT',
      message: /waitForJoin/,
    });
  });
});

describe('nodes behind one name', () => {
  it('that are all started at once come together, each finding itself behind the name too', async () => {
    const virtual = new VirtualCluster(7);
    const ids = ['a', 'b', 'c', 'd', 'e'];
    virtual.names.set('entry', ids);
    const nodes = await Promise.all(ids.map((id) => virtual.node(id, { seeds: ['entry:1000'] })));
    await virtual.pass(4_000, 20);
    for (const node of nodes) assert.deepEqual(alive(node), ids, node.nodeId);
  });

  it('are found by the records of a service', async () => {
    const virtual = new VirtualCluster();
    await virtual.node('a');
    virtual.names.setService('_rpcnet._tcp.example', [{ host: 'a', port: 1000, priority: 10, weight: 1 }]);
    const b = await virtual.node('b', { seeds: ['srv:_rpcnet._tcp.example'] });
    assert.deepEqual(alive(b), ['a', 'b']);
  });

  it('that change their addresses are found at the new ones', async () => {
    const virtual = new VirtualCluster();
    virtual.names.set('entry', ['old']);
    const old = await virtual.node('old');
    const b = await virtual.node('b', { seeds: ['entry:1000'] });
    await virtual.until(old.server.close());
    virtual.names.set('entry', ['new']);
    await virtual.node('new');
    await virtual.pass(8_000, 20);
    assert.deepEqual(alive(b), ['b', 'new']);
  });
});

function alive({ cluster }: VirtualNode): string[] {
  return cluster
    .nodes()
    .filter(({ state }) => state === 'alive')
    .map(({ nodeId }) => nodeId)
    .sort();
}
