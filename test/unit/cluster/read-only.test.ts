import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClusterClient } from '../../../src/cluster/cluster-client.ts';
import { WorkerRegistry } from '../../../src/cluster/worker-registry.ts';
import { RpcClient } from '../../../src/rpc/rpc-client.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { VirtualCluster, type VirtualNode } from '../../support/virtual-cluster.ts';

describe('a node with partition.readOnly', () => {
  it('refuses unsafe methods while it is in the minority, and takes them the moment the partition is over', async () => {
    const { virtual, nodes } = await cluster(5, { readOnly: true, graceMs: 5_000 });
    const [majority, minority] = [nodes.slice(0, 3), nodes.slice(3)];
    virtual.network.partition(idsOf(majority), idsOf(minority));
    await virtual.pass(10_000, 20);
    assert.deepEqual(readOnlyOf(nodes), [false, false, false, false, false], 'not before the grace time is over');
    await virtual.pass(10_000, 20);
    assert.deepEqual(readOnlyOf(nodes), [false, false, false, true, true]);
    assert.deepEqual(
      nodes.map(({ cluster }) => cluster.hasQuorum()),
      [true, true, true, false, false],
    );
    assert.deepEqual(
      nodes.map(({ cluster }) => cluster.stats().isPartitioned),
      [false, false, false, true, true],
    );
    const neighbour = virtual.network.transport({ host: 'neighbour' });
    const client = new RpcClient('n3:1000', { transport: neighbour, runtime: virtual.runtime });
    await assert.rejects(virtual.until(client.callRaw('T.write', EMPTY)), { code: 'UNAVAILABLE', details: { reason: 'readOnly' } });
    assert.equal(String(await virtual.until(client.callRaw('T.read', EMPTY))), 'n3');

    const whenHealed: boolean[] = [];
    nodes[3]?.cluster.subscribe((event) => {
      if (event.kind === 'partitionHealed') whenHealed.push(nodes[3]?.server.isReadOnly ?? true);
    });
    virtual.network.heal();
    await virtual.pass(60_000, 20);
    assert.deepEqual(readOnlyOf(nodes), [false, false, false, false, false]);
    assert.equal(nodes[3]?.cluster.stats().isPartitioned, false);
    assert.deepEqual(whenHealed, [false], 'when subscribers hear that it is over');
    assert.equal(String(await virtual.until(client.callRaw('T.write', EMPTY))), 'n3');
    assert.equal(virtual.logged.filter((line) => line.startsWith('only safe methods are served')).length, 2);
    await virtual.until(client.close());
  });

  it('takes them again when the size is accepted on one of the nodes that are left', async () => {
    const { virtual, left } = await twoOfFive();
    assert.deepEqual([...(left[0]?.cluster.acceptSize() ?? [])].sort(), ['n2', 'n3', 'n4']);
    assert.deepEqual(readOnlyOf(left), [false, true], 'at once where it was said');
    await virtual.pass(3_000, 20);
    assert.deepEqual(readOnlyOf(left), [false, false]);
    assert.deepEqual(
      left.map(({ cluster }) => cluster.hasQuorum()),
      [true, true],
    );
    assert.deepEqual(left[0]?.cluster.acceptSize(), []);
  });

  it('takes them when it leaves', async () => {
    const { virtual, nodes } = await cluster(3, { readOnly: true, graceMs: 4_000 });
    virtual.network.partition(['n0', 'n1'], ['n2']);
    await virtual.pass(20_000, 20);
    const alone = nodes[2] as VirtualNode;
    assert.equal(alone.server.isReadOnly, true);
    await virtual.until(alone.cluster.leave());
    assert.equal(alone.server.isReadOnly, false);
    assert.equal(alone.cluster.hasQuorum(), false);
    assert.throws(() => alone.cluster.acceptSize(), { code: 'FAILED_PRECONDITION' });
  });

  it('is not what a node is without the option', async () => {
    const { virtual, nodes } = await cluster(3, { graceMs: 4_000 });
    virtual.network.partition(['n0', 'n1'], ['n2']);
    await virtual.pass(20_000, 20);
    assert.equal(nodes[2]?.cluster.hasQuorum(), false);
    assert.deepEqual(readOnlyOf(nodes), [false, false, false]);
  });

  it('needs an option that is true or false, and partitions that are reported', async () => {
    const virtual = new VirtualCluster();
    await assert.rejects(virtual.node('a', { partition: { readOnly: 'yes' as never } }), {
      code: 'INVALID_ARGUMENT',
      message: 'Expected partition.readOnly to be true or false, got "yes"',
    });
    await assert.rejects(virtual.node('b', { partition: { readOnly: true, threshold: 0 } }), {
      code: 'INVALID_ARGUMENT',
      message: 'Expected partition.threshold to be above 0, because partition.readOnly is set, got 0',
    });
  });
});

describe('a cluster client whose worker is read-only', () => {
  it('sends calls to another, also such that are not idempotent', async () => {
    const { virtual, client, workers } = await callers();
    workers[0]?.server.setReadOnly('it is being tested');
    for (let i = 0; i < 12; i++) assert.equal(String(await virtual.until(client.callWorker('W.who', EMPTY, 'role=worker'))), 'w1');
    workers[0]?.server.setReadOnly(undefined);
    await virtual.pass(2_000);
    assert.deepEqual(await whoAnswers(virtual, client), ['w0', 'w1'], 'and soon to both, when it takes them again');
  });

  it('sends streams of a server to another', async () => {
    const { virtual, client, workers } = await callers();
    for (const { server, nodeId } of workers) {
      const handle = async function* (): AsyncGenerator<Buffer> {
        yield Buffer.from(nodeId);
      };
      server.registerMethod({ kind: 'serverStreaming', method: rawMethod('W.stream', 'serverStreaming'), handle });
    }
    workers[1]?.server.setReadOnly('it is being tested');
    for (let i = 0; i < 6; i++) {
      const items = client.caller('role=worker').serverStreaming(rawMethod('W.stream', 'serverStreaming'), EMPTY);
      assert.equal(String((await virtual.until(items.next())).value), 'w0');
      await virtual.until(items.next());
    }
  });

  it('fails with the reason when there is no other', async () => {
    const { virtual, client, workers } = await callers();
    for (const { server } of workers) server.setReadOnly('it is being tested');
    await assert.rejects(virtual.until(client.callWorker('W.who', EMPTY, 'role=worker')), {
      code: 'UNAVAILABLE',
      notTaken: true,
      details: { reason: 'readOnly' },
    });
  });

  it('takes them again when enough of the lost ones are expelled, and is not changed by leaving', async () => {
    const { virtual, left } = await twoOfFive();
    const [first] = left as [VirtualNode];
    await virtual.until(first.cluster.security.expel('n2'));
    await virtual.pass(3_000, 20);
    assert.deepEqual(
      left.map(({ cluster }) => [cluster.stats().isPartitioned, cluster.hasQuorum()]),
      [
        [true, true],
        [true, true],
      ],
    );
    assert.deepEqual(readOnlyOf(left), [false, false]);
    const leaving = first.cluster.leave();
    assert.equal(first.server.isReadOnly, false);
    await virtual.until(leaving);
    assert.equal(first.server.isReadOnly, false);
  });

  it('does not hold its refusals against it', async () => {
    const { virtual, client, workers } = await callers();
    for (const { server } of workers) server.setReadOnly('it is being tested');
    for (let i = 0; i < 10; i++)
      await virtual.until(
        client.callWorker('W.who', EMPTY, 'role=worker').catch(() => undefined),
        120_000,
      );
    for (const { server } of workers) server.setReadOnly(undefined);
    await virtual.pass(2_000);
    assert.deepEqual(await whoAnswers(virtual, client), ['w0', 'w1']);
  });
});

const EMPTY = Buffer.alloc(0);

/** What is left of five nodes when three were killed, so long ago that both take no changes. */
async function twoOfFive(): Promise<{ virtual: VirtualCluster; left: readonly VirtualNode[] }> {
  const { virtual, nodes } = await cluster(5, { readOnly: true, graceMs: 5_000 });
  for (const nodeId of ['n2', 'n3', 'n4']) virtual.network.crash(nodeId);
  for (const { cluster, server } of nodes.slice(2)) void [cluster.close(), server.close({ graceMs: 0 })];
  await virtual.pass(30_000, 20);
  const left = nodes.slice(0, 2);
  assert.deepEqual(readOnlyOf(left), [true, true]);
  return { virtual, left };
}

async function cluster(
  size: number,
  partition: { readonly readOnly?: boolean; readonly graceMs: number },
): Promise<{ virtual: VirtualCluster; nodes: VirtualNode[] }> {
  const virtual = new VirtualCluster();
  const nodes: VirtualNode[] = [];
  for (let i = 0; i < size; i++) {
    const node = await virtual.node(`n${i}`, { partition, seeds: i === 0 ? [] : ['n0:1000'] });
    node.server.registerRaw('T.write', () => Buffer.from(node.nodeId));
    node.server.registerRaw('T.read', () => Buffer.from(node.nodeId), { safe: true });
    nodes.push(node);
  }
  await virtual.pass(12_000, 20);
  return { virtual, nodes };
}

async function callers(): Promise<{ virtual: VirtualCluster; client: ClusterClient; workers: readonly VirtualNode[] }> {
  const virtual = new VirtualCluster();
  const director = await virtual.node('director');
  const workers = [await virtual.worker('w0', ['director:1000']), await virtual.worker('w1', ['director:1000'])];
  await virtual.pass(1_000);
  return { virtual, client: new ClusterClient(new WorkerRegistry(director.cluster, 'roundRobin')), workers };
}

async function whoAnswers(virtual: VirtualCluster, client: ClusterClient): Promise<string[]> {
  const who = new Set<string>();
  for (let i = 0; i < 10; i++) who.add(String(await virtual.until(client.callWorker('W.who', EMPTY, 'role=worker'))));
  return [...who].sort();
}

function idsOf(nodes: readonly VirtualNode[]): string[] {
  return nodes.map(({ nodeId }) => nodeId);
}

function readOnlyOf(nodes: readonly VirtualNode[]): boolean[] {
  return nodes.map(({ server }) => server.isReadOnly);
}
