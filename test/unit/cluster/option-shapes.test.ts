import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { ClusterClient } from '../../../src/cluster/cluster-client.ts';
import { type ClusterOptions, resolveClusterOptions } from '../../../src/cluster/cluster-options.ts';
import { WorkerRegistry } from '../../../src/cluster/worker-registry.ts';
import type { LoadBalancer } from '../../../src/registry/node-source.ts';
import { RpcServer } from '../../../src/rpc/rpc-server.ts';
import { VirtualCluster } from '../../support/virtual-cluster.ts';

const SECRET = 'correct horse battery staple 123';

/** What is given, and what the message has in it. */
const WRONG: readonly (readonly [unknown, string])[] = [
  [{ phiThreshold: 8 }, 'Expected the cluster options to be made of known names (nodeId, clusterName, seeds,'],
  [{ phiThreshold: 8 }, 'got "phiThreshold"'],
  [{ toString: 8 }, 'got "toString"'],
  [null, 'Expected the cluster options to be an object, got null'],
  ['worker-1', 'Expected the cluster options to be an object'],
  [{ nodeId: null }, 'Expected nodeId to be left out, or to have a value, got null'],
  [{ seeds: 'a:1000' }, 'Expected seeds to be a list of host:port or srv:name, got "a:1000"'],
  [{ authorize: true }, 'Expected authorize to be a function that answers true or false, got true'],
  [{ gossip: 'a:1000' }, 'Expected gossip to be an object'],
  [{ gossip: { port: 7000 } }, 'Expected gossip to be made of known names (bind, advertiseAddress, key, keys, rotateEveryMs), got "port"'],
  [{ gossip: { key: SECRET } }, 'Expected gossip.key to be 32 random bytes as a Uint8Array'],
  [{ gossip: { keys: SECRET } }, 'Expected gossip.keys to be a list of one or two keys'],
  [{ gossip: { keys: [SECRET] } }, 'Expected gossip.keys to be 32 random bytes as a Uint8Array'],
  [{ joinToken: ['new', 5] }, 'Expected joinToken to be a string that is not empty, or a list of such; what came is not shown'],
  [{ joinToken: ['new', ''] }, 'Expected joinToken to be a string that is not empty'],
  [{ tls: { keyPath: 'key.pem' } }, 'Expected tls to be made of known names (ca, cert, key, serverName), got "keyPath"'],
  [{ tls: { key: [SECRET] } }, 'Expected tls.key to be PEM text or its bytes; what came is not shown'],
  [{ tls: { serverName: 5 } }, 'Expected tls.serverName to be a string that is not empty, got 5'],
  [{ partition: { readonly: true } }, 'Expected partition to be made of known names (threshold, graceMs, readOnly), got "readonly"'],
  [{ partition: true }, 'Expected partition to be an object, got true'],
  [{ membership: 'wan' }, 'Expected membership to be an object, got "wan"'],
  [{ membership: { profile: 'toString' } }, 'Expected membership.profile to be "lan", "wan" or "local", got "toString"'],
  [{ membership: { toString: 3 } }, 'Expected membership to be made of known names (profile, probeIntervalMs,'],
  [{ phi: 8 }, 'Expected phi to be an object, got 8'],
];

describe('options that no compiler checked', () => {
  let server: RpcServer;

  before(async () => {
    const virtual = new VirtualCluster();
    const transport = virtual.network.transport({ host: 'a', certificate: { commonName: 'a' } });
    server = new RpcServer({ cert: 'c', key: 'k', ca: 'ca', transport, runtime: virtual.runtime });
    await virtual.until(server.listen('a:1000'));
  });

  for (const [options, message] of WRONG) {
    test(`are refused: ${message}`, () => {
      assert.throws(
        () => resolveClusterOptions(server, options as ClusterOptions),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'INVALID_ARGUMENT');
          assert.ok(error.message.includes(message), error.message);
          assert.ok(!error.message.includes(SECRET), 'the message shows a secret');
          return true;
        },
      );
    });
  }

  test('are accepted where undefined stands for what is left out', () => {
    const names = ['nodeId', 'seeds', 'tags', 'gossip', 'joinToken', 'authorize', 'tls', 'membership', 'phi', 'partition'];
    const options = Object.fromEntries(names.map((name) => [name, undefined]));
    assert.equal(resolveClusterOptions(server, options).nodeId, 'a:1000');
  });
});

test('a listener that is no function, and unknown options of subscribe, events and ready, are refused at once', async () => {
  const virtual = new VirtualCluster();
  const { cluster } = await virtual.node('a');
  const wrong: (() => unknown)[] = [
    () => cluster.subscribe(undefined as unknown as () => void),
    () => cluster.subscribe(() => {}, { coalesce: 5 } as object),
    () => cluster.events({ size: 5 } as object),
    () => cluster.events(null as unknown as object),
  ];
  for (const call of wrong) assert.throws(call, { code: 'INVALID_ARGUMENT' });
  const unknownName = /made of known names \(minNodes, timeoutMs\), got "nodes"/;
  await assert.rejects(cluster.ready({ minNodes: 1, nodes: 3 } as { minNodes: number }), {
    code: 'INVALID_ARGUMENT',
    message: unknownName,
  });
  await assert.rejects(cluster.ready(3 as unknown as { minNodes: number }), /Expected the options of ready to be an object, got 3/);
});

test('tags that are no object, and balancers and listeners of loads that are none, are refused at once', async () => {
  const { cluster } = await new VirtualCluster().node('a', { tags: { role: 'worker' } });
  const wrong: (() => unknown)[] = [
    () => cluster.updateTags('abc' as unknown as Record<string, string>),
    () => cluster.updateTags(undefined as unknown as Record<string, string>),
    () => cluster.nodesWithAllTags(null as unknown as Record<string, string>),
    () => cluster.onLoad(undefined as unknown as () => void),
    () => cluster.followLoads({} as LoadBalancer),
    () => cluster.followLoads(undefined as unknown as LoadBalancer),
    () => new ClusterClient(new WorkerRegistry(cluster), { maxAttempt: 3 } as object),
  ];
  for (const call of wrong) assert.throws(call, { code: 'INVALID_ARGUMENT' });
  assert.deepEqual(cluster.node('a')?.tags, { role: 'worker' });
});

test('a process that wants a name again and again is logged as an error once in ten minutes', async () => {
  const virtual = new VirtualCluster();
  await virtual.node('a');
  const rival = await virtual.node('b', { nodeId: 'a', seeds: ['a:1000'], waitForJoin: false });
  const told = (): number => virtual.logged.filter((line) => line.includes('was turned away')).length;
  await virtual.pass(60_000, 100);
  assert.equal(told(), 1);
  await virtual.pass(600_000, 500);
  assert.equal(told(), 2);
  await virtual.until(rival.server.close({ graceMs: 0 }));
});
