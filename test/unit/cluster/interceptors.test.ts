import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClusterClient } from '../../../src/cluster/cluster-client.ts';
import type { ClusterClientOptions } from '../../../src/cluster/cluster-client-options.ts';
import { WorkerRegistry } from '../../../src/cluster/worker-registry.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { intercept } from '../../../src/rpc/intercept.ts';
import { type ClientInterceptor, withMetadata } from '../../../src/rpc/interceptor.ts';
import type { Metadata } from '../../../src/wire/metadata.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { VirtualCluster, type VirtualNode } from '../../support/virtual-cluster.ts';

const seeds = ['director:1000'];
const who = rawMethod('W.who');
const EMPTY = Buffer.alloc(0);

describe('interceptors in a cluster', () => {
  it('of the connections see every attempt, those around a caller see every call', async () => {
    const log: string[] = [];
    const { virtual, client, workers } = await started(2, { connection: { interceptors: [noting('attempt', log)] } });
    let failures = 1;
    for (const { nodeId, server } of workers) {
      server.registerRaw('W.who', () => {
        if (failures-- > 0) throw new RpcError('UNAVAILABLE', 'not now');
        return Buffer.from(nodeId);
      });
    }
    const caller = intercept(client.caller('role=worker'), [noting('call', log)]);
    await virtual.until(caller.unary(who, EMPTY, { idempotent: true }));
    assert.deepEqual(log, ['call', 'attempt', 'attempt']);
    await virtual.until(client.callAllWorkers('W.who', EMPTY));
    assert.equal(log.length, 5);
  });

  it('add metadata to calls of workers, and see what these send back', async () => {
    const { virtual, client, workers } = await started(1, {
      connection: { interceptors: [{ unary: (call, next) => next(withMetadata(call, { token: 'secret' })) }] },
    });
    workers[0]?.server.registerRaw('W.who', (_, context) => {
      context.setResponseMetadata({ seen: context.metadata.token ?? 'nothing' });
      return EMPTY;
    });
    const heard: Metadata[] = [];
    await virtual.until(
      client.callWorker('W.who', EMPTY, undefined, { onResponseMetadata: (metadata) => void heard.push({ ...metadata }) }),
    );
    assert.deepEqual(heard, [{ seen: 'secret' }]);
  });

  it('of a server that refuse every call do not keep it out of its cluster', async () => {
    const refuse = (): never => {
      throw new RpcError('UNAUTHENTICATED', 'nobody comes in');
    };
    const virtual = new VirtualCluster();
    const interceptors = [{ unary: refuse, stream: refuse }];
    const director = await virtual.node('director', {}, { interceptors });
    await virtual.worker('w0', seeds, { interceptors });
    const registry = new WorkerRegistry(director.cluster);
    await virtual.pass(1_000);
    assert.equal(registry.workerCount(), 1);
    await assert.rejects(virtual.until(new ClusterClient(registry).callWorker('W.who', EMPTY)), { code: 'UNAUTHENTICATED' });
  });
});

function noting(what: string, log: string[]): ClientInterceptor {
  return {
    unary(call, next) {
      log.push(what);
      return next(call);
    },
  };
}

async function started(
  count: number,
  options: ClusterClientOptions,
): Promise<{ readonly virtual: VirtualCluster; readonly client: ClusterClient; readonly workers: readonly VirtualNode[] }> {
  const virtual = new VirtualCluster();
  const director = await virtual.node('director');
  const workers: VirtualNode[] = [];
  for (let i = 0; i < count; i++) workers.push(await virtual.worker(`w${i}`, seeds));
  await virtual.pass(1_000);
  return { virtual, client: new ClusterClient(new WorkerRegistry(director.cluster), options), workers };
}
