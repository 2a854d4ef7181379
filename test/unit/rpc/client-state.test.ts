import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { Transport } from '../../../src/ports/transport.ts';
import { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { RpcServer } from '../../../src/rpc/rpc-server.ts';
import { FakeRpc } from '../../support/fake-transport.ts';

describe('the state of a client', () => {
  it('goes from idle over connecting to open with the first call, and to closed with close()', async () => {
    const { rpc, client, changes } = await watched();
    assert.equal(client.state, 'idle');
    await rpc.until(client.callRaw('Test.echo', Buffer.alloc(0)));
    await client.close();
    assert.deepEqual(changes, ['idle > connecting', 'connecting > open', 'open > closed']);
  });

  it('goes back to idle when the only attempt fails, with the reason', async () => {
    const { rpc, client, changes } = await watched({ isServed: false });
    await assert.rejects(rpc.until(client.connect()), { code: 'UNAVAILABLE' });
    assert.equal(client.state, 'idle');
    assert.deepEqual(changes, ['idle > connecting', 'connecting > idle: UNAVAILABLE']);
  });

  it('stays connecting over all attempts while calls wait', async () => {
    const { rpc, client, changes } = await watched({ isServed: false });
    const call = client.callRaw('Test.echo', Buffer.alloc(0));
    await rpc.pass(5_000);
    assert.equal(client.state, 'connecting');
    await serve(rpc);
    await rpc.pass(3_000);
    await rpc.until(call);
    assert.deepEqual(changes, ['idle > connecting', 'connecting > open']);
  });

  it('is idle again once the calls that waited have given up', async () => {
    const { rpc, client, changes } = await watched({ isServed: false });
    const call = assert.rejects(client.callRaw('Test.echo', Buffer.alloc(0), { timeoutMs: 500 }), { code: 'DEADLINE_EXCEEDED' });
    await rpc.pass(5_000);
    await call;
    assert.equal(client.state, 'idle');
    assert.equal(changes.at(-1), 'connecting > idle: UNAVAILABLE');
    assert.equal(rpc.wire.clock.pending, 0, 'and no timer is left');
  });

  it('is idle after the connection was lost, with the reason, and nobody connects until the next call', async () => {
    const { rpc, client, changes } = await watched();
    await rpc.until(client.connect());
    rpc.connections[0]?.lose();
    await rpc.pass(60_000);
    assert.equal(client.state, 'idle');
    assert.equal(rpc.connections.length, 1);
    assert.match(changes.at(-1) ?? '', /^open > idle: UNAVAILABLE$/);
    await rpc.until(client.callRaw('Test.echo', Buffer.alloc(0)));
    assert.deepEqual(changes.slice(-2), ['idle > connecting', 'connecting > open']);
  });

  it('is idle after the server drained, with the reason', async () => {
    const { rpc, client, server, changes } = await watched();
    await rpc.until(client.connect());
    await rpc.until((server as RpcServer).close());
    assert.deepEqual(changes.slice(2), ['open > idle: UNAVAILABLE']);
  });

  it('is closed whatever it was, also while connecting', async () => {
    const { rpc, client, changes } = await watched({ isServed: false });
    const call = assert.rejects(client.callRaw('Test.echo', Buffer.alloc(0)), { code: 'CANCELLED' });
    await rpc.pass(50);
    await client.close();
    await call;
    assert.deepEqual(changes, ['idle > connecting', 'connecting > closed']);
    await rpc.pass(5_000);
    assert.equal(rpc.wire.clock.pending, 0);
  });
});

describe('a listener to the state', () => {
  it('finds the client in the state it is told of', async () => {
    const { rpc, client } = await watched();
    const seen: boolean[] = [];
    client.onStateChange(({ state }) => void seen.push(client.state === state));
    await rpc.until(client.connect());
    await client.close();
    assert.deepEqual(seen, [true, true, true]);
  });

  it('that was taken out hears no more, however often it is taken out', async () => {
    const { rpc, client } = await watched();
    let heard = 0;
    const stop = client.onStateChange(() => {
      heard++;
      stop();
      stop();
    });
    await rpc.until(client.connect());
    await client.close();
    assert.equal(heard, 1);
  });

  it('that throws is logged, and neither the client nor other listeners notice', async () => {
    const { rpc, client } = await watched();
    const seen: string[] = [];
    client.onStateChange(() => {
      throw new Error('the screen is gone');
    });
    client.onStateChange(({ state }) => void seen.push(state));
    await rpc.until(client.callRaw('Test.echo', Buffer.alloc(0)));
    assert.deepEqual(seen, ['connecting', 'open']);
    assert.match(rpc.logged.join('\n'), /a listener to the state of a client failed.*the screen is gone/);
  });

  it('may close the client, and every listener hears of all changes in order', async () => {
    const { rpc, client, changes } = await watched();
    const before: string[] = [];
    client.onStateChange(({ state }) => {
      before.push(state);
      if (state === 'open') void client.close();
    });
    await assert.rejects(rpc.until(client.connect()), { code: 'CANCELLED' });
    assert.deepEqual(changes, ['idle > connecting', 'connecting > open', 'open > closed']);
    assert.deepEqual(before, ['connecting', 'open', 'closed']);
  });

  it('may make a call when the connection is lost', async () => {
    const { rpc, client, changes } = await watched();
    await rpc.until(client.connect());
    let again: Promise<Uint8Array> | undefined;
    client.onStateChange(({ state }) => {
      if (state === 'idle') again = client.callRaw('Test.echo', Buffer.from('again'));
    });
    rpc.connections[0]?.lose();
    await rpc.settle();
    assert.equal(String(await rpc.until(again as Promise<Uint8Array>)), 'again');
    assert.deepEqual(changes.slice(2), ['open > idle: UNAVAILABLE', 'idle > connecting', 'connecting > open']);
  });
});

describe('connecting', () => {
  it('again is spaced out with growing pauses that differ', async () => {
    const rpc = new FakeRpc();
    const attempts: number[] = [];
    const transport: Transport = {
      ...rpc.transport,
      connect: (address, options) => {
        attempts.push(rpc.wire.clock.now());
        return rpc.transport.connect(address, options);
      },
    };
    const client = new RpcClient('server:1', { transport, runtime: rpc.runtime });
    const call = assert.rejects(client.callRaw('Test.echo', Buffer.alloc(0), { timeoutMs: 20_000 }), {
      code: 'DEADLINE_EXCEEDED',
      message: /no connection to server:1 .*: nothing answers at server:1/,
    });
    await rpc.pass(20_100);
    await call;
    const pauses = attempts.slice(1).map((at, i) => at - (attempts[i] ?? 0));
    assert.ok(attempts.length >= 10 && attempts.length <= 20, `${attempts.length} attempts`);
    assert.ok((pauses[0] ?? 0) >= 80 && (pauses[0] ?? 0) <= 130, String(pauses));
    assert.ok(
      pauses.slice(5).every((pause) => pause >= 1_600 && pause <= 2_420),
      String(pauses),
    );
    assert.ok(new Set(pauses.slice(5).map(Math.round)).size > 1, 'with jitter');
  });

  it('fails what waits at once when TLS refuses, which no other attempt would change', async () => {
    const { rpc, client } = await watched();
    rpc.refuse = new RpcError('UNAUTHENTICATED', 'unknown authority');
    await assert.rejects(rpc.until(client.callRaw('Test.echo', Buffer.alloc(0))), { code: 'UNAUTHENTICATED', notTaken: true });
  });
});

async function watched(options: { readonly isServed?: boolean } = {}): Promise<{
  rpc: FakeRpc;
  client: RpcClient;
  server: RpcServer | undefined;
  changes: string[];
}> {
  const rpc = new FakeRpc();
  const server = options.isServed === false ? undefined : await serve(rpc);
  const client = rpc.client();
  const changes: string[] = [];
  client.onStateChange(({ state, previous, error }) => void changes.push(`${previous} > ${state}${error ? `: ${error.code}` : ''}`));
  return { rpc, client, server, changes };
}

async function serve(rpc: FakeRpc): Promise<RpcServer> {
  const server = rpc.server();
  server.registerRaw('Test.echo', (bytes) => bytes);
  await server.listen('server:1');
  return server;
}
