import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HealthClient } from '../../../src/rpc/health-client.ts';
import type { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { RpcServer } from '../../../src/rpc/rpc-server.ts';
import type { RpcServerOptions } from '../../../src/rpc/server-options.ts';
import { FakeRpc } from '../../support/fake-transport.ts';

describe('the health of a server', () => {
  it('is SERVING from the start, for the whole server and each registered service', async () => {
    const { rpc, health } = await started();
    assert.equal(await rpc.until(health.check()), 'SERVING');
    assert.equal(await rpc.until(health.check('Shop')), 'SERVING');
  });

  it('is UNKNOWN for a service that the server has never heard of', async () => {
    const { rpc, health } = await started();
    assert.equal(await rpc.until(health.check('Sho')), 'UNKNOWN');
    assert.equal(await rpc.until(health.check('Shop.buy')), 'UNKNOWN', 'a method is no service');
  });

  it('is what the server says of a service, which need not be a registered one', async () => {
    const { rpc, server, health } = await started();
    server.health.set('Shop', 'NOT_SERVING');
    server.health.set('the database', 'NOT_SERVING');
    assert.equal(await rpc.until(health.check('Shop')), 'NOT_SERVING');
    assert.equal(await rpc.until(health.check('the database')), 'NOT_SERVING');
    assert.equal(await rpc.until(health.check()), 'SERVING', 'the rest is well');
    server.health.set('Shop', 'SERVING');
    assert.equal(await rpc.until(health.check('Shop')), 'SERVING');
  });

  it('of the whole server holds for services without one of their own', async () => {
    const { rpc, server, health } = await started();
    server.health.set('', 'NOT_SERVING');
    assert.equal(await rpc.until(health.check('Shop')), 'NOT_SERVING');
    server.health.set('Shop', 'SERVING');
    assert.equal(await rpc.until(health.check('Shop')), 'SERVING');
  });

  it('takes no other status', async () => {
    const { server } = await started();
    assert.throws(() => server.health.set('Shop', 'UNKNOWN' as 'SERVING'), {
      code: 'INVALID_ARGUMENT',
      message: /"NOT_SERVING", got "UNKNOWN"/,
    });
    assert.throws(() => server.health.set(7 as unknown as string, 'SERVING'), { code: 'INVALID_ARGUMENT' });
  });

  it('is not on the network unless the server was told so', async () => {
    const { rpc, server, health } = await started({ health: false });
    await assert.rejects(rpc.until(health.check()), { code: 'UNIMPLEMENTED', message: /rpcnet\.health\.check/ });
    assert.equal(server.health.status(), 'SERVING', 'but the process itself can ask');
  });

  it('is told to a server as busy as it may be', async () => {
    const { rpc, client, health } = await started({ maxServerCalls: 1 });
    const busy = client.callRaw('Shop.wait', Buffer.alloc(0));
    await rpc.settle();
    assert.equal(await rpc.until(health.check()), 'SERVING');
    busy.catch(() => undefined);
    await client.close();
  });

  it('is readable by tools without generated code: JSON, or nothing for the whole server', async () => {
    const { rpc, client } = await started();
    const ask = async (request: string): Promise<string> =>
      String(await rpc.until(client.callRaw('rpcnet.health.check', Buffer.from(request))));
    assert.equal(await ask(''), '{"status":"SERVING"}');
    assert.equal(await ask('{"service":"Nobody"}'), '{"status":"UNKNOWN"}');
    await assert.rejects(ask('{"service":7}'), { code: 'INVALID_ARGUMENT', message: /service to be a string/ });
    await assert.rejects(ask('what'), { code: 'INVALID_ARGUMENT' });
  });
});

describe('who watches the health', () => {
  it('gets the status now and each change, and nothing when nothing changes', async () => {
    const { rpc, server, health } = await started();
    const stream = health.watch('Shop');
    const next = async (): Promise<unknown> => (await rpc.until(stream.next())).value;
    assert.equal(await next(), 'SERVING');
    server.health.set('Shop', 'SERVING');
    server.health.set('Other', 'NOT_SERVING');
    await rpc.settle();
    server.health.set('Shop', 'NOT_SERVING');
    assert.equal(await next(), 'NOT_SERVING');
    server.health.set('Shop', 'SERVING');
    assert.equal(await next(), 'SERVING');
  });

  it('of an unknown service hears when it becomes known', async () => {
    const { rpc, server, health } = await started();
    const stream = health.watch('Later');
    assert.equal((await rpc.until(stream.next())).value, 'UNKNOWN');
    server.registerRaw('Later.call', (bytes) => bytes);
    assert.equal((await rpc.until(stream.next())).value, 'SERVING');
  });

  it('is told NOT_SERVING when the server begins to close, and does not hold the closing up', async () => {
    const { rpc, server, health } = await started();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const status of health.watch()) seen.push(status);
    })();
    await rpc.settle();
    const before = rpc.wire.clock.now();
    await rpc.until(server.close());
    await rpc.until(watching);
    assert.deepEqual(seen, ['SERVING', 'NOT_SERVING']);
    assert.ok(rpc.wire.clock.now() - before < 1_000, 'long before the grace time of 10 s is over');
  });

  it('and leaves is forgotten by the server', async () => {
    const { rpc, server, health } = await started();
    const stream = health.watch();
    assert.equal((await rpc.until(stream.next())).value, 'SERVING');
    await stream.return?.();
    await rpc.settle();
    assert.equal(server.inFlight, 0);
  });
});

async function started(
  options: Partial<RpcServerOptions> = {},
): Promise<{ rpc: FakeRpc; server: RpcServer; client: RpcClient; health: HealthClient }> {
  const rpc = new FakeRpc();
  const server = rpc.server({ health: true, ...options });
  server.registerRaw('Shop.buy', (bytes) => bytes);
  server.registerRaw('Shop.wait', () => new Promise(() => undefined));
  await server.listen('server:1');
  const client = rpc.client();
  await rpc.until(client.connect());
  return { rpc, server, client, health: new HealthClient(client) };
}
