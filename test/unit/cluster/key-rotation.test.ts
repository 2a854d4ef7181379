import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClusterOptions } from '../../../src/cluster/cluster-options.ts';
import { VirtualCluster, type VirtualNode } from '../../support/virtual-cluster.ts';
import { aliveAt, at, startNodes } from '../../support/virtual-nodes.ts';

describe('a rotation of the gossip key', () => {
  it('reaches every node, and loses no node and no datagram at 5 % loss', async () => {
    const { virtual, nodes, failures } = await cluster(8, { loss: 0.05 });
    const before = idsOf(nodes);
    const refusedBefore = refusedAt(nodes);
    const change = await virtual.until(at(nodes, 3).cluster.security.rotateKey());
    assert.deepEqual(change, { confirmed: 7, unreached: [] });
    for (const node of nodes) assert.equal(node.cluster.security.status().phase, 'using');
    await virtual.pass(3_000);
    const [after = []] = idsOf(nodes);
    for (const node of nodes) {
      const { phase, generation, keyIds } = node.cluster.security.status();
      assert.deepEqual({ phase, generation, keyIds }, { phase: 'settled', generation: 1, keyIds: after });
    }
    assert.notDeepEqual(after, before[0]);
    await virtual.pass(20_000, 50);
    assert.deepEqual(failures, []);
    assert.deepEqual(refusedAt(nodes), refusedBefore);
  });

  it('never has more than two keys valid, and the state is the same on all nodes between two steps', async () => {
    const { virtual, nodes } = await cluster(4);
    const seen = new Set<string>();
    const rotation = at(nodes, 0).cluster.security.rotateKey();
    for (let i = 0; i < 1_200; i++) {
      await virtual.pass(5);
      for (const node of nodes) {
        const { keyIds, phase } = node.cluster.security.status();
        seen.add(`${phase} ${keyIds.length}`);
      }
    }
    await rotation;
    assert.deepEqual([...seen].sort(), ['installing 2', 'settled 1', 'using 2']);
  });

  it('that two nodes begin at once ends with one key', async () => {
    const { virtual, nodes, failures } = await cluster(5);
    const changes = await virtual.until(Promise.all([0, 4].map((i) => at(nodes, i).cluster.security.rotateKey())));
    assert.deepEqual(changes, [
      { confirmed: 4, unreached: [] },
      { confirmed: 4, unreached: [] },
    ]);
    await virtual.pass(10_000);
    assert.equal(new Set(idsOf(nodes).map(String)).size, 1);
    for (const node of nodes) assert.equal(node.cluster.security.status().phase, 'settled');
    await virtual.pass(10_000, 50);
    assert.deepEqual(failures, []);
  });

  it('that is asked for twice by one node is made twice, one after the other', async () => {
    const { virtual, nodes } = await cluster(3);
    const { security } = at(nodes, 1).cluster;
    await virtual.until(Promise.all([security.rotateKey(), security.rotateKey()]));
    await virtual.pass(5_000);
    for (const node of nodes) assert.equal(node.cluster.security.status().generation, 2);
  });

  it('includes nodes that join, leave and crash meanwhile', async () => {
    const { virtual, nodes } = await cluster(5);
    const rotation = at(nodes, 1).cluster.security.rotateKey();
    await virtual.pass(20);
    const joined = await virtual.node('late', { seeds: ['n4:1000'] });
    await virtual.until(at(nodes, 2).cluster.leave());
    await virtual.until(at(nodes, 3).cluster.close());
    const later = await virtual.node('later', { seeds: ['n0:1000'] });
    const { unreached } = await virtual.until(rotation);
    assert.deepEqual(
      unreached.filter((nodeId) => nodeId !== 'n3'),
      [],
    );
    await virtual.pass(20_000, 50);
    const present = [at(nodes, 0), at(nodes, 1), at(nodes, 4), joined, later];
    assert.equal(new Set(idsOf(present).map(String)).size, 1);
    for (const node of present) {
      assert.equal(node.cluster.security.status().phase, 'settled');
      assert.deepEqual(aliveAt(node), ['late', 'later', 'n0', 'n1', 'n4']);
    }
  });

  it('is finished by another node when the one that began it crashes', async () => {
    const { virtual, nodes, failures } = await cluster(4);
    const cancelled = assert.rejects(at(nodes, 3).cluster.security.rotateKey(), { code: 'CANCELLED' });
    await virtual.pass(400);
    await virtual.until(at(nodes, 3).cluster.close());
    await cancelled;
    await virtual.pass(70_000, 50);
    for (const node of nodes.slice(0, 3)) {
      const { phase, generation } = node.cluster.security.status();
      assert.deepEqual({ phase, generation }, { phase: 'settled', generation: 1 });
    }
    assert.deepEqual([...new Set(failures)], ['nodeFailed n3']);
  });

  it('is made by itself when the key is as old as the options say, by one node', async () => {
    const { virtual, nodes, failures } = await cluster(3, { options: { gossip: { rotateEveryMs: 60_000 } } });
    await virtual.pass(75_000, 50);
    for (const node of nodes) assert.equal(node.cluster.security.status().generation, 1, node.nodeId);
    assert.deepEqual(failures, []);
  });

  it('is refused where the keys are in the options', async () => {
    const virtual = new VirtualCluster();
    const { cluster: a } = await virtual.node('a', { gossip: { key: new Uint8Array(32).fill(1) } });
    await assert.rejects(a.security.rotateKey(), { code: 'FAILED_PRECONDITION', message: /options/ });
  });
});

describe('nodes that missed a rotation', () => {
  it('because they were cut off come back with the new key, and nobody is lost', async () => {
    const { virtual, nodes } = await cluster(5, { options: { membership: { profile: 'local' } } });
    const hosts = nodes.map(({ nodeId }) => nodeId);
    virtual.network.partition(hosts.slice(0, 3), hosts.slice(3));
    await virtual.pass(12_000, 50);
    await virtual.until(at(nodes, 0).cluster.security.rotateKey());
    await virtual.pass(5_000);
    virtual.network.heal();
    await virtual.pass(20_000, 50);
    expectOneCluster(nodes);
  });

  it('on both sides of a partition that each made their own settle on one key', async () => {
    const { virtual, nodes } = await cluster(5, { options: { membership: { profile: 'local' } } });
    const hosts = nodes.map(({ nodeId }) => nodeId);
    virtual.network.partition(hosts.slice(0, 3), hosts.slice(3));
    await virtual.pass(12_000, 50);
    for (const i of [1, 4]) await virtual.until(at(nodes, i).cluster.security.rotateKey());
    await virtual.pass(5_000);
    assert.equal(new Set(idsOf(nodes).map(String)).size, 2);
    virtual.network.heal();
    await virtual.pass(20_000, 50);
    expectOneCluster(nodes);
  });

  it('learn of it from the first datagram that they cannot read', async () => {
    const { virtual, nodes, failures } = await cluster(3, {
      options: { membership: { syncIntervalMs: 0, reconnectIntervalMs: 0, seedRejoinIntervalMs: 0 } },
    });
    // The first cannot reach the last; the one between them can, and it is all that the last ever hears of the new key.
    virtual.network.partition(['n0'], ['n2']);
    const change = await virtual.until(at(nodes, 0).cluster.security.rotateKey());
    assert.deepEqual(change, { confirmed: 1, unreached: ['n2'] });
    await virtual.pass(2_000);
    assert.equal(at(nodes, 2).cluster.security.status().generation, 1);
    assert.deepEqual(idsOf(nodes.slice(2)), idsOf(nodes.slice(1, 2)));
    assert.deepEqual(failures, []);
  });
});

describe('configured gossip keys', () => {
  it('are replaced node by node with two keys at a time, without a lost datagram', async () => {
    const [old, fresh] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    const started = await startNodes(3, { gossip: { keys: [old] } });
    const { virtual } = started;
    let { nodes } = started;
    for (const keys of [[old, fresh], [fresh, old], [fresh]]) {
      for (const { nodeId } of nodes) nodes = await restart(virtual, nodes, { nodeId, gossip: { keys } });
      await virtual.pass(2_000);
      for (const node of nodes) {
        assert.deepEqual(aliveAt(node), ['n0', 'n1', 'n2']);
        assert.deepEqual(node.cluster.security.status().refusedDatagrams, {});
      }
    }
    await assert.rejects(virtual.node('late', { seeds: ['n1:1000'], gossip: { key: old } }), {
      code: 'FAILED_PRECONDITION',
      message: /gossip\.key/,
    });
    await assert.rejects(virtual.node('late2', { seeds: ['n1:1000'] }), { code: 'FAILED_PRECONDITION' });
  });

  it('are refused in wrong numbers, lengths and pairs', async () => {
    const virtual = new VirtualCluster();
    const key = new Uint8Array(32);
    const wrong: readonly [ClusterOptions['gossip'], RegExp][] = [
      [{ keys: [] }, /gossip\.keys.*one or two.*0 keys/],
      [{ keys: [key, key, key] }, /3 keys/],
      [{ key, keys: [key] }, /both/],
      [{ keys: [key, new Uint8Array(31)] }, /gossip\.keys.*31 bytes/],
      [{ rotateEveryMs: 10 }, /rotateEveryMs.*60000/],
    ];
    for (const [i, [gossip, message]] of wrong.entries())
      await assert.rejects(virtual.node(`x${i}`, { ...(gossip && { gossip }) }), { code: 'INVALID_ARGUMENT', message });
  });
});

async function cluster(
  size: number,
  { loss = 0, options = {} }: { readonly loss?: number; readonly options?: ClusterOptions } = {},
): Promise<{ virtual: VirtualCluster; nodes: VirtualNode[]; failures: string[] }> {
  const { virtual, nodes } = await startNodes(size, options);
  const failures: string[] = [];
  for (const node of nodes)
    node.cluster.subscribe((event) => {
      if (event.kind === 'nodeFailed') failures.push(`${event.kind} ${event.node.nodeId}`);
    });
  virtual.network.setConditions({ datagramLoss: loss });
  return { virtual, nodes, failures };
}

/** Stops the node of that name with a goodbye and starts it with these options, through another node that is there. */
async function restart(virtual: VirtualCluster, nodes: VirtualNode[], options: ClusterOptions): Promise<VirtualNode[]> {
  const { nodeId = '' } = options;
  const old = nodes.find((node) => node.nodeId === nodeId) as VirtualNode;
  await virtual.until(old.server.close());
  const seed = nodes.find((node) => node !== old) as VirtualNode;
  const started = await virtual.node(nodeId, { seeds: [`${seed.nodeId}:1000`], ...options });
  await virtual.pass(500);
  return nodes.map((node) => (node === old ? started : node));
}

function expectOneCluster(nodes: readonly VirtualNode[]): void {
  const names = nodes.map(({ nodeId }) => nodeId).sort();
  assert.equal(new Set(idsOf(nodes).map(String)).size, 1);
  for (const node of nodes) {
    assert.equal(node.cluster.security.status().phase, 'settled');
    assert.deepEqual(aliveAt(node), names);
  }
}

function idsOf(nodes: readonly VirtualNode[]): (readonly number[])[] {
  return nodes.map((node) => node.cluster.security.status().keyIds);
}

/** Before a node has joined, what it gets is unreadable. */
function refusedAt(nodes: readonly VirtualNode[]): unknown[] {
  return nodes.map((node) => node.cluster.security.status().refusedDatagrams);
}
