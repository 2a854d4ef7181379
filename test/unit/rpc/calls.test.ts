import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { CallContext } from '../../../src/rpc/call-context.ts';
import type { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { RpcServer } from '../../../src/rpc/rpc-server.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { FakeRpc } from '../../support/fake-transport.ts';
import { countTo, replyToEach, sumOf } from '../../support/stream-handlers.ts';

const tail = rawMethod('Test.tail', 'serverStreaming');
const sum = rawMethod('Test.sum', 'clientStreaming');
const chat = rawMethod('Test.chat', 'bidirectional');

describe('calls over an open connection', () => {
  it('gives a unary call its response', async () => {
    const { rpc, client } = await started();
    assert.equal(String(await rpc.until(client.callRaw('Test.echo', Buffer.from('hello')))), 'hello');
  });

  it('carries an empty message both ways', async () => {
    const { rpc, client } = await started();
    assert.equal((await rpc.until(client.callRaw('Test.echo', Buffer.alloc(0)))).length, 0);
  });

  for (const size of [1, 16_384, 16_385, 262_144, 1_000_000, 4_194_304]) {
    it(`carries a message of ${size} bytes both ways`, async () => {
      const { rpc, client } = await started();
      const message = pattern(size);
      const answer = await rpc.until(client.callRaw('Test.echo', message));
      assert.ok(message.equals(answer));
    });
  }

  it('refuses a request above the limit before sending it, and the connection goes on', async () => {
    const { rpc, client } = await started({ maxMessageBytes: 1_000 });
    await assert.rejects(rpc.until(client.callRaw('Test.echo', pattern(1_001))), {
      code: 'RESOURCE_EXHAUSTED',
      message: /1001 bytes.*1000/,
    });
    assert.equal((await rpc.until(client.callRaw('Test.echo', pattern(1_000)))).length, 1_000);
  });

  it('fails a call whose response is above the limit of the client', async () => {
    const { rpc, server, client } = await started({}, { maxMessageBytes: 1_000 });
    server.registerRaw('Test.big', () => pattern(1_001));
    await assert.rejects(rpc.until(client.callRaw('Test.big', Buffer.alloc(0))), { code: 'RESOURCE_EXHAUSTED' });
    assert.equal(server.inFlight, 0);
  });

  it('streams items from the server in order', async () => {
    const { rpc, client } = await started();
    const items = await rpc.until(collect(client.serverStreaming(tail, Buffer.from('5'))));
    assert.deepEqual(items, ['0', '1', '2', '3', '4']);
  });

  it('gives each item in an ordinary object, whether it was waited for or not', async () => {
    const { rpc, client } = await started();
    const stream = client.serverStreaming(tail, Buffer.from('2'));
    const results = [await rpc.until(stream.next()), await rpc.until(stream.next()), await rpc.until(stream.next())];
    assert.deepStrictEqual(results, [
      { value: Buffer.from('0'), done: false },
      { value: Buffer.from('1'), done: false },
      { value: undefined, done: true },
    ]);
  });

  it('gives items that came before an error, then the error', async () => {
    const { rpc, server, client } = await started();
    server.registerMethod({
      kind: 'serverStreaming',
      method: tail,
      async *handle() {
        yield Buffer.from('one');
        throw new RpcError('NOT_FOUND', 'no more');
      },
    });
    const items: string[] = [];
    const reading = (async () => {
      for await (const item of client.serverStreaming(tail, Buffer.alloc(0))) items.push(String(item));
    })();
    await assert.rejects(rpc.until(reading), { code: 'NOT_FOUND', message: 'no more' });
    assert.deepEqual(items, ['one']);
  });

  it('collects a stream from the client', async () => {
    const { rpc, client } = await started();
    assert.equal(String(await rpc.until(client.clientStreaming(sum, numbers(100)))), '4950');
  });

  it('streams both ways at once', async () => {
    const { rpc, client } = await started();
    const items = await rpc.until(collect(client.bidirectional(chat, numbers(50))));
    assert.deepEqual(
      items,
      Array.from({ length: 50 }, (_, i) => `re ${i}`),
    );
  });

  it('cancels the handler when the caller breaks out of a stream', async () => {
    const { rpc, server, client } = await started();
    let isStopped = false;
    server.registerMethod({
      kind: 'serverStreaming',
      method: tail,
      async *handle(_request: Uint8Array, context: CallContext) {
        context.signal.addEventListener('abort', () => {
          isStopped = true;
        });
        for (let i = 0; ; i++) yield Buffer.from(String(i));
      },
    });
    const reading = (async () => {
      for await (const item of client.serverStreaming(tail, Buffer.alloc(0))) if (String(item) === '3') break;
    })();
    await rpc.until(reading);
    await rpc.settle();
    assert.ok(isStopped);
    assert.deepEqual([server.inFlight, client.inFlight], [0, 0]);
  });

  it('cancels the handler when the signal aborts', async () => {
    const { rpc, server, client } = await started();
    const aborted = new Promise<unknown>((resolve) => {
      server.registerRaw('Test.wait', (_, context) => {
        context.signal.addEventListener('abort', () => resolve(context.signal.reason));
        return new Promise(() => undefined);
      });
    });
    const controller = new AbortController();
    const call = client.callRaw('Test.wait', Buffer.alloc(0), { signal: controller.signal });
    await rpc.settle();
    controller.abort();
    await assert.rejects(rpc.until(call), { code: 'CANCELLED' });
    assert.equal(((await rpc.until(aborted)) as RpcError).code, 'CANCELLED');
    assert.equal(server.inFlight, 0);
  });

  it('never sends a call whose signal has aborted already', async () => {
    const { rpc, server, client } = await started();
    let isCalled = false;
    server.registerRaw('Test.flag', () => {
      isCalled = true;
      return Buffer.alloc(0);
    });
    await assert.rejects(rpc.until(client.callRaw('Test.flag', Buffer.alloc(0), { signal: AbortSignal.abort() })), { code: 'CANCELLED' });
    await rpc.settle();
    assert.equal(isCalled, false);
  });

  it('ends a call and its handler when the deadline passes', async () => {
    const { rpc, server, client } = await started();
    let remaining = 0;
    let reason: unknown;
    server.registerRaw('Test.wait', (_, context) => {
      remaining = context.remainingMs();
      context.signal.addEventListener('abort', () => {
        reason = context.signal.reason;
      });
      return new Promise(() => undefined);
    });
    const call = client.callRaw('Test.wait', Buffer.alloc(0), { timeoutMs: 500 });
    const failed = assert.rejects(call, { code: 'DEADLINE_EXCEEDED', message: /Test\.wait.*500 ms/ });
    await rpc.pass(600);
    await failed;
    assert.ok(remaining > 400 && remaining <= 500, `${remaining}`);
    assert.ok(reason instanceof RpcError);
    assert.deepEqual([server.inFlight, client.inFlight], [0, 0]);
  });

  it('passes a typed error on and keeps the text of an unknown one on the server', async () => {
    const { rpc, server, client } = await started();
    server.registerRaw('Test.typed', () => {
      throw new RpcError('PERMISSION_DENIED', 'not you', { details: Buffer.from([1, 2]), metadata: { hint: 'ask' } });
    });
    server.registerRaw('Test.secret', () => Promise.reject(new Error('password is 1234')));
    const typed = (await rpc.until(client.callRaw('Test.typed', Buffer.alloc(0)).catch((error: unknown) => error))) as RpcError;
    assert.equal(typed.code, 'PERMISSION_DENIED');
    assert.deepEqual([...(typed.details as Uint8Array)], [1, 2]);
    assert.deepEqual({ ...typed.metadata }, { hint: 'ask' });
    const unknown = (await rpc.until(client.callRaw('Test.secret', Buffer.alloc(0)).catch((error: unknown) => error))) as RpcError;
    assert.equal(unknown.code, 'INTERNAL');
    assert.doesNotMatch(unknown.message, /1234/);
    assert.match(rpc.logged.join(), /1234/);
  });

  it('says that a method does not exist, and that it has another kind', async () => {
    const { rpc, client } = await started();
    await assert.rejects(rpc.until(client.callRaw('Test.nope', Buffer.alloc(0))), { code: 'UNIMPLEMENTED', message: /Test\.nope/ });
    await assert.rejects(rpc.until(client.callRaw('Test.chat', Buffer.alloc(0))), { code: 'UNIMPLEMENTED', message: /bidirectional/ });
  });

  it('uses the new handler of a method that is registered again, on open connections too', async () => {
    const { rpc, server, client } = await started();
    await rpc.until(client.callRaw('Test.echo', Buffer.from('a')));
    server.registerRaw('Test.echo', () => Buffer.from('new'));
    assert.equal(String(await rpc.until(client.callRaw('Test.echo', Buffer.from('a')))), 'new');
  });

  it('carries metadata to the handler', async () => {
    const { rpc, server, client } = await started();
    server.registerRaw('Test.meta', (_, context) => Buffer.from(JSON.stringify(context.metadata)));
    const answer = await rpc.until(client.callRaw('Test.meta', Buffer.alloc(0), { metadata: { tenant: 'a', 'trace-id': 'ü' } }));
    assert.deepEqual(JSON.parse(String(answer)), { tenant: 'a', 'trace-id': 'ü' });
    await assert.rejects(rpc.until(client.callRaw('Test.meta', Buffer.alloc(0), { metadata: { 'Bad Key': 'x' } })), {
      code: 'INVALID_ARGUMENT',
    });
    assert.equal(String(await rpc.until(client.callRaw('Test.echo', Buffer.from('still fine')))), 'still fine');
  });
});

describe('slow readers', () => {
  it('stop the server after its credit, lose nothing, and let other calls pass', async () => {
    const { rpc, server, client } = await started();
    let sent = 0;
    server.registerMethod({
      kind: 'serverStreaming',
      method: tail,
      async *handle() {
        for (; sent < 1_000; sent++) yield pattern(10_000);
      },
    });
    const stream = client.serverStreaming(tail, Buffer.alloc(0));
    await rpc.until(stream.next());
    await rpc.pass(100);
    assert.ok(sent < 60, `the server sent ${sent} items of 10 KB into 256 KiB of credit`);
    assert.equal(String(await rpc.until(client.callRaw('Test.echo', Buffer.from('hi')))), 'hi');
    let read = 1;
    const reading = (async () => {
      for await (const item of stream) {
        assert.equal(item.length, 10_000);
        read++;
      }
    })();
    await rpc.until(reading);
    assert.equal(read, 1_000);
  });

  it('stop the client as well', async () => {
    const { rpc, server, client } = await started();
    let given = 0;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    server.registerMethod({
      kind: 'clientStreaming',
      method: sum,
      async handle(requests: AsyncIterable<Uint8Array>) {
        await held;
        let total = 0;
        for await (const item of requests) total += item.length;
        return Buffer.from(String(total));
      },
    });
    const source = (async function* () {
      for (; given < 500; given++) yield pattern(10_000);
    })();
    const call = client.clientStreaming(sum, source);
    await rpc.pass(100);
    assert.ok(given < 60, `${given}`);
    release();
    assert.equal(String(await rpc.until(call)), '5000000');
  });

  it('that read nothing leave room on the connection once they are cancelled', async () => {
    const { rpc, client } = await started();
    for (let round = 0; round < 3; round++) {
      const streams = Array.from({ length: 40 }, () => client.serverStreaming(rawMethod('Test.flood', 'serverStreaming'), Buffer.alloc(0)));
      for (const stream of streams) void stream.next().catch(() => undefined);
      await rpc.settle();
      await Promise.all(streams.map((stream) => rpc.until(stream.return?.() as Promise<unknown>)));
      await rpc.settle();
    }
    const message = pattern(2_000_000);
    assert.ok(message.equals(await rpc.until(client.callRaw('Test.echo', message))));
  });
});

describe('losing the connection', () => {
  it('fails calls in flight with UNAVAILABLE and connects again for the next call', async () => {
    const { rpc, server, client } = await started();
    server.registerRaw('Test.wait', () => new Promise(() => undefined));
    const call = client.callRaw('Test.wait', Buffer.alloc(0));
    const failed = assert.rejects(call, { code: 'UNAVAILABLE', notTaken: false });
    await rpc.settle();
    rpc.connections[0]?.lose();
    rpc.connections[0]?.other.lose();
    await failed;
    assert.equal(server.inFlight, 0);
    assert.equal(String(await rpc.until(client.callRaw('Test.echo', Buffer.from('again')))), 'again');
    assert.equal(rpc.connections.length, 2);
  });

  it('is noticed within the liveness timeout when the peer falls silent', async () => {
    const { rpc, server, client } = await started();
    server.registerRaw('Test.wait', () => new Promise(() => undefined));
    const call = client.callRaw('Test.wait', Buffer.alloc(0));
    const failed = assert.rejects(call, { code: 'UNAVAILABLE', message: /stopped answering/ });
    await rpc.settle();
    rpc.wire.isCut = true;
    const cut = rpc.wire.clock.now();
    for (const connection of rpc.connections) connection.deliver = () => false;
    for (const connection of rpc.connections) connection.other.deliver = () => false;
    await rpc.pass(2_300);
    await failed;
    assert.ok(rpc.wire.clock.now() - cut <= 2_300);
  });

  it('does not happen to a connection whose call only takes long', async () => {
    const { rpc, server, client } = await started();
    let answer: (bytes: Uint8Array) => void = () => undefined;
    server.registerRaw(
      'Test.wait',
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const call = client.callRaw('Test.wait', Buffer.alloc(0));
    await rpc.pass(20_000);
    answer(Buffer.from('late'));
    assert.equal(String(await rpc.until(call)), 'late');
    assert.equal(rpc.connections.length, 1);
  });

  it('makes calls wait until their deadline when set to wait, and fail at once when set to fail', async () => {
    const rpc = new FakeRpc();
    const waiting = assert.rejects(rpc.client().callRaw('Test.echo', Buffer.alloc(0), { timeoutMs: 1_000 }), {
      code: 'DEADLINE_EXCEEDED',
      message: /nothing answers at server:1/,
    });
    const failing = assert.rejects(rpc.client({ whenDisconnected: 'fail' }).callRaw('Test.echo', Buffer.alloc(0)), {
      code: 'UNAVAILABLE',
      notTaken: true,
    });
    await rpc.pass(1_500);
    await Promise.all([waiting, failing]);
  });
});

describe('a server at its limit of connections', () => {
  it('tells the next client why it is turned away', async () => {
    const { rpc, client } = await started({ maxConnections: 1 });
    await assert.rejects(rpc.until(rpc.client().connect()), { code: 'RESOURCE_EXHAUSTED', message: /limit is 1 \(maxConnections\)/ });
    assert.equal(String(await rpc.until(client.callRaw('Test.echo', Buffer.from('still here')))), 'still here');
  });
});

describe('closing a server', () => {
  it('lets calls in flight finish and sends new ones to its successor', async () => {
    const { rpc, server, client } = await started();
    let answer: (bytes: Uint8Array) => void = () => undefined;
    server.registerRaw(
      'Test.wait',
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const running = client.callRaw('Test.wait', Buffer.alloc(0));
    await rpc.settle();
    const closing = server.close({ graceMs: 5_000 });
    await rpc.settle();
    const next = client.callRaw('Test.echo', Buffer.from('to the next'));
    answer(Buffer.from('done'));
    assert.equal(String(await rpc.until(running)), 'done');
    await rpc.until(closing);
    const successor = await listening(rpc);
    const answered = rpc.pass(5_000);
    assert.equal(String(await next), 'to the next');
    await answered;
    const closed = successor.close({ graceMs: 0 });
    await rpc.pass(500);
    await closed;
  });

  it('ends what outlasts the grace time with UNAVAILABLE', async () => {
    const { rpc, server, client } = await started();
    let reason: unknown;
    server.registerRaw('Test.wait', (_, context) => {
      context.signal.addEventListener('abort', () => {
        reason = context.signal.reason;
      });
      return new Promise(() => undefined);
    });
    const failed = assert.rejects(client.callRaw('Test.wait', Buffer.alloc(0)), { code: 'UNAVAILABLE' });
    await rpc.settle();
    const closing = server.close({ graceMs: 300 });
    await rpc.pass(1_000);
    await failed;
    await closing;
    assert.ok(reason instanceof RpcError);
    assert.equal(server.connectionCount, 0);
  });

  it('closes at once when nothing is in flight, and twice is the same as once', async () => {
    const { rpc, server } = await started();
    await Promise.all([rpc.until(server.close()), rpc.until(server.close())]);
    assert.equal(server.connectionCount, 0);
    await assert.rejects(server.listen('server:1'), { code: 'FAILED_PRECONDITION' });
  });
});

async function started(
  serverOptions: Parameters<FakeRpc['server']>[0] = {},
  clientOptions: Parameters<FakeRpc['client']>[0] = {},
): Promise<{ rpc: FakeRpc; server: RpcServer; client: RpcClient }> {
  const rpc = new FakeRpc();
  const server = await listening(rpc, serverOptions);
  const client = rpc.client(clientOptions);
  await rpc.until(client.connect());
  return { rpc, server, client };
}

async function listening(rpc: FakeRpc, options: Parameters<FakeRpc['server']>[0] = {}): Promise<RpcServer> {
  const server = rpc.server(options);
  server.registerRaw('Test.echo', (bytes) => bytes);
  server.registerMethod({ kind: 'serverStreaming', method: tail, handle: countTo });
  server.registerMethod({
    kind: 'serverStreaming',
    method: rawMethod('Test.flood', 'serverStreaming'),
    async *handle() {
      for (;;) yield pattern(20_000);
    },
  });
  server.registerMethod({ kind: 'clientStreaming', method: sum, handle: sumOf });
  server.registerMethod({ kind: 'bidirectional', method: chat, handle: replyToEach });
  await server.listen('server:1');
  return server;
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<string[]> {
  const items: string[] = [];
  for await (const item of stream) items.push(String(item));
  return items;
}

function* numbers(count: number): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) yield Buffer.from(String(i));
}

function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31) >>> 3;
  return bytes;
}
