import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { DatagramNetwork } from '../../../src/ports/datagram-socket.ts';
import { seededRandom } from '../../../src/testing/seeded-random.ts';
import { udpNetwork } from '../../../src/transports/udp/udp-network.ts';
import { ClusterNodes, eventually, type TestNode } from '../../support/cluster-nodes.ts';
import { createTestCertificates, type TestCertificates } from '../../support/test-certificates.ts';

let certificates: TestCertificates;
let nodes: ClusterNodes;
const newNodes = (): ClusterNodes => new ClusterNodes({ ...certificates.node, ca: certificates.authority.cert });

before(async () => {
  certificates = await createTestCertificates();
  nodes = newNodes();
});
afterEach(async () => {
  await nodes.close();
  nodes = newNodes();
});
after(() => nodes.close());

describe('the gossip key of a cluster over QUIC and UDP', () => {
  it('is replaced while 5 % of the datagrams are lost: no node fails, and nothing becomes unreadable', async () => {
    const network = lossy(0.05);
    const all = await start(4, { network });
    const failed: string[] = [];
    for (const { cluster } of all)
      cluster.subscribe((event) => {
        if (event.kind === 'nodeFailed') failed.push(event.node.nodeId);
      });
    const before = all.map(refused);
    const change = await (all[2] as TestNode).cluster.security.rotateKey();
    assert.deepEqual(change, { confirmed: 3, unreached: [] });
    await eventually('the old key is forgotten', () => all.every(({ cluster }) => cluster.security.status().phase === 'settled'));
    const sent = probesOf(all);
    await eventually('probes with the new key', () => probesOf(all).every((count, i) => count >= (sent[i] ?? 0) + 3));
    assert.equal(new Set(all.map(({ cluster }) => String(cluster.security.status().keyIds))).size, 1);
    assert.deepEqual(failed, []);
    assert.deepEqual(all.map(refused), before);
  });

  it('opens nothing that was recorded before it was replaced, and no datagram from elsewhere gets an answer', async (t) => {
    const recorded: Buffer[] = [];
    const [a, b] = (await start(2, { network: recording(recorded) })) as [TestNode, TestNode];
    await eventually('some gossip', () => recorded.length >= 20);
    const answers: Buffer[] = [];
    const attacker = await udpNetwork().bind('127.0.0.1:0', (bytes) => void answers.push(Buffer.from(bytes)));
    // An open socket would keep the process.
    t.after(() => attacker.close());
    const replay = (): number => {
      let bytes = 0;
      for (const packet of recorded.slice(0, 20)) {
        for (const { cluster } of [a, b]) attacker.send(packet, gossipAddressOf(cluster.localNodeId(), a));
        bytes += 2 * packet.length;
      }
      return bytes;
    };
    const before = sumOf(refused(a)) + sumOf(refused(b));
    const bytesSent = replay();
    await eventually('the replays were refused', () => sumOf(refused(a)) + sumOf(refused(b)) >= before + 40);
    await a.cluster.security.rotateKey();
    await eventually('the old key is forgotten', () => [a, b].every(({ cluster }) => cluster.security.status().phase === 'settled'));
    await eventually('they are unreadable', () => {
      // Each node refuses what it sent itself as its own, so that one round may bring few to one of them.
      replay();
      return [a, b].every((node) => (refused(node).unknownKey ?? 0) >= 10);
    });
    assert.ok(bytesSent > 0);
    assert.equal(Buffer.concat(answers).length, 0, 'bytes that an address of nobody was sent');
    assert.deepEqual(
      [...a.cluster.nodes(), ...b.cluster.nodes()].map(({ state }) => state),
      ['alive', 'alive', 'alive', 'alive'],
    );
  });
});

describe('a node that is expelled from a cluster over QUIC', () => {
  it('stops, and cannot come back under another name with its certificate; the others stay together', async () => {
    const all = await start(4);
    const [a, b, c, d] = all as [TestNode, TestNode, TestNode, TestNode];
    const told: string[] = [];
    c.cluster.subscribe((event) => {
      if (event.kind === 'nodeExpelled') told.push(event.node.nodeId);
    });
    const { confirmed } = await b.cluster.security.expel('n2', 'test');
    assert.equal(confirmed, 2);
    await eventually('it hears of it', () => told.length > 0);
    await assert.rejects(c.cluster.join([a.address]), { code: 'FAILED_PRECONDITION' });
    const { cert, key } = c.server.settings;
    const again = { seeds: [a.address, b.address, d.address], server: { cert, key } };
    for (const nodeId of ['n2', 'harmless'])
      await assert.rejects(nodes.node(nodeId, again), { code: 'PERMISSION_DENIED', message: /"n2" was expelled from the cluster: test/ });
    for (const node of [a, b, d]) {
      const alive = node.cluster.nodes().filter(({ state }) => state === 'alive');
      assert.deepEqual(alive.map(({ nodeId }) => nodeId).sort(), ['n0', 'n1', 'n3']);
    }
    await a.cluster.security.readmit('n2');
    await nodes.node('n2', again);
    await eventually('it is back', () => d.cluster.node('n2')?.state === 'alive');
  });
});

/** Nodes with a certificate each, that know each other. */
async function start(count: number, options: { readonly network?: DatagramNetwork } = {}): Promise<TestNode[]> {
  const started: TestNode[] = [];
  for (let i = 0; i < count; i++) {
    const server = await certificates.authority.issue({ commonName: `node ${i}` });
    const seeds = started.map(({ address }) => address);
    started.push(await nodes.node(`n${i}`, { ...(i > 0 && { seeds }), server, ...options }));
  }
  await eventually('one view', () => started.every(({ cluster }) => cluster.stats().alive === count));
  return started;
}

function refused({ cluster }: TestNode): Readonly<Record<string, number>> {
  return { ...cluster.security.status().refusedDatagrams };
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function probesOf(all: readonly TestNode[]): number[] {
  return all.map(({ cluster }) => cluster.stats().counters.probesSent);
}

function gossipAddressOf(nodeId: string, asked: TestNode): string {
  return asked.cluster.node(nodeId)?.gossipAddress ?? '';
}

/** UDP that loses this share of what is sent. */
function lossy(share: number): DatagramNetwork {
  const random = seededRandom(5);
  return wrapped((send) => (random.next() < share ? undefined : send()));
}

function recording(packets: Buffer[]): DatagramNetwork {
  return wrapped((send, bytes) => {
    packets.push(Buffer.from(bytes));
    send();
  });
}

function wrapped(pass: (send: () => void, bytes: Uint8Array) => void): DatagramNetwork {
  return {
    async bind(address, onMessage) {
      const socket = await udpNetwork().bind(address, onMessage);
      return {
        address: socket.address,
        close: () => socket.close(),
        send: (bytes, to) => pass(() => socket.send(bytes, to), bytes),
      };
    },
  };
}
