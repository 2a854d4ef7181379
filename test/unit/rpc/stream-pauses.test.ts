import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallContext } from '../../../src/rpc/call-context.ts';
import type { CallOptions } from '../../../src/rpc/caller.ts';
import type { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { RpcServer } from '../../../src/rpc/rpc-server.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { FakeRpc } from '../../support/fake-transport.ts';

const feed = rawMethod('T.feed', 'serverStreaming');
const chat = rawMethod('T.chat', 'bidirectional');
const EMPTY = Buffer.alloc(0);
const TIMEOUT: CallOptions = { itemTimeoutMs: 500 };

describe('a stream with an item timeout', () => {
  it('fails when the reader has waited too long for an item, and stops the handler', async () => {
    const { rpc, server, client, items, idle } = await started();
    const stream = client.serverStreaming(feed, EMPTY, TIMEOUT);
    items.push('a');
    assert.equal(String((await rpc.until(stream.next())).value), 'a');
    const failed = assert.rejects(stream.next(), { code: 'DEADLINE_EXCEEDED', message: /T\.feed on server:1 sent no item for 500 ms/ });
    await rpc.pass(490);
    assert.equal(server.inFlight, 1);
    await rpc.pass(20);
    await failed;
    assert.deepEqual([server.inFlight, client.inFlight, rpc.runtime.deadlines.size], [0, 0, idle]);
    assert.equal((await stream.next()).done, true);
  });

  it('lives as long as items come in time', async () => {
    const { rpc, client, items, idle } = await started();
    const stream = client.serverStreaming(feed, EMPTY, TIMEOUT);
    for (let i = 0; i < 10; i++) {
      const next = stream.next();
      await rpc.pass(400);
      items.push(String(i));
      assert.equal(String((await rpc.until(next)).value), String(i));
    }
    await rpc.until(stream.return?.() as Promise<unknown>);
    assert.equal(rpc.runtime.deadlines.size, idle);
  });

  it('is not tripped by a slow reader', async () => {
    const { rpc, client, items } = await started();
    const stream = client.serverStreaming(feed, EMPTY, TIMEOUT);
    for (let i = 0; i < 3; i++) {
      items.push('x');
      await rpc.until(stream.next());
      await rpc.pass(5_000);
    }
    items.push('end');
    assert.equal(String((await rpc.until(stream.next())).value), 'end');
  });

  it('that ended well leaves no deadline behind', async () => {
    const { rpc, client, items, idle } = await started();
    const stream = client.serverStreaming(feed, EMPTY, TIMEOUT);
    const next = stream.next();
    await rpc.settle();
    items.push(undefined);
    assert.equal((await rpc.until(next)).done, true);
    assert.equal(rpc.runtime.deadlines.size, idle);
  });

  it('counts the wait for a connection as a pause', async () => {
    const rpc = new FakeRpc();
    const stream = rpc.client().serverStreaming(feed, EMPTY, TIMEOUT);
    const failed = assert.rejects(stream.next(), { code: 'DEADLINE_EXCEEDED', message: /no connection/ });
    await rpc.pass(600);
    await failed;
  });

  it('may be one both ways', async () => {
    const { rpc, client } = await started();
    const stream = client.bidirectional(chat, [EMPTY], TIMEOUT);
    const failed = assert.rejects(stream.next(), { code: 'DEADLINE_EXCEEDED' });
    await rpc.pass(600);
    await failed;
  });

  it('refuses a timeout that is none', async () => {
    const { rpc, client } = await started();
    await assert.rejects(rpc.until(client.serverStreaming(feed, EMPTY, { itemTimeoutMs: -1 }).next()), {
      code: 'INVALID_ARGUMENT',
      message: /itemTimeoutMs/,
    });
  });
});

describe('a stream that its server did not take', () => {
  it('is begun again at the successor, without its reader noticing', async () => {
    const { rpc, server, client } = await started();
    const { stream, next } = await untaken(rpc, server, () => client.serverStreaming(feed, EMPTY));
    await (await serving(rpc)).ready;
    assert.equal(String((await rpc.until(next)).value), 'from the successor');
    assert.equal((await rpc.until(stream.next())).done, true);
    assert.equal(client.inFlight, 0);
  });

  it('ends when its reader leaves before there is a successor', async () => {
    const { rpc, server, client } = await started();
    const { stream, next } = await untaken(rpc, server, () => client.serverStreaming(feed, EMPTY));
    await rpc.until(stream.return?.() as Promise<unknown>);
    assert.equal((await rpc.until(next)).done, true);
    const successor = await serving(rpc);
    await successor.ready;
    await rpc.pass(3_000);
    assert.deepEqual([successor.calls(), client.inFlight], [0, 0]);
  });

  for (const [what, options, abort] of [
    ['its deadline passes', { timeoutMs: 700 }, false],
    ['its item timeout passes', { itemTimeoutMs: 700 }, false],
    ['its signal aborts', {}, true],
  ] as const) {
    it(`fails when ${what} before there is a successor`, async () => {
      const { rpc, server, client } = await started();
      const controller = new AbortController();
      const { next } = await untaken(rpc, server, () => client.serverStreaming(feed, EMPTY, { ...options, signal: controller.signal }));
      const failed = assert.rejects(next, { code: abort ? 'CANCELLED' : 'DEADLINE_EXCEEDED' });
      if (abort) controller.abort();
      await rpc.pass(1_000);
      await failed;
      assert.deepEqual([client.inFlight, rpc.runtime.deadlines.size], [0, 0]);
    });
  }

  it('fails when its client is closed meanwhile', async () => {
    const { rpc, server, client } = await started();
    const { next } = await untaken(rpc, server, () => client.serverStreaming(feed, EMPTY));
    const failed = assert.rejects(next, { code: 'CANCELLED' });
    await client.close();
    await rpc.settle();
    await failed;
  });

  it('is not begun again when it has requests of its own', async () => {
    const { rpc, server, client } = await started();
    const { next } = await untaken(rpc, server, () => client.bidirectional(chat, [EMPTY]));
    await assert.rejects(rpc.until(next), { code: 'UNAVAILABLE', notTaken: true });
  });
});

/** Opens a stream on a connection whose server drains just then, so that GOAWAY crosses the request. */
async function untaken(
  rpc: FakeRpc,
  server: RpcServer,
  open: () => AsyncIterableIterator<Uint8Array>,
): Promise<{ readonly stream: AsyncIterableIterator<Uint8Array>; readonly next: Promise<IteratorResult<Uint8Array>> }> {
  void server.close({ graceMs: 1_000 });
  // The server has its GOAWAY written, and no byte has moved yet.
  for (let i = 0; i < 20; i++) await Promise.resolve();
  const stream = open();
  const next = stream.next();
  next.catch(() => undefined);
  await rpc.pass(300);
  return { stream, next };
}

/** A successor of the server, and how often it was called. */
async function serving(rpc: FakeRpc): Promise<{ readonly ready: Promise<void>; readonly calls: () => number }> {
  let calls = 0;
  const server = rpc.server();
  server.registerMethod({
    kind: 'serverStreaming',
    method: feed,
    async *handle() {
      calls++;
      yield Buffer.from('from the successor');
    },
  });
  const ready = server.listen('server:1').then(() => rpc.pass(3_000));
  return { ready, calls: () => calls };
}

/** What a handler sends when the test says so; undefined ends the stream. */
class Items {
  readonly #waiting: (string | undefined)[] = [];
  #wake: (() => void) | undefined;

  push(item: string | undefined): void {
    this.#waiting.push(item);
    this.#wake?.();
  }

  async *stream(context: CallContext): AsyncGenerator<Uint8Array> {
    context.signal.addEventListener('abort', () => this.#wake?.());
    while (!context.signal.aborted) {
      if (this.#waiting.length > 0) {
        const item = this.#waiting.shift();
        if (item === undefined) return;
        yield Buffer.from(item);
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

async function started(): Promise<Parts> {
  const rpc = new FakeRpc();
  const server = rpc.server();
  const items = new Items();
  server.registerRaw('T.echo', (bytes) => bytes);
  server.registerMethod({ kind: 'serverStreaming', method: feed, handle: (_: Uint8Array, context) => items.stream(context) });
  server.registerMethod({ kind: 'bidirectional', method: chat, handle: (_: AsyncIterable<Uint8Array>, context) => items.stream(context) });
  await server.listen('server:1');
  const client = rpc.client();
  // Both sides watch over the connection from its first call on.
  await rpc.until(client.callRaw('T.echo', EMPTY));
  return { rpc, server, client, items, idle: rpc.runtime.deadlines.size };
}

interface Parts {
  readonly rpc: FakeRpc;
  readonly server: RpcServer;
  readonly client: RpcClient;
  readonly items: Items;
  /** Deadlines of a connection without calls. */
  readonly idle: number;
}
