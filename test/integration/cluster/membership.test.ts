import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Client } from '../../../src/client.ts';
import { joinMethod } from '../../../src/cluster/internal-methods.ts';
import { NO_SECURITY } from '../../../src/cluster/security-state.ts';
import type { DatagramNetwork } from '../../../src/ports/datagram-socket.ts';
import { udpNetwork } from '../../../src/transports/udp/udp-network.ts';
import { parseAddress } from '../../../src/util/address.ts';
import { ClusterNodes, createTrust, eventually, type TestNode, type Trust } from '../../support/cluster-nodes.ts';

let trust: Trust;
let nodes: ClusterNodes;

before(async () => {
  trust = await createTrust();
  nodes = new ClusterNodes(trust);
});
afterEach(async () => {
  await nodes.close();
  nodes = new ClusterNodes(trust);
});
after(() => nodes.close());

describe('a cluster over QUIC and UDP', () => {
  it('forms one view, spreads tags, and sees a leave, a crash and a restart', async () => {
    const a = await nodes.node('a');
    const events: string[] = [];
    a.cluster.subscribe((event) => {
      if ('node' in event) events.push(`${event.kind} ${event.node.nodeId}`);
    });
    const b = await nodes.node('b', { seeds: [a.address], tags: { role: 'worker' } });
    const c = await nodes.node('c', { seeds: [a.address] });
    await eventually('one view', () => [a, b, c].every((node) => alive(node).join() === 'a,b,c'));
    assert.deepEqual(
      a.cluster.nodesWithTag('role', 'worker').map((node) => node.nodeId),
      ['b'],
    );

    b.cluster.setTag('zone', 'eu');
    b.cluster.removeTag('role');
    await eventually(
      'the tags',
      () => c.cluster.nodesWithAllTags({ zone: 'eu' }).length === 1 && c.cluster.nodesWithTag('role', 'worker').length === 0,
    );
    assert.equal(b.cluster.getTag('zone'), 'eu');

    await c.server.close();
    await eventually('the leave', () => b.cluster.node('c')?.state === 'left' && a.cluster.node('c')?.state === 'left');

    await nodes.crash(b);
    await eventually('the crash', () => a.cluster.node('b')?.state === 'failed');
    assert.ok(!events.includes('nodeFailed c'));

    const again = await nodes.node('b', { seeds: [a.address] });
    await eventually('the restart', () => alive(a).join() === 'a,b' && alive(again).join() === 'a,b');
    assert.ok((again.cluster.node('b')?.epoch ?? 0) > 0);
    assert.deepEqual(events.slice(0, 2).sort(), ['nodeJoined b', 'nodeJoined c']);
  });

  it('comes together when all nodes have all of them as seeds and start at once', async () => {
    const servers = await Promise.all([0, 1, 2].map(() => nodes.server()));
    const seeds = servers.map((server) => server.address as string);
    const { ClusterMembership } = await import('../../../src/cluster/cluster-membership.ts');
    const clusters = await Promise.all(
      servers.map((server, i) =>
        ClusterMembership.start(server, udpNetwork(), { nodeId: `n${i}`, seeds, membership: { profile: 'local' } }),
      ),
    );
    await eventually('one view', () => clusters.every((cluster) => cluster.nodes().filter((node) => node.state === 'alive').length === 3));
    // Probes only succeed over one key: nobody is suspected while several rounds pass.
    const probes = (): number => Math.min(...clusters.map((cluster) => cluster.stats().counters.probesSent));
    // A node that stood still while it started probes up to nine times as slowly at first.
    await eventually('some probes', () => probes() >= 4, 60_000);
    assert.ok(clusters.every((cluster) => cluster.nodes().every((node) => node.state === 'alive')));
    await Promise.all(clusters.map((cluster) => cluster.close()));
  });

  it('finds its seed by a host name of the system, and need not wait for one that is not there', async () => {
    const a = await nodes.node('a');
    const { port } = parseAddress(a.address) ?? {};
    const b = await nodes.node('b', { seeds: [`localhost:${port}`] });
    assert.deepEqual(alive(b), ['a', 'b']);
    const c = await nodes.node('c', { seeds: ['no-such-host.invalid:61000', `localhost:${port}`], waitForJoin: false });
    assert.deepEqual(alive(c), ['c']);
    await c.cluster.ready({ minNodes: 3 });
    assert.deepEqual(alive(c), ['a', 'b', 'c']);
  });

  it('lets nobody read tags or addresses on the gossip port', async () => {
    const packets: Buffer[] = [];
    const a = await nodes.node('a', { network: recording(packets) });
    const b = await nodes.node('b-with-a-long-name', { seeds: [a.address], tags: { secret: 'tag-to-hide' }, network: recording(packets) });
    await eventually('gossip', () => packets.length > 10 && alive(a).length === 2);
    const all = Buffer.concat(packets).toString('latin1');
    for (const text of ['tag-to-hide', 'secret', 'b-with-a-long-name', b.address]) assert.ok(!all.includes(text), `${text} is readable`);
  });

  it('takes no harm from junk on the gossip port', async () => {
    const a = await nodes.node('a');
    const b = await nodes.node('b', { seeds: [a.address] });
    const target = a.cluster.node('a')?.gossipAddress as string;
    const socket = await udpNetwork().bind('127.0.0.1:0', () => assert.fail('junk got an answer'));
    for (let i = 0; i < 2_000; i++) socket.send(Buffer.alloc((i * 7) % 1_300, i), target);
    await eventually('more probes', () => b.cluster.stats().counters.probesSent >= 2, 60_000);
    assert.deepEqual(alive(a), ['a', 'b']);
    await socket.close();
  });
});

describe('who may do what', () => {
  it('a client without a certificate calls services and cannot join', async () => {
    const a = await nodes.node('a');
    a.server.registerRaw('T.hello', () => Buffer.from('hello'));
    const client = await Client.connect(a.address, { ca: trust.ca });
    assert.equal(String(await client.callRaw('T.hello', Buffer.alloc(0))), 'hello');
    const request = { message: { clusterName: 'default', minVersion: 1, maxVersion: 1, self: record('spy') }, security: NO_SECURITY };
    await assert.rejects(client.unary(joinMethod, request), { code: 'PERMISSION_DENIED', message: /client certificate/ });
    await client.close();
    assert.deepEqual(alive(a), ['a']);
  });

  it('a node with a certificate of another authority can neither call nor join', async () => {
    const a = await nodes.node('a');
    a.server.registerRaw('T.hello', () => Buffer.from('hello'));
    const stranger = await createTrust();
    const { cert, key } = stranger;
    await assert.rejects(Client.connect(a.address, { ca: trust.ca, cert, key }), { code: 'UNAUTHENTICATED' });
    await assert.rejects(Client.connect(a.address, { ca: stranger.ca }), { code: 'UNAUTHENTICATED' });
    await assert.rejects(nodes.node('b', { seeds: [a.address], joinTimeoutMs: 5_000, server: { cert, key, ca: stranger.ca } }), {
      code: 'UNAUTHENTICATED',
    });
    assert.deepEqual(alive(a), ['a']);
  });

  it('a join token stands in for a certificate, and only the right one', async () => {
    const { cert, key, ca } = trust;
    const server = { cert, key, ca, clientAuth: 'none' as const };
    const a = await nodes.node('a', { joinToken: 'open sesame', server });
    const b = await nodes.node('b', { joinToken: 'open sesame', server, seeds: [a.address] });
    assert.deepEqual(alive(b), ['a', 'b']);
    await assert.rejects(nodes.node('c', { joinToken: 'guess', server, seeds: [a.address], joinTimeoutMs: 5_000 }), {
      code: 'PERMISSION_DENIED',
      message: /join token/,
    });
  });
});

describe('a join that cannot work', () => {
  it('says which seeds did not answer', async () => {
    await assert.rejects(nodes.node('a', { seeds: ['127.0.0.1:9'], joinTimeoutMs: 5_000 }), {
      code: 'UNAVAILABLE',
      message: /127\.0\.0\.1:9/,
    });
  });

  it('is refused under another cluster name', async () => {
    const a = await nodes.node('a', { clusterName: 'one' });
    await assert.rejects(nodes.node('b', { clusterName: 'two', seeds: [a.address] }), {
      code: 'FAILED_PRECONDITION',
      message: /"one", not "two"/,
    });
  });

  it('is refused under the name of a live node', async () => {
    const a = await nodes.node('a');
    await nodes.node('b', { seeds: [a.address] });
    await assert.rejects(nodes.node('b', { seeds: [a.address] }), { code: 'ALREADY_EXISTS', message: /"b"/ });
    await eventually('the first b', () => a.cluster.node('b')?.state === 'alive');
  });

  it('is refused the second time, and after leaving', async () => {
    const a = await nodes.node('a');
    const b = await nodes.node('b', { seeds: [a.address] });
    await assert.rejects(b.cluster.join([a.address]), { code: 'ALREADY_EXISTS' });
    await b.cluster.leave();
    await assert.rejects(b.cluster.join([a.address]), { code: 'FAILED_PRECONDITION' });
    assert.throws(() => b.cluster.setTag('a', 'b'), { code: 'FAILED_PRECONDITION' });
  });

  it('is refused before anything is sent when the server could verify nobody, or an option is wrong', async () => {
    const { cert, key } = trust;
    const { ca: _ca, ...noAuthority } = { cert, key, ca: undefined };
    const { Server } = await import('../../../src/server.ts');
    const server = new Server(noAuthority);
    await assert.rejects(server.enableCluster(), { code: 'FAILED_PRECONDITION', message: /listen/ });
    await server.listen('127.0.0.1:0');
    await assert.rejects(server.enableCluster(), { code: 'FAILED_PRECONDITION', message: /ca/ });
    await server.close();
    await assert.rejects(nodes.node('x', { seeds: ['nonsense'] }), { code: 'INVALID_ARGUMENT', message: /host:port/ });
    await assert.rejects(nodes.node('x', { tags: { big: 'x'.repeat(17_000) } }), { code: 'INVALID_ARGUMENT' });
  });
});

function alive(node: TestNode): string[] {
  return node.cluster
    .nodes()
    .filter(({ state }) => state === 'alive')
    .map(({ nodeId }) => nodeId)
    .sort();
}

function record(nodeId: string): Parameters<typeof joinMethod.request.encode>[0]['message']['self'] {
  return { nodeId, epoch: 1, incarnation: 0, state: 'alive', address: '127.0.0.1:1', gossipAddress: '127.0.0.1:2', tags: {} };
}

function recording(packets: Buffer[]): DatagramNetwork {
  return {
    async bind(address, onMessage) {
      const socket = await udpNetwork().bind(address, onMessage);
      return {
        address: socket.address,
        close: () => socket.close(),
        send(bytes, to) {
          packets.push(Buffer.from(bytes));
          socket.send(bytes, to);
        },
      };
    },
  };
}
