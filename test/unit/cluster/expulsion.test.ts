import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { joinMethod, type Keyed, pingMethod, securityMethod, syncMethod } from '../../../src/cluster/internal-methods.ts';
import { foundedKeyState } from '../../../src/cluster/key-state.ts';
import { NO_SECURITY } from '../../../src/cluster/security-state.ts';
import { RpcServer } from '../../../src/rpc/rpc-server.ts';
import type { JoinRequest } from '../../../src/swim/exchange.ts';
import { VirtualCluster, type VirtualNode } from '../../support/virtual-cluster.ts';
import { aliveAt, at, joinAs, keyIdsAt, startNodes, strangerAs, strangerRecord } from '../../support/virtual-nodes.ts';

describe('a node that is expelled', () => {
  it('is gone from all others at once, hears why, and stops; the others use a key that it does not have', async () => {
    const { virtual, nodes } = await startNodes(4);
    const told = listen(nodes);
    const before = keyIdsAt(at(nodes, 0));
    const change = await virtual.until(at(nodes, 1).cluster.security.expel('n2', 'its disk was stolen'));
    assert.deepEqual(change, { confirmed: 2, unreached: [] });
    await virtual.pass(5_000);
    for (const i of [0, 1, 3]) {
      assert.equal(at(nodes, i).cluster.node('n2')?.state, 'left');
      assert.deepEqual(at(nodes, i).cluster.security.status().expelled, [{ nodeId: 'n2', reason: 'its disk was stolen' }]);
      assert.deepEqual(keyIdsAt(at(nodes, i)), keyIdsAt(at(nodes, 0)));
      assert.deepEqual(told[i], ['nodeLeft n2', 'nodeExpelled n2: its disk was stolen']);
    }
    assert.notDeepEqual(keyIdsAt(at(nodes, 0)), before);
    assert.deepEqual(keyIdsAt(at(nodes, 2)), before, 'it never gets the new key');
    assert.equal(told[2]?.at(-1), 'nodeExpelled n2: its disk was stolen');
    await assert.rejects(at(nodes, 2).cluster.join(['n0:1000']), { code: 'FAILED_PRECONDITION' });
    assert.ok(virtual.logged.some((line) => line.startsWith('this node was expelled')));
  });

  it('makes the others call nobody failed, and none of them is suspected because of it', async () => {
    const { virtual, nodes } = await startNodes(4);
    const told = listen(nodes);
    await virtual.until(at(nodes, 0).cluster.security.expel('n3'));
    await virtual.pass(20_000, 50);
    for (const i of [0, 1, 2]) assert.deepEqual(told[i], ['nodeLeft n3', 'nodeExpelled n3: ']);
  });

  it('cannot come back: neither with its name, nor with its certificate under another name', async () => {
    const { virtual, nodes } = await startNodes(3);
    await virtual.until(at(nodes, 0).cluster.security.expel('n2', 'sold'));
    await virtual.pass(3_000);
    await virtual.until(at(nodes, 2).server.close());
    const expelled = { code: 'PERMISSION_DENIED', message: /"n2" was expelled from the cluster: sold/, details: { reason: 'expelled' } };
    await assert.rejects(virtual.node('n2', { seeds: ['n0:1000', 'n1:1000'] }), expelled);
    // Its machine still has the certificate.
    for (const seed of ['n0:1000', 'n1:1000'])
      await assert.rejects(virtual.until(joinAs(virtual, { commonName: 'n2', nodeId: 'harmless' }, seed)), { code: 'PERMISSION_DENIED' });
    assert.equal(at(nodes, 0).cluster.node('harmless'), undefined);
  });

  it('gets no answer from any internal method, and no key', async () => {
    const { virtual, nodes } = await startNodes(3);
    await virtual.until(at(nodes, 0).cluster.security.expel('n2'));
    const client = strangerAs(virtual, 'n2', 'n1:1000');
    const message = { clusterName: 'default', sender: strangerRecord('n2'), page: 0, pages: 1, digest: [], records: [] };
    const denied = { code: 'PERMISSION_DENIED' };
    await assert.rejects(virtual.until(client.unary(syncMethod, { message, security: NO_SECURITY })), denied);
    await assert.rejects(virtual.until(client.unary(pingMethod, undefined)), denied);
    await assert.rejects(virtual.until(client.unary(securityMethod, { message: 'default', security: NO_SECURITY })), denied);
    await client.close();
  });

  it('is not believed by those who still read the old key', async () => {
    const { virtual, nodes } = await startNodes(3);
    const { cluster: loud } = at(nodes, 2);
    const expelling = at(nodes, 0).cluster.security.expel('n2');
    await virtual.pass(100);
    loud.setTag('role', 'worker');
    await virtual.pass(900);
    assert.equal(at(nodes, 1).cluster.node('n2')?.state, 'left');
    assert.deepEqual(at(nodes, 1).cluster.nodesWithTag('role', 'worker'), []);
    assert.ok((at(nodes, 1).cluster.stats().counters.dropped.expelled ?? 0) > 0);
    await virtual.until(expelling);
  });

  it('that comes back from a partition is refused, and does not go on asking', async () => {
    const { virtual, nodes } = await startNodes(4, { membership: { profile: 'local' } });
    virtual.network.partition(['n0', 'n1', 'n2'], ['n3']);
    await virtual.pass(12_000, 50);
    await virtual.until(at(nodes, 0).cluster.security.expel('n3'));
    const told = listen(nodes);
    virtual.network.heal();
    await virtual.pass(20_000, 50);
    assert.equal(told[3]?.filter((line) => line.startsWith('nodeExpelled n3')).length, 1);
    assert.deepEqual(told[0], []);
    await assert.rejects(at(nodes, 3).cluster.security.rotateKey(), { code: 'FAILED_PRECONDITION' });
  });

  it('that was a seed gets no key when it is asked to take others in, whatever certificate it shows', async () => {
    const { virtual, nodes } = await startNodes(3, { membership: { profile: 'local' } });
    await virtual.until(at(nodes, 1).cluster.security.expel('n0'));
    await virtual.pass(3_000, 20);
    await virtual.until(at(nodes, 0).server.close());
    // Its machine answers again at the address of the seed, with another certificate, and takes in whoever comes.
    const transport = virtual.network.transport({ host: 'n0', certificate: { commonName: 'another' } });
    const server = new RpcServer({ cert: 'cert', key: 'key', ca: 'ca', transport, runtime: virtual.runtime });
    const shown: unknown[] = [];
    server.registerMethod({
      kind: 'unary',
      method: joinMethod,
      handle: (request: Keyed<JoinRequest>) => {
        shown.push(request.security.keys);
        const keys = { ...foundedKeyState(''), generation: 99 };
        const message = {
          kind: 'accepted',
          version: 1,
          sender: strangerRecord('n0'),
          epochFloor: undefined,
          members: [strangerRecord('evil')],
          hasMore: false,
        };
        return { message, security: { ...NO_SECURITY, keys } };
      },
    });
    await virtual.until(server.listen('n0:1000'));
    await virtual.pass(20_000, 50);
    assert.ok(shown.length > 0, 'it was asked');
    assert.deepEqual([...new Set(shown)], [undefined]);
    for (const i of [1, 2]) {
      assert.deepEqual(aliveAt(at(nodes, i)), ['n1', 'n2']);
      assert.equal(at(nodes, i).cluster.security.status().generation, 1);
    }
    await virtual.until(server.close());
  });

  it('takes no others with it that show the same certificate', async () => {
    const virtual = new VirtualCluster();
    const nodes: VirtualNode[] = [];
    for (const nodeId of ['n0', 'n1', 'n2', 'n3']) nodes.push(await sharing(virtual, nodeId, nodeId === 'n0' ? 'own' : 'pool'));
    await virtual.pass(1_500);
    await virtual.until(at(nodes, 0).cluster.security.expel('n3'));
    await virtual.pass(35_000, 50);
    for (const i of [0, 1, 2]) assert.deepEqual(aliveAt(at(nodes, i)), ['n0', 'n1', 'n2']);
  });

  it('may join again after it was readmitted, with the same certificate', async () => {
    const { virtual, nodes } = await startNodes(3);
    const { security } = at(nodes, 0).cluster;
    await virtual.until(security.expel('n2'));
    await virtual.pass(5_000);
    await virtual.until(at(nodes, 2).server.close());
    await assert.rejects(security.readmit('n1'), { code: 'NOT_FOUND', message: /"n1" is not expelled/ });
    await virtual.until(at(nodes, 1).cluster.security.readmit('n2'));
    const again = await virtual.node('n2', { seeds: ['n0:1000'] });
    await virtual.pass(3_000);
    for (const node of [at(nodes, 0), at(nodes, 1), again]) assert.deepEqual(aliveAt(node), ['n0', 'n1', 'n2']);
    assert.deepEqual(security.status().expelled, []);
  });

  it('where keys are configured is kept out as well, though the key stays', async () => {
    const { virtual, nodes } = await startNodes(3, { gossip: { key: new Uint8Array(32).fill(3) } });
    const change = await virtual.until(at(nodes, 0).cluster.security.expel('n1'));
    assert.deepEqual(change, { confirmed: 1, unreached: [] });
    await virtual.pass(3_000);
    assert.equal(at(nodes, 2).cluster.node('n1')?.state, 'left');
    await assert.rejects(virtual.node('n1b', { nodeId: 'n1', seeds: ['n2:1000'], gossip: { key: new Uint8Array(32).fill(3) } }), {
      code: 'PERMISSION_DENIED',
    });
  });

  it('on each side of a partition is expelled on both afterwards, with a key that neither has', async () => {
    const { virtual, nodes } = await startNodes(6, { membership: { profile: 'local' } });
    virtual.network.partition(['n0', 'n1', 'n2'], ['n3', 'n4', 'n5']);
    await virtual.pass(12_000, 50);
    await virtual.until(at(nodes, 0).cluster.security.expel('n2'));
    await virtual.until(at(nodes, 3).cluster.security.expel('n5'));
    await virtual.pass(4_000, 20);
    const known = [keyIdsAt(at(nodes, 0)), keyIdsAt(at(nodes, 3))].map(String);
    virtual.network.heal();
    await virtual.pass(45_000, 50);
    for (const i of [0, 1, 3, 4]) {
      const { security } = at(nodes, i).cluster;
      assert.deepEqual(
        security
          .status()
          .expelled.map(({ nodeId }) => nodeId)
          .sort(),
        ['n2', 'n5'],
      );
      assert.deepEqual(keyIdsAt(at(nodes, i)), keyIdsAt(at(nodes, 0)));
      assert.deepEqual(aliveAt(at(nodes, i)), ['n0', 'n1', 'n3', 'n4']);
    }
    assert.ok(!known.includes(String(keyIdsAt(at(nodes, 0)))), 'the key was replaced once more');
  });

  it('must be another than the one that is asked', async () => {
    const { nodes } = await startNodes(1);
    const { security } = at(nodes, 0).cluster;
    await assert.rejects(security.expel('n0'), { code: 'INVALID_ARGUMENT', message: /another node/ });
    await assert.rejects(security.expel(''), { code: 'INVALID_ARGUMENT' });
    await assert.rejects(security.expel('x', 'y'.repeat(201)), { code: 'INVALID_ARGUMENT', message: /200 characters/ });
  });
});

async function sharing(virtual: VirtualCluster, nodeId: string, commonName: string): Promise<VirtualNode> {
  const certificate = { commonName };
  const transport = virtual.network.transport({ host: nodeId, certificate });
  return virtual.node(nodeId, nodeId === 'n0' ? {} : { seeds: ['n0:1000'] }, { transport });
}

/** What each node is told from now on, by index. */
function listen(nodes: readonly VirtualNode[]): string[][] {
  return nodes.map((node) => {
    const told: string[] = [];
    node.cluster.subscribe((event) => {
      if ('node' in event) told.push(`${event.kind} ${event.node.nodeId}${event.kind === 'nodeExpelled' ? `: ${event.reason}` : ''}`);
    });
    return told;
  });
}
