import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RpcError } from '../../../src/errors/rpc-error.ts';
import type { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { RpcServer } from '../../../src/rpc/rpc-server.ts';
import type { MethodDescriptor } from '../../../src/wire/method.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { FakeRpc } from '../../support/fake-transport.ts';

const upload = rawMethod('T.upload', 'clientStreaming');
const chat = rawMethod('T.chat', 'bidirectional');
const feed = rawMethod('T.feed', 'serverStreaming');

describe('a handler that reads requests', () => {
  const endings: readonly [string, (parts: Parts) => unknown][] = [
    ['the caller aborts', ({ controller }) => controller.abort()],
    ['the deadline passes', ({ rpc }) => rpc.pass(600)],
    ['the connection is lost', ({ rpc }) => rpc.connections[0]?.other.lose()],
    ['the server closes without grace', ({ server, rpc }) => Promise.all([server.close({ graceMs: 0 }), rpc.pass(500)])],
  ];
  for (const [what, end] of endings) {
    it(`hears when ${what}`, async () => {
      const parts = await started();
      const { rpc, server, client, controller } = parts;
      const ended: string[] = [];
      server.registerMethod({
        kind: 'clientStreaming',
        method: upload,
        async handle(requests: AsyncIterable<Uint8Array>) {
          try {
            for await (const _ of requests) ended.push('item');
          } catch (error) {
            ended.push((error as RpcError).code);
          } finally {
            ended.push('finally');
          }
          return EMPTY;
        },
      });
      const call = client.clientStreaming(upload, endless(), { signal: controller.signal, timeoutMs: 500 });
      const failed = assert.rejects(call);
      await rpc.settle();
      await end(parts);
      if (what === 'the connection is lost') rpc.connections[0]?.lose();
      await rpc.until(failed);
      await rpc.settle();
      assert.equal(ended.at(-1), 'finally');
      assert.ok(ended.at(-2) === 'CANCELLED' || ended.at(-2) === 'DEADLINE_EXCEEDED' || ended.at(-2) === 'UNAVAILABLE', ended.join());
      assert.equal(server.inFlight, 0);
    });
  }

  it('in the background of a call that has ended hears that as well', async () => {
    const { rpc, server, client } = await started();
    let isDone = false;
    server.registerMethod({
      kind: 'bidirectional',
      method: chat,
      async *handle(requests: AsyncIterable<Uint8Array>) {
        void (async () => {
          for await (const _ of requests);
        })().catch(() => {
          isDone = true;
        });
        yield EMPTY;
      },
    });
    for await (const _ of settling(rpc, client.bidirectional(chat, endless())));
    await rpc.settle();
    assert.ok(isDone);
  });

  it('or that passes a stream on ends it when its caller leaves', async () => {
    const { rpc, server, client } = await started();
    let isReturned = false;
    const downstream: AsyncIterableIterator<Uint8Array> = {
      next: () => new Promise(() => undefined),
      return: () => {
        isReturned = true;
        return Promise.resolve({ value: undefined, done: true });
      },
      [Symbol.asyncIterator]: () => downstream,
    };
    server.registerMethod({ kind: 'serverStreaming', method: feed, handle: () => downstream });
    const stream = client.serverStreaming(feed, EMPTY);
    const waiting = stream.next();
    await rpc.settle();
    await rpc.until(stream.return?.() as Promise<unknown>);
    assert.equal((await rpc.until(waiting)).done, true);
    await rpc.settle();
    assert.ok(isReturned);
  });
});

describe('a stream with an item that cannot be sent', () => {
  it('ends the handler’s generator and fails with what is wrong', async () => {
    const { rpc, server, client } = await started();
    let isEnded = false;
    server.registerMethod({
      kind: 'serverStreaming',
      method: feed,
      async *handle() {
        try {
          yield EMPTY;
          yield 'not bytes';
        } finally {
          isEnded = true;
        }
      },
    });
    const stream = client.serverStreaming(feed, EMPTY);
    await rpc.until(stream.next());
    await assert.rejects(rpc.until(stream.next()), { code: 'INTERNAL', message: /T\.feed gave a response that does not fit/ });
    assert.ok(isEnded);
  });
});

describe('a caller that gives up', () => {
  it('gives the connection its credit back, although nobody reads what came', async () => {
    const { rpc, server, client } = await started();
    server.registerMethod({
      kind: 'serverStreaming',
      method: feed,
      async *handle() {
        for (;;) yield Buffer.alloc(20_000);
      },
    });
    for (let i = 0; i < 40; i++) {
      const controller = new AbortController();
      const stream = client.serverStreaming(feed, EMPTY, { signal: controller.signal });
      await rpc.until(stream.next());
      await rpc.settle();
      controller.abort();
    }
    const answer = await rpc.until(client.callRaw('T.echo', Buffer.alloc(3_000_000)));
    assert.equal(answer.length, 3_000_000);
  });

  it('while its own request generator runs gets its error, and nothing is thrown elsewhere', async () => {
    const { rpc, client, controller } = await started();
    function* requests(): Generator<Uint8Array> {
      yield EMPTY;
      controller.abort();
      yield EMPTY;
    }
    await assert.rejects(rpc.until(client.clientStreaming(upload, requests(), { signal: controller.signal })), { code: 'CANCELLED' });
  });

  it('may share one signal among many calls without a warning', async () => {
    const { rpc, server, client, controller } = await started();
    server.registerRaw('T.wait', () => new Promise(() => undefined));
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', onWarning);
    const calls = Array.from({ length: 50 }, () =>
      assert.rejects(client.callRaw('T.wait', EMPTY, { signal: controller.signal }), { code: 'CANCELLED' }),
    );
    await rpc.settle();
    controller.abort();
    await rpc.until(Promise.all(calls));
    process.off('warning', onWarning);
    assert.deepEqual(warnings, []);
  });

  it('of a stream before there is a connection never reaches the handler', async () => {
    const rpc = new FakeRpc();
    const client = rpc.client();
    const stream = client.serverStreaming(feed, EMPTY);
    await rpc.settle();
    assert.equal((await rpc.until(stream.return?.() as Promise<IteratorResult<unknown>>)).done, true);
    const server = rpc.server();
    let calls = 0;
    server.registerMethod({
      kind: 'serverStreaming',
      method: feed,
      async *handle() {
        calls++;
        yield EMPTY;
      },
    });
    await server.listen('server:1');
    await rpc.pass(3_000);
    assert.equal(calls, 0);
    assert.equal(client.inFlight, 0);
  });
});

describe('a mistake of one call', () => {
  const mistakes: readonly [string, (parts: Parts) => Promise<unknown>, object][] = [
    ['a name that is too long', ({ client }) => client.callRaw('n'.repeat(300), EMPTY), { code: 'INVALID_ARGUMENT', message: /256 bytes/ }],
    ['a timeout of ages', ({ client }) => client.callRaw('T.none', EMPTY, { timeoutMs: Number.MAX_VALUE }), { code: 'UNIMPLEMENTED' }],
    ['a timeout below zero', ({ client }) => client.callRaw('T.echo', EMPTY, { timeoutMs: -1 }), { code: 'INVALID_ARGUMENT' }],
    [
      'a request that is no bytes',
      ({ client }) => client.callRaw('T.echo', 'text' as never),
      { code: 'INVALID_ARGUMENT', message: /Uint8Array, got string/ },
    ],
    ['a handler that gives no bytes', (parts) => serving(parts, () => undefined), { code: 'INTERNAL' }],
    ['a handler that gives text', (parts) => serving(parts, () => '123'), { code: 'INTERNAL' }],
    [
      'a codec that throws at the response',
      (parts) => parts.client.unary(brittle('T.echo'), EMPTY),
      { code: 'INTERNAL', message: /malformed/ },
    ],
  ];
  for (const [what, call, expected] of mistakes) {
    it(`such as ${what} fails that call and no other`, async () => {
      const parts = await started();
      const { rpc, server, client } = parts;
      let answer: (bytes: Uint8Array) => void = () => undefined;
      server.registerRaw(
        'T.wait',
        () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      );
      const innocent = client.callRaw('T.wait', EMPTY);
      await rpc.settle();
      await assert.rejects(rpc.until(call(parts)), expected);
      answer(Buffer.from('fine'));
      assert.equal(String(await rpc.until(innocent)), 'fine');
      assert.equal(rpc.connections.length, 1);
    });
  }

  it('such as a codec that throws at the request is the caller’s fault, and the server lives', async () => {
    const { rpc, server, client } = await started();
    server.registerMethod({ kind: 'unary', method: brittle('T.brittle'), handle: () => EMPTY });
    await assert.rejects(rpc.until(client.callRaw('T.brittle', EMPTY)), { code: 'INVALID_ARGUMENT', message: /malformed/ });
    assert.equal((await rpc.until(client.callRaw('T.echo', EMPTY))).length, 0);
  });

  it('such as another kind of a method registered after the handshake is refused by name', async () => {
    const { rpc, server, client } = await started();
    server.registerMethod({ kind: 'serverStreaming', method: feed, handle: () => [] as never });
    await assert.rejects(rpc.until(client.callRaw('T.feed', EMPTY)), { code: 'UNIMPLEMENTED', message: /serverStreaming/ });
    assert.equal((await rpc.until(client.callRaw('T.echo', EMPTY))).length, 0);
  });
});

describe('a call made inside a handler', () => {
  it('inherits what is left of the deadline, and ends with its caller', async () => {
    const { rpc, server, client } = await started();
    const inner = rpc.client();
    let left = 0;
    server.registerRaw('T.leaf', (_, context) => {
      left = context.remainingMs();
      return new Promise(() => undefined);
    });
    server.registerRaw('T.outer', (request, context) => inner.callRaw('T.leaf', request, context.callOptions()));
    const call = assert.rejects(client.callRaw('T.outer', EMPTY, { timeoutMs: 400 }), { code: 'DEADLINE_EXCEEDED' });
    await rpc.pass(600);
    await call;
    assert.ok(left > 0 && left <= 400, `${left}`);
    assert.equal(server.inFlight, 0);
    const unlimited = assert.rejects(client.callRaw('T.outer', EMPTY, { timeoutMs: 0, signal: AbortSignal.timeout(50) }));
    await rpc.until(unlimited);
    await rpc.settle();
    assert.equal(left, Number.POSITIVE_INFINITY);
    assert.equal(server.inFlight, 0);
  });
});

describe('closing a server', () => {
  it('that is just beginning to listen leaves no listener', async () => {
    const rpc = new FakeRpc();
    const server = rpc.server();
    const listening = assert.rejects(server.listen('server:1'), { code: 'CANCELLED' });
    await rpc.until(server.close());
    await listening;
    await assert.rejects(rpc.until(rpc.client({ whenDisconnected: 'fail' }).callRaw('T.echo', EMPTY)), { code: 'UNAVAILABLE' });
  });

  it('is not held up by a task that fails', async () => {
    const { rpc, server } = await started();
    server.onClose(() => Promise.reject(new Error('no goodbye')));
    await rpc.until(server.close());
    assert.match(rpc.logged.join(), /no goodbye/);
  });
});

const EMPTY = Buffer.alloc(0);

interface Parts {
  readonly rpc: FakeRpc;
  readonly server: RpcServer;
  readonly client: RpcClient;
  readonly controller: AbortController;
}

async function started(): Promise<Parts> {
  const rpc = new FakeRpc();
  const server = rpc.server();
  server.registerRaw('T.echo', (bytes) => bytes);
  server.registerMethod({ kind: 'clientStreaming', method: upload, handle: () => new Promise(() => undefined) });
  await server.listen('server:1');
  const client = rpc.client();
  await rpc.until(client.connect());
  return { rpc, server, client, controller: new AbortController() };
}

function serving({ server, client }: Parts, handle: () => unknown): Promise<unknown> {
  server.registerRaw('T.faulty', handle as () => Uint8Array);
  return client.callRaw('T.faulty', EMPTY);
}

function brittle(name: string): MethodDescriptor<Uint8Array, Uint8Array> {
  const codec = {
    encode: rawMethod(name).request.encode,
    decode: (): never => {
      throw new SyntaxError('unexpected end');
    },
  };
  return { ...rawMethod(name), request: codec, response: codec };
}

/** Requests without end, one a turn. */
async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield EMPTY;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function* settling<T>(rpc: FakeRpc, items: AsyncIterableIterator<T>): AsyncGenerator<T> {
  for (;;) {
    const item = await rpc.until(items.next());
    if (item.done) return;
    yield item.value;
  }
}
