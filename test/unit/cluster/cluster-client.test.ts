import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClusterClient } from '../../../src/cluster/cluster-client.ts';
import { WorkerRegistry } from '../../../src/cluster/worker-registry.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { CallContext } from '../../../src/rpc/call-context.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { VirtualCluster, type VirtualNode } from '../../support/virtual-cluster.ts';

const seeds = ['director:1000'];

describe('a cluster client', () => {
  it('spreads calls over the workers that match, and follows their tags', async () => {
    const { virtual, client, registry, workers } = await started(3);
    const counts = new Map<string, number>();
    for (let i = 0; i < 30; i++) {
      const who = String(await virtual.until(client.callWorker('W.who', EMPTY, 'role=worker')));
      counts.set(who, (counts.get(who) ?? 0) + 1);
    }
    assert.deepEqual([...counts.keys()].sort(), ['w0', 'w1', 'w2']);
    workers[1]?.cluster.setTag('zone', 'eu');
    await virtual.pass(1_000);
    assert.equal(String(await virtual.until(client.callWorker('W.who', EMPTY, { zone: 'eu' }))), 'w1');
    workers[1]?.cluster.setTag('role', 'retired');
    await virtual.pass(1_000);
    assert.deepEqual(
      registry.workers().map((worker) => worker.label),
      ['w0', 'w2'],
    );
  });

  it('says clearly when no worker matches', async () => {
    const { virtual, client } = await started(1);
    await assert.rejects(virtual.until(client.callWorker('W.who', EMPTY, 'role=worker,zone=mars')), {
      code: 'UNAVAILABLE',
      message: /zone=mars/,
    });
    await assert.rejects(virtual.until(client.callWorker('W.who', EMPTY, 'role==')), { code: 'INVALID_ARGUMENT' });
  });

  it('asks all workers at once and gives each one’s answer or error', async () => {
    const { virtual, client, workers } = await started(3);
    workers[2]?.server.registerRaw('W.who', () => {
      throw new RpcError('NOT_FOUND', 'no name');
    });
    const outcomes = await virtual.until(client.callAllWorkers('W.who', EMPTY));
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.ok ? String(outcome.value) : outcome.error.code)),
      ['w0', 'w1', 'NOT_FOUND'],
    );
  });

  it('loses no idempotent call when a worker is killed under load, and calls it no more afterwards', async () => {
    const { virtual, client, workers } = await started(4);
    const results: string[] = [];
    const failures: RpcError[] = [];
    let isRunning = true;
    const load = Array.from({ length: 20 }, async () => {
      while (isRunning) {
        await client.callWorker('W.slow', Buffer.from('20'), 'role=worker', { idempotent: true }).then(
          (who) => results.push(String(who)),
          (error: RpcError) => failures.push(error),
        );
      }
    });
    await virtual.pass(1_000);
    virtual.network.crash('w1');
    await virtual.pass(3_500);
    results.length = 0;
    await virtual.pass(1_000);
    isRunning = false;
    await virtual.until(Promise.all(load));
    assert.deepEqual(failures, []);
    assert.ok(results.length > 200, `${results.length}`);
    assert.ok(!results.includes('w1'));
    assert.ok(workers.length === 4);
  });

  it('fails a call that may have run and is not idempotent, and says so', async () => {
    const { virtual, client } = await started(2);
    const call = client.callWorker('W.slow', Buffer.from('60000'), 'role=worker');
    await virtual.pass(100);
    virtual.network.crash('w0');
    virtual.network.crash('w1');
    await assert.rejects(virtual.until(call), { code: 'UNAVAILABLE', notTaken: false });
  });

  it('moves calls of any kind when a worker drains: none fails', async () => {
    const { virtual, client, workers } = await started(3);
    const failures: unknown[] = [];
    let done = 0;
    let isRunning = true;
    const load = Array.from({ length: 10 }, async () => {
      while (isRunning) {
        await client.callWorker('W.slow', Buffer.from('15'), 'role=worker').then(
          () => done++,
          (error: unknown) => failures.push(error),
        );
      }
    });
    await virtual.pass(500);
    await virtual.until((workers[0] as VirtualNode).server.close());
    await virtual.until((workers[1] as VirtualNode).server.close());
    await virtual.pass(500);
    isRunning = false;
    await virtual.until(Promise.all(load));
    assert.deepEqual(failures, []);
    assert.ok(done > 100);
  });

  it('gives up after the attempts allowed when every worker fails, with the reason', async () => {
    const { virtual, client, workers } = await started(3);
    let calls = 0;
    for (const { server } of workers) {
      server.registerRaw('W.sick', () => {
        calls++;
        throw new RpcError('UNAVAILABLE', 'no GPU');
      });
    }
    const call = client.callWorker('W.sick', EMPTY, 'role=worker', { idempotent: true });
    await assert.rejects(virtual.until(call), { code: 'UNAVAILABLE', message: /no GPU \(given up after trying 3 workers\)/ });
    assert.equal(calls, 3);
    await assert.rejects(virtual.until(client.callWorker('W.sick', EMPTY)), { message: 'no GPU' });
    assert.equal(calls, 4);
  });

  it('keeps calls with one key on one worker', async () => {
    const { virtual, client } = await started(3);
    const seen = new Set<string>();
    for (let i = 0; i < 10; i++) seen.add(String(await virtual.until(client.callWorker('W.who', EMPTY, undefined, { key: 'session-7' }))));
    assert.equal(seen.size, 1);
  });

  it('serves generated clients, streams included, through a caller', async () => {
    const { virtual, client, workers } = await started(2);
    const count = rawMethod('W.count', 'serverStreaming');
    const echo = rawMethod('W.echo', 'bidirectional');
    for (const { server } of workers) {
      server.registerMethod({
        kind: 'serverStreaming',
        method: count,
        async *handle() {
          for (let i = 0; i < 5; i++) yield Buffer.from(String(i));
        },
      });
      server.registerMethod({ kind: 'bidirectional', method: echo, handle: (requests: AsyncIterable<Uint8Array>) => requests });
    }
    const caller = client.caller('role=worker');
    assert.deepEqual(await virtual.until(collect(caller.serverStreaming(count, EMPTY))), ['0', '1', '2', '3', '4']);
    assert.deepEqual(await virtual.until(collect(caller.bidirectional(echo, [Buffer.from('a'), Buffer.from('b')]))), ['a', 'b']);
  });

  it('lets a stream be left while it waits for an item, and its handler hears of it', async () => {
    const { virtual, client, workers } = await started(1);
    const silent = rawMethod('W.silent', 'serverStreaming');
    const server = (workers[0] as VirtualNode).server;
    server.registerMethod({
      kind: 'serverStreaming',
      method: silent,
      async *handle(_: Uint8Array, { signal }: CallContext) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        yield EMPTY;
      },
    });
    const stream = client.caller().serverStreaming(silent, EMPTY);
    const waiting = stream.next();
    await virtual.pass(50);
    assert.equal(server.inFlight, 1);
    await virtual.until(stream.return?.() as Promise<unknown>);
    assert.equal((await virtual.until(waiting)).done, true);
    await virtual.pass(50);
    assert.equal(server.inFlight, 0);
  });

  it('fails with the real error when the next attempt would come too late', async () => {
    const { virtual, client, workers } = await started(1);
    workers[0]?.server.registerRaw('W.sick', () => {
      throw new RpcError('UNAVAILABLE', 'the database is down');
    });
    const call = client.callWorker('W.sick', EMPTY, undefined, { idempotent: true, timeoutMs: 50 });
    await assert.rejects(virtual.until(call), { code: 'UNAVAILABLE', message: /the database is down/ });
  });

  it('does not fail calls that wait for a connection when their worker is no worker any more', async () => {
    const { virtual, client, workers } = await started(2);
    virtual.network.setConditions({ latencyMs: 300 });
    const calls = Array.from({ length: 10 }, () => client.callWorker('W.who', EMPTY, 'role=worker', { idempotent: true }));
    await virtual.pass(50);
    workers[1]?.cluster.setTag('role', 'retired');
    const names = await virtual.until(Promise.all(calls));
    assert.equal(names.length, 10);
  });

  it('uses a worker again as soon as its new process has joined, although calls on the old one still hang', async () => {
    const { virtual, client } = await started(2);
    let isRunning = true;
    const names: string[] = [];
    const load = Array.from({ length: 8 }, async () => {
      while (isRunning) names.push(String(await client.callWorker('W.slow', Buffer.from('20'), 'role=worker', { idempotent: true })));
    });
    await virtual.pass(300);
    virtual.network.crash('w1');
    await virtual.pass(100);
    await virtual.worker('w1', seeds);
    await virtual.pass(4_000);
    names.length = 0;
    await virtual.pass(2_000);
    isRunning = false;
    await virtual.until(Promise.all(load));
    assert.ok(names.includes('w1'), 'the new process got no call');
  });

  it('aborts a call that waits between two attempts', async () => {
    const { virtual, client, workers } = await started(1);
    workers[0]?.server.registerRaw('W.sick', () => {
      throw new RpcError('UNAVAILABLE', 'sick');
    });
    const controller = new AbortController();
    const call = client.callWorker('W.sick', EMPTY, undefined, { idempotent: true, signal: controller.signal });
    const failed = assert.rejects(call, { code: 'CANCELLED' });
    await virtual.pass(20);
    controller.abort();
    await virtual.until(failed);
  });

  it('leaves nothing open when it is closed', async () => {
    const { virtual, client, workers } = await started(2);
    await virtual.until(client.callAllWorkers('W.who', EMPTY));
    await client.close();
    await virtual.pass(100);
    for (const { server } of workers) assert.equal(server.inFlight, 0);
    await assert.rejects(virtual.until(client.callWorker('W.who', EMPTY)), { code: 'CANCELLED' });
  });
});

describe('the load of a worker', () => {
  it('reaches the director with gossip, also when the calls are somebody else’s', async () => {
    const { virtual, registry, workers } = await started(2);
    const other = await virtual.node('other', { seeds });
    const stranger = new ClusterClient(new WorkerRegistry(other.cluster));
    const calls = Array.from({ length: 6 }, () => stranger.callWorker('W.slow', Buffer.from('8000'), undefined, { key: 'one' }));
    await virtual.pass(3_000);
    const loads = registry.workers().map((worker) => worker.activeConnections);
    assert.deepEqual(loads.sort(), [0, 6]);
    const idle = workers.find(({ server }) => server.inFlight === 0);
    assert.equal(registry.selectWorker().nodeId, idle?.nodeId);
    await virtual.until(Promise.all(calls));
    await virtual.pass(3_000);
    assert.deepEqual(
      registry.workers().map((worker) => worker.activeConnections),
      [0, 0],
    );
  });
});

const EMPTY = Buffer.alloc(0);

async function started(
  count: number,
): Promise<{ virtual: VirtualCluster; client: ClusterClient; registry: WorkerRegistry; workers: readonly VirtualNode[] }> {
  const virtual = new VirtualCluster();
  const director = await virtual.node('director');
  const workers: VirtualNode[] = [];
  for (let i = 0; i < count; i++) workers.push(await virtual.worker(`w${i}`, seeds));
  const registry = new WorkerRegistry(director.cluster);
  await virtual.pass(1_000);
  assert.equal(registry.workerCount(), count);
  return { virtual, client: new ClusterClient(registry), registry, workers };
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<string[]> {
  const items: string[] = [];
  for await (const item of stream) items.push(String(item));
  return items;
}
