import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Transport } from '../../../src/ports/transport.ts';
import type { RpcClientOptions } from '../../../src/rpc/client-options.ts';
import { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { RpcServer } from '../../../src/rpc/rpc-server.ts';
import { SharedConnections } from '../../../src/rpc/shared-connections.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { FakeRpc } from '../../support/fake-transport.ts';

describe('two clients with the same address and settings', () => {
  it('share a connection over a transport whose connections are dear', async () => {
    const { rpc, client, server } = await process();
    const [first, second] = [client(), client({ defaultTimeoutMs: 1_000, whenDisconnected: 'fail' })];
    await rpc.until(Promise.all([first.callRaw('Test.echo', Buffer.alloc(0)), second.callRaw('Test.echo', Buffer.alloc(0))]));
    assert.equal(rpc.connections.length, 1);
    assert.equal(server.connectionCount, 1);
    assert.deepEqual([first.state, second.state], ['open', 'open']);
  });

  it('share a connection also when their transports are two objects that say they are alike', async () => {
    const { rpc, client } = await process();
    const copy: Transport = { ...rpc.transport, sharing: 'fake' };
    await rpc.until(Promise.all([client().connect(), client({ transport: copy }).connect()]));
    assert.equal(rpc.connections.length, 1);
  });

  it('have their own when one asks for it, or when connections are cheap', async () => {
    const { rpc, client } = await process();
    await rpc.until(Promise.all([client().connect(), client({ shareConnection: false }).connect()]));
    assert.equal(rpc.connections.length, 2);
    await rpc.until(Promise.all([1, 2].map(() => client({ transport: rpc.transport }).connect())));
    assert.equal(rpc.connections.length, 4);
    const asked = { transport: rpc.transport, shareConnection: true };
    await rpc.until(Promise.all([client(asked).connect(), client(asked).connect()]));
    assert.equal(rpc.connections.length, 5);
  });

  const differences: readonly RpcClientOptions[] = [
    { ca: 'another authority' },
    { cert: 'certificate', key: 'key' },
    { serverName: 'other.example' },
    { maxMessageBytes: 1_000 },
    { connectTimeoutMs: 100 },
    { livenessTimeoutMs: 100 },
  ];
  for (const difference of differences) {
    it(`have their own when ${Object.keys(difference).join(' and ')} differ`, async () => {
      const { rpc, client } = await process();
      await rpc.until(Promise.all([client({ ca: 'authority' }).connect(), client({ ca: 'authority', ...difference }).connect()]));
      assert.equal(rpc.connections.length, 2);
    });
  }

  it('share when a certificate is text at one and bytes at the other', async () => {
    const { rpc, client } = await process();
    await rpc.until(Promise.all([client({ ca: 'authority' }).connect(), client({ ca: Buffer.from('authority') }).connect()]));
    assert.equal(rpc.connections.length, 1);
  });
});

describe('a client that shares its connection', () => {
  it('ends only its own calls when it closes', async () => {
    const { rpc, client, server } = await process();
    const [first, second] = [client(), client()];
    await rpc.until(first.connect());
    const own = assert.rejects(first.callRaw('Test.wait', Buffer.alloc(0)), { code: 'CANCELLED', notTaken: false, message: /was closed/ });
    const ownStream = first.serverStreaming(ticks, Buffer.alloc(0));
    assert.equal(String((await rpc.until(ownStream.next())).value), '0');
    const other = second.callRaw('Test.wait', Buffer.from('kept'));
    await rpc.settle();
    assert.deepEqual([first.inFlight, second.inFlight, server.inFlight], [2, 1, 3]);
    await first.close();
    await own;
    await assert.rejects(rpc.until(readAll(ownStream)), { code: 'CANCELLED' });
    await rpc.settle();
    assert.deepEqual([first.inFlight, second.inFlight, server.inFlight], [0, 1, 1], 'its handlers were told');
    assert.deepEqual([first.state, second.state], ['closed', 'open']);
    release();
    assert.equal(String(await rpc.until(other)), 'kept');
    assert.equal(rpc.connections[0]?.closed, undefined);
  });

  it('takes no call any more once it is closed, although the connection is there', async () => {
    const { rpc, client } = await process();
    const [first, second] = [client(), client()];
    await rpc.until(Promise.all([first.connect(), second.connect()]));
    await first.close();
    await assert.rejects(rpc.until(first.callRaw('Test.echo', Buffer.alloc(0))), { code: 'CANCELLED', message: /is closed/ });
    await assert.rejects(rpc.until(first.serverStreaming(ticks, Buffer.alloc(0)).next()), { code: 'CANCELLED' });
    await assert.rejects(rpc.until(first.connect()), { code: 'CANCELLED' });
    await rpc.until(second.callRaw('Test.echo', Buffer.alloc(0)));
  });

  it('ends the connection when it is the last to close, and the next client gets a new one', async () => {
    const { rpc, client, server } = await process();
    const [first, second, unused] = [client(), client(), client()];
    await rpc.until(Promise.all([first.connect(), second.connect()]));
    await first.close();
    assert.equal(server.connectionCount, 1);
    await second.close();
    await rpc.settle();
    assert.equal(server.connectionCount, 0);
    assert.equal(rpc.wire.clock.pendingReferenced, 0);
    assert.equal(unused.state, 'idle', 'one that was never used holds nothing');
    const third = client();
    await rpc.until(third.connect());
    assert.equal(rpc.connections.length, 2);
  });

  it('lets go of an attempt that others wait for', async () => {
    const { rpc, client } = await process();
    const [first, second] = [client(), client()];
    const own = assert.rejects(first.connect(), { code: 'CANCELLED' });
    const other = second.callRaw('Test.echo', Buffer.from('kept'));
    await first.close();
    await own;
    assert.equal(String(await rpc.until(other)), 'kept');
  });

  it('waits or fails as it was told, whatever the others do', async () => {
    const { rpc, client, server } = await process();
    await rpc.until(server.close());
    const [patient, impatient] = [client(), client({ whenDisconnected: 'fail' })];
    const waiting = patient.callRaw('Test.echo', Buffer.from('later'));
    await assert.rejects(rpc.until(impatient.callRaw('Test.echo', Buffer.alloc(0))), { code: 'UNAVAILABLE', notTaken: true });
    assert.deepEqual([patient.inFlight, impatient.inFlight], [1, 0]);
    await serve(rpc);
    await rpc.pass(3_000);
    assert.equal(String(await rpc.until(waiting)), 'later');
  });

  it('hears of its own state changes only until it closes', async () => {
    const { rpc, client } = await process();
    const [first, second] = [client(), client()];
    const heard: string[] = [];
    first.onStateChange(({ state }) => void heard.push(`first ${state}`));
    second.onStateChange(({ state }) => void heard.push(`second ${state}`));
    await rpc.until(first.connect());
    await rpc.until(second.connect());
    await first.close();
    rpc.connections[0]?.lose();
    await rpc.settle();
    assert.deepEqual(heard, ['first connecting', 'first open', 'second open', 'first closed', 'second idle']);
  });

  it('may be closed by its own listener as it joins', async () => {
    const { rpc, client } = await process();
    const [first, second] = [client(), client()];
    await rpc.until(first.connect());
    second.onStateChange(() => void second.close());
    await assert.rejects(rpc.until(second.callRaw('Test.echo', Buffer.alloc(0))), { code: 'CANCELLED' });
    await rpc.until(first.callRaw('Test.echo', Buffer.alloc(0)));
  });
});

const ticks = rawMethod('Test.ticks', 'serverStreaming');
let release: () => void = () => undefined;

/** What the clients of one process have in common, and a server. */
async function process(): Promise<{ rpc: FakeRpc; server: RpcServer; client: (options?: RpcClientOptions) => RpcClient }> {
  const rpc = new FakeRpc();
  const server = await serve(rpc);
  const runtime = { ...rpc.runtime, connections: new SharedConnections() };
  const dear: Transport = { ...rpc.transport, sharing: 'fake' };
  return {
    rpc,
    server,
    client: (options = {}) => new RpcClient('server:1', { ...options, transport: options.transport ?? dear, runtime }),
  };
}

async function serve(rpc: FakeRpc): Promise<RpcServer> {
  const server = rpc.server();
  server.registerRaw('Test.echo', (bytes) => bytes);
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  server.registerRaw('Test.wait', async (bytes) => {
    await held;
    return bytes;
  });
  server.registerMethod({
    kind: 'serverStreaming',
    method: ticks,
    async *handle(_request: Uint8Array, context) {
      yield Buffer.from('0');
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
    },
  });
  await server.listen('server:1');
  return server;
}

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const item of stream) assert.ok(item);
}
