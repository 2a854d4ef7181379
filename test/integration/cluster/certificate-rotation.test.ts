import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ClusterClient } from '../../../src/cluster/cluster-client.ts';
import { type Keyed, syncMethod } from '../../../src/cluster/internal-methods.ts';
import { WorkerRegistry } from '../../../src/cluster/worker-registry.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { CallContext } from '../../../src/rpc/call-context.ts';
import type { SyncRequest } from '../../../src/swim/exchange.ts';
import { ClusterNodes, eventually, type TestNode } from '../../support/cluster-nodes.ts';
import { createTestCertificates, type TestCertificates } from '../../support/test-certificates.ts';

describe('a node whose server gets a new certificate', () => {
  let certificates: TestCertificates;
  let nodes: ClusterNodes;
  before(async () => {
    certificates = await createTestCertificates();
    nodes = new ClusterNodes({ ...certificates.node, ca: certificates.authority.cert + certificates.otherAuthority.cert });
  });
  after(() => nodes.close());

  it('shows it to other nodes and to workers, and trusts the new authority, so that a whole cluster can change over', async () => {
    const { otherAuthority } = certificates;
    const membership = { profile: 'local', syncIntervalMs: 300 } as const;
    const a = await nodes.node('a', { membership });
    const b = await nodes.node('b', { seeds: [a.address], membership, tags: { role: 'worker' } });
    const client = new ClusterClient(new WorkerRegistry(a.cluster));
    registerWho(b);
    await eventually('the worker', () => client.registry.workerCount() === 1);
    assert.equal(await who(client), 'test node');

    for (const node of [a, b]) {
      const identity = await otherAuthority.issue({ commonName: `renewed ${node.cluster.localNodeId()}` });
      await node.server.updateCertificate({ ...identity, graceMs: 500 });
    }
    assert.equal(await who(client), 'renewed a');
    const shown = recordSyncs(b);
    await eventually('an exchange of views', () => shown.length > 0);
    assert.deepEqual([...new Set(shown)], ['renewed a']);

    for (const node of [a, b]) {
      const { cert, key } = node.server.settings;
      await node.server.updateCertificate({ cert, key, ca: otherAuthority.cert, graceMs: 500 });
    }
    const identity = await otherAuthority.issue({ commonName: 'newcomer' });
    const server = { ...identity, ca: otherAuthority.cert };
    const c = await nodes.node('c', { seeds: [a.address], membership, server, tags: { role: 'worker' } });
    registerWho(c);
    await eventually('both workers', () => client.registry.workerCount() === 2);
    const answers = await client.callAllWorkers('T.who', Buffer.alloc(0));
    assert.deepEqual(
      answers.map((answer) => (answer.ok ? String(answer.value) : answer.error.message)),
      ['renewed a', 'renewed a'],
    );
    const later = recordSyncs(c);
    await eventually('exchanges of both with the newcomer', () => new Set(later).size === 2);
    assert.deepEqual([...new Set(later)].sort(), ['renewed a', 'renewed b']);
    await client.close();
  });

  it('keeps to what its options say', async () => {
    const { authority, node } = certificates;
    const own = await authority.issue({ commonName: 'for calls' });
    const a = await nodes.node('a', { membership: { profile: 'local' }, clusterName: 'own' });
    const tls = { cert: own.cert, key: own.key };
    const b = await nodes.node('b', {
      seeds: [a.address],
      membership: { profile: 'local', syncIntervalMs: 300 },
      clusterName: 'own',
      tls,
    });
    await b.server.updateCertificate({ ...node, graceMs: 500 });
    const shown = recordSyncs(a);
    await eventually('an exchange of views', () => shown.length > 0);
    assert.deepEqual([...new Set(shown)], ['for calls']);
  });
});

/** Has a node answer with the name in its caller's certificate. */
function registerWho({ server }: TestNode): void {
  server.registerRaw('T.who', (_, context) => Buffer.from(context.peer.certificate?.commonName ?? 'nobody'));
}

function who(client: ClusterClient): Promise<string> {
  return client.callWorker('T.who', Buffer.alloc(0)).then(String);
}

/** The names in the certificates of those who want to exchange views with a node, from now on. They are sent away. */
function recordSyncs({ server }: TestNode): string[] {
  const shown: string[] = [];
  server.registerMethod({
    kind: 'unary',
    method: syncMethod,
    handle: (_: Keyed<SyncRequest>, context: CallContext) => {
      shown.push(context.peer.certificate?.commonName ?? 'nobody');
      throw new RpcError('UNAVAILABLE', 'only asked for the name');
    },
  });
  return shown;
}
