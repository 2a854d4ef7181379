import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { RpcServer } from '../../../src/rpc/rpc-server.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { FakeRpc } from '../../support/fake-transport.ts';

const chat = rawMethod('T.chat', 'bidirectional');
const upload = rawMethod('T.upload', 'clientStreaming');

describe('a stream both ways', () => {
  it('goes on from the server after the client has said all it had to say', async () => {
    const { rpc, server, client } = await started();
    server.registerMethod({
      kind: 'bidirectional',
      method: chat,
      async *handle(requests: AsyncIterable<Uint8Array>) {
        let heard = '';
        for await (const item of requests) heard += String(item);
        for (let i = 0; i < 3; i++) yield Buffer.from(`${heard}${i}`);
      },
    });
    assert.deepEqual(await rpc.until(collect(client.bidirectional(chat, texts('a', 'b')))), ['ab0', 'ab1', 'ab2']);
  });

  it('ends when the server has said all it had to say, and ends the client’s requests', async () => {
    const { rpc, server, client } = await started();
    server.registerMethod({
      kind: 'bidirectional',
      method: chat,
      async *handle(requests: AsyncIterableIterator<Uint8Array>) {
        yield (await requests.next()).value as Uint8Array;
      },
    });
    let isEnded = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield Buffer.from('x');
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        isEnded = true;
      }
    }
    assert.deepEqual(await rpc.until(collect(client.bidirectional(chat, endless()))), ['x']);
    await rpc.settle();
    assert.deepEqual([isEnded, server.inFlight, client.inFlight], [true, 0, 0]);
  });

  it('gives the items that came before an error, however late they are read', async () => {
    const { rpc, server, client } = await started();
    server.registerMethod({
      kind: 'bidirectional',
      method: chat,
      async *handle() {
        yield Buffer.from('one');
        yield Buffer.from('two');
        throw new RpcError('DATA_LOSS', 'the rest is gone');
      },
    });
    const stream = client.bidirectional(chat, []);
    await rpc.settle();
    const read: string[] = [];
    await assert.rejects(
      async () => {
        for await (const item of stream) read.push(String(item));
      },
      { code: 'DATA_LOSS' },
    );
    assert.deepEqual(read, ['one', 'two']);
  });
});

describe('a stream from the client', () => {
  it('may be answered before it has ended, which ends it', async () => {
    const { rpc, server, client } = await started();
    server.registerMethod({
      kind: 'clientStreaming',
      method: upload,
      async handle(requests: AsyncIterable<Uint8Array>) {
        for await (const item of requests) return item;
        return Buffer.alloc(0);
      },
    });
    let isEnded = false;
    async function* requests(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from('enough');
        await new Promise((resolve) => setImmediate(resolve));
        for (;;) yield Buffer.alloc(10_000);
      } finally {
        isEnded = true;
      }
    }
    assert.equal(String(await rpc.until(client.clientStreaming(upload, requests()))), 'enough');
    await rpc.settle();
    assert.deepEqual([isEnded, server.inFlight], [true, 0]);
  });

  it('waits for a server that takes it when the first one is going away, as long as nothing of it was read', async () => {
    const { rpc, server, client } = await started();
    void server.close({ graceMs: 0 });
    await rpc.pass(500);
    const call = client.clientStreaming(upload, texts('a', 'b'));
    await rpc.pass(100);
    const successor = rpc.server();
    successor.registerMethod({
      kind: 'clientStreaming',
      method: upload,
      async handle(requests: AsyncIterable<Uint8Array>) {
        return Buffer.from((await collect(requests)).join());
      },
    });
    await successor.listen('server:1');
    await rpc.pass(3_000);
    assert.equal(String(await rpc.until(call)), 'a,b');
  });
});

function* texts(...items: readonly string[]): Generator<Uint8Array> {
  for (const item of items) yield Buffer.from(item);
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<string[]> {
  const items: string[] = [];
  for await (const item of stream) items.push(String(item));
  return items;
}

async function started(): Promise<{ readonly rpc: FakeRpc; readonly server: RpcServer; readonly client: RpcClient }> {
  const rpc = new FakeRpc();
  const server = rpc.server();
  await server.listen('server:1');
  const client = rpc.client();
  await rpc.until(client.connect());
  return { rpc, server, client };
}
