import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guardedTransport } from '../../../src/cluster/guarded-transport.ts';
import { RpcClient } from '../../../src/rpc/rpc-client.ts';
import { VirtualCluster } from '../../support/virtual-cluster.ts';

describe('a connection to a server', () => {
  it('whose certificate is refused is not made, so that it gets no key', async () => {
    const virtual = new VirtualCluster();
    for (const nodeId of ['good', 'bad']) {
      const { server } = await virtual.node(nodeId);
      server.registerRaw('T.take', () => Buffer.from('taken'));
    }
    const transport = guardedTransport(virtual.network.transport({ host: 'me' }), (fingerprint) => fingerprint === 'memory:bad');
    const take = async (address: string): Promise<string> => {
      const client = new RpcClient(address, { transport, runtime: virtual.runtime, whenDisconnected: 'fail' });
      const taken = client.callRaw('T.take', Buffer.from('the key'), { timeoutMs: 5_000 });
      return String(await virtual.until(taken.finally(() => client.close())));
    };
    assert.equal(await take('good:1000'), 'taken');
    await assert.rejects(take('bad:1000'), /bad:1000 shows the certificate of a node that was expelled/);
  });
});
