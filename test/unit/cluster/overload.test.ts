import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClusterClient } from '../../../src/cluster/cluster-client.ts';
import { WorkerRegistry } from '../../../src/cluster/worker-registry.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { RpcServerOptions } from '../../../src/rpc/server-options.ts';
import { VirtualCluster, type VirtualNode } from '../../support/virtual-cluster.ts';

describe('a worker that refuses calls because it is full', () => {
  it('is left alone for as long as it asks, and its calls go to another', async () => {
    const { virtual, client, workers } = await started([{ maxServerCalls: 1, overloadRetryAfterMs: 5_000 }, {}]);
    const busy = await occupy(virtual, workers[0]);
    const asked = countCalls(workers[0]);
    for (let i = 0; i < 20; i++) {
      assert.equal(String(await virtual.until(client.callWorker('W.who', EMPTY, 'role=worker'))), 'w1');
    }
    await busy.end();
    assert.equal(asked.count, 0);
    assert.equal(String(await virtual.until(client.callWorker('W.who', EMPTY, 'role=worker'))), 'w1', 'the hint still holds');
    await virtual.pass(8_000);
    const who = new Set<string>();
    for (let i = 0; i < 10; i++) who.add(String(await virtual.until(client.callWorker('W.who', EMPTY, 'role=worker'))));
    assert.deepEqual([...who].sort(), ['w0', 'w1'], 'and then it gets calls again');
  });

  it('and is the only one is asked again when its hint says so, not before', async () => {
    const { virtual, client, workers } = await started([{ maxServerCalls: 1, overloadRetryAfterMs: 2_000 }]);
    const busy = await occupy(virtual, workers[0]);
    const begun = virtual.clock.now();
    const call = client.callWorker('W.who', EMPTY, 'role=worker');
    await virtual.pass(500);
    await busy.end();
    assert.equal(String(await virtual.until(call)), 'w0');
    const tookMs = virtual.clock.now() - begun;
    assert.ok(tookMs >= 1_000 && tookMs <= 3_100, `${tookMs} ms`);
  });

  it('fails the call with the hint when there is no time to wait for it', async () => {
    const { virtual, client, workers } = await started([{ maxServerCalls: 1, overloadRetryAfterMs: 2_000 }]);
    const busy = await occupy(virtual, workers[0]);
    await assert.rejects(virtual.until(client.callWorker('W.who', EMPTY, 'role=worker', { timeoutMs: 500 })), (error: RpcError) => {
      assert.deepEqual([error.code, error.notTaken], ['RESOURCE_EXHAUSTED', true]);
      assert.ok((error.retryAfterMs ?? 0) >= 1_000, String(error.retryAfterMs));
      return true;
    });
    await busy.end();
  });

  it('still takes newcomers into the cluster', async () => {
    const { virtual, registry, workers } = await started([{ maxServerCalls: 1 }]);
    const busy = await occupy(virtual, workers[0]);
    await virtual.worker('newcomer', ['w0:1000']);
    await virtual.pass(1_000);
    assert.equal(registry.workerCount(), 2);
    assert.equal(workers[0]?.server.inFlight, 1, 'although it is full');
    await busy.end();
  });
});

describe('a handler that says when to try again', () => {
  it('keeps its worker for all other calls', async () => {
    const { virtual, client, workers } = await started([{}, {}]);
    for (const { server } of workers) {
      server.registerRaw('W.quota', () => {
        throw new RpcError('RESOURCE_EXHAUSTED', 'ten a minute', { retryAfterMs: 60_000 });
      });
    }
    for (let i = 0; i < 4; i++) await assert.rejects(virtual.until(client.callWorker('W.quota', EMPTY)), { retryAfterMs: 60_000 });
    const who = new Set<string>();
    for (let i = 0; i < 10; i++) who.add(String(await virtual.until(client.callWorker('W.who', EMPTY))));
    assert.deepEqual([...who].sort(), ['w0', 'w1']);
  });
});

const EMPTY = Buffer.alloc(0);

async function started(
  options: readonly Partial<RpcServerOptions>[],
): Promise<{ virtual: VirtualCluster; client: ClusterClient; registry: WorkerRegistry; workers: readonly VirtualNode[] }> {
  const virtual = new VirtualCluster();
  const director = await virtual.node('director');
  const workers: VirtualNode[] = [];
  for (const [i, option] of options.entries()) workers.push(await virtual.worker(`w${i}`, ['director:1000'], option));
  const registry = new WorkerRegistry(director.cluster, 'roundRobin');
  await virtual.pass(1_000);
  return { virtual, client: new ClusterClient(registry), registry, workers };
}

/** Has somebody outside the cluster hold a call on the worker. */
async function occupy(virtual: VirtualCluster, worker: VirtualNode | undefined): Promise<{ end(): Promise<void> }> {
  assert.ok(worker);
  worker.server.registerRaw('W.hold', () => new Promise(() => undefined));
  const transport = virtual.network.transport({ host: 'stranger' });
  const stranger = new RpcClient(worker.server.address ?? '', { transport, runtime: virtual.runtime });
  const held = assert.rejects(stranger.callRaw('W.hold', EMPTY, { timeoutMs: 0 }), { code: 'CANCELLED' });
  await virtual.pass(100);
  assert.equal(worker.server.inFlight, 1);
  return {
    end: async () => {
      await stranger.close();
      await held;
      await virtual.pass(100);
    },
  };
}

/** Counts the calls of `W.who` that reach the worker's handler. */
function countCalls(worker: VirtualNode | undefined): { readonly count: number } {
  const calls = { count: 0 };
  worker?.server.registerRaw('W.who', () => {
    calls.count++;
    return Buffer.from(worker.nodeId);
  });
  return calls;
}
