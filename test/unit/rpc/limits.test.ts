import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { RpcClientOptions } from '../../../src/rpc/client-options.ts';
import type { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { RpcServer } from '../../../src/rpc/rpc-server.ts';
import type { RpcServerOptions } from '../../../src/rpc/server-options.ts';
import type { MethodKind } from '../../../src/wire/method.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { FakeRpc } from '../../support/fake-transport.ts';

const LIMIT = 100_000;
const KINDS: readonly MethodKind[] = ['unary', 'serverStreaming', 'clientStreaming', 'bidirectional'];

describe('a message above maxMessageBytes', () => {
  for (const kind of KINDS) {
    it(`is refused on its way to the server of a ${kind} method, with both sizes and what to do`, async () => {
      const { rpc, client } = await started({ maxMessageBytes: LIMIT }, {});
      await assert.rejects(rpc.until(call(client, kind, LIMIT + 1)), isTooLarge(LIMIT));
      assert.equal(await rpc.until(call(client, kind, LIMIT)), LIMIT, 'and the connection goes on');
    });

    it(`is refused on its way back from a ${kind} method, with both sizes and what to do`, async () => {
      const { rpc, client, server } = await started({}, { maxMessageBytes: LIMIT });
      answers.size = LIMIT + 1;
      await assert.rejects(rpc.until(call(client, kind, 1)), isTooLarge(LIMIT));
      answers.size = LIMIT;
      assert.equal(await rpc.until(call(client, kind, 1)), LIMIT, 'and the connection goes on');
      await rpc.settle();
      assert.deepEqual([client.inFlight, server.inFlight], [0, 0]);
    });
  }

  function isTooLarge(limit: number): (error: RpcError) => boolean {
    return (error) => {
      assert.equal(error.code, 'RESOURCE_EXHAUSTED');
      assert.equal(error.retryable, false, 'sending it again does not help');
      for (const part of [limit + 1, limit, 'raise maxMessageBytes']) assert.ok(error.message.includes(String(part)), error.message);
      return true;
    };
  }
});

describe('calls above maxServerCalls', () => {
  it('are refused at once, unseen by any handler, with a hint when to come back', async () => {
    const { rpc, server, client } = await started({ maxServerCalls: 2, overloadRetryAfterMs: 100 });
    const other = rpc.client();
    await rpc.until(other.connect());
    const first = [client.callRaw('Test.wait', Buffer.alloc(0)), other.callRaw('Test.wait', Buffer.alloc(0))];
    await rpc.settle();
    await assert.rejects(rpc.until(client.callRaw('Test.unary', Buffer.alloc(1))), (error: RpcError) => {
      assert.deepEqual([error.code, error.notTaken, error.retryable], ['RESOURCE_EXHAUSTED', true, true]);
      assert.match(error.message, /2 calls in flight, and its limit is 2 \(maxServerCalls\): try again in \d+ ms/);
      assert.ok(error.retryAfterMs !== undefined && error.retryAfterMs >= 50 && error.retryAfterMs <= 150, String(error.retryAfterMs));
      assert.deepEqual({ ...error.metadata }, {}, 'the hint is not among the metadata of the application');
      return true;
    });
    assert.equal(server.inFlight, 2);
    release();
    await rpc.until(Promise.all(first));
    assert.equal(String(await rpc.until(client.callRaw('Test.unary', Buffer.alloc(1)))).length, 1);
  });

  it('leave room for the methods that say whether the server lives', async () => {
    const { rpc, server, client } = await started({ maxServerCalls: 1 });
    server.registerMethod({
      kind: 'unary',
      method: rawMethod('Test.lives'),
      handle: () => Buffer.from('yes'),
      isAlwaysTaken: true,
    });
    const first = client.callRaw('Test.wait', Buffer.alloc(0));
    await rpc.settle();
    assert.equal(String(await rpc.until(client.callRaw('Test.lives', Buffer.alloc(0)))), 'yes');
    release();
    await rpc.until(first);
  });

  it('get hints that differ, so that they do not all come back at once', async () => {
    const { rpc, client } = await started({ maxServerCalls: 1 });
    const first = client.callRaw('Test.wait', Buffer.alloc(0));
    await rpc.settle();
    const refused = await rpc.until(Promise.allSettled(Array.from({ length: 5 }, () => client.callRaw('Test.unary', Buffer.alloc(1)))));
    const hints = refused.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as RpcError).retryAfterMs : undefined));
    assert.ok(
      hints.every((hint) => hint !== undefined && hint >= 100 && hint <= 300),
      String(hints),
    );
    assert.ok(new Set(hints).size > 1, String(hints));
    release();
    await rpc.until(first);
  });
});

describe('calls above maxCalls', () => {
  it('are refused by the client itself, which knows the limit', async () => {
    const { rpc, client } = await started({ maxCalls: 1 });
    const first = client.callRaw('Test.wait', Buffer.alloc(0));
    await assert.rejects(rpc.until(client.callRaw('Test.unary', Buffer.alloc(1))), {
      code: 'RESOURCE_EXHAUSTED',
      notTaken: true,
      message: /1 calls are in flight to server:1, which is its limit \(maxCalls\): make fewer/,
    });
    await rpc.settle();
    release();
    await rpc.until(first);
  });
});

describe('a handler', () => {
  it('may say itself when to try again', async () => {
    const { rpc, server, client } = await started();
    server.registerRaw('Test.quota', () => {
      throw new RpcError('RESOURCE_EXHAUSTED', 'ten a minute', { retryAfterMs: 249.5, metadata: { plan: 'free' } });
    });
    await assert.rejects(rpc.until(client.callRaw('Test.quota', Buffer.alloc(0))), (error: RpcError) => {
      assert.deepEqual([error.retryAfterMs, { ...error.metadata }, error.notTaken], [250, { plan: 'free' }, false]);
      return true;
    });
  });

  it('that says nothing gives no hint', async () => {
    const { rpc, server, client } = await started();
    server.registerRaw('Test.quota', () => {
      throw new RpcError('RESOURCE_EXHAUSTED', 'ten a minute');
    });
    await assert.rejects(rpc.until(client.callRaw('Test.quota', Buffer.alloc(0))), { retryAfterMs: undefined });
  });

  it('that gives a hint that is no duration fails as it would without', async () => {
    const { rpc, server, client } = await started();
    server.registerRaw('Test.quota', () => {
      throw new RpcError('RESOURCE_EXHAUSTED', 'ten a minute', { retryAfterMs: Number.NaN });
    });
    await assert.rejects(rpc.until(client.callRaw('Test.quota', Buffer.alloc(0))), {
      code: 'RESOURCE_EXHAUSTED',
      message: 'ten a minute',
      retryAfterMs: undefined,
    });
  });
});

describe('connections above maxConnections', () => {
  it('are refused with the limit and what to do', async () => {
    const { rpc } = await started({ maxConnections: 1 });
    await assert.rejects(rpc.until(rpc.client().connect()), {
      code: 'RESOURCE_EXHAUSTED',
      message: /server:1 accepts no more connections: the limit is 1 \(maxConnections\)\. Share one client/,
    });
  });
});

describe('calls that wait for a connection above maxWaitingCalls', () => {
  it('fail at once, and those that wait already still get their answer', async () => {
    const rpc = new FakeRpc();
    const client = rpc.client({ maxWaitingCalls: 2 });
    const waiting = [client.callRaw('Test.unary', Buffer.alloc(1)), client.callRaw('Test.unary', Buffer.alloc(1))];
    await rpc.settle();
    await assert.rejects(rpc.until(client.callRaw('Test.unary', Buffer.alloc(1))), {
      code: 'RESOURCE_EXHAUSTED',
      notTaken: true,
      message: /2 calls wait for a connection to server:1 already, which is the limit \(maxWaitingCalls\): nothing answers/,
    });
    const stream = client.serverStreaming(rawMethod('Test.serverStreaming', 'serverStreaming'), Buffer.alloc(1));
    await assert.rejects(rpc.until(stream.next()), { code: 'RESOURCE_EXHAUSTED' });
    await serving(rpc);
    await rpc.pass(3_000);
    for (const answer of await rpc.until(Promise.all(waiting))) assert.equal(answer.length, answers.size);
    assert.equal(client.inFlight, 0);
  });

  it('make no room that stays taken: a call that gives up leaves its place', async () => {
    const rpc = new FakeRpc();
    const client = rpc.client({ maxWaitingCalls: 1 });
    const gone = assert.rejects(client.callRaw('Test.unary', Buffer.alloc(1), { timeoutMs: 50 }), { code: 'DEADLINE_EXCEEDED' });
    await rpc.pass(100);
    await gone;
    const next = client.callRaw('Test.unary', Buffer.alloc(1));
    await serving(rpc);
    await rpc.pass(3_000);
    assert.equal((await rpc.until(next)).length, answers.size);
  });
});

/** What handlers answer with, and what holds those that wait. */
const answers = { size: 1 };
let release: () => void = () => undefined;

async function started(
  serverOptions: Partial<RpcServerOptions> = {},
  clientOptions: RpcClientOptions = {},
): Promise<{ rpc: FakeRpc; server: RpcServer; client: RpcClient }> {
  const rpc = new FakeRpc();
  const server = await serving(rpc, serverOptions);
  const client = rpc.client(clientOptions);
  await rpc.until(client.connect());
  return { rpc, server, client };
}

async function serving(rpc: FakeRpc, options: Partial<RpcServerOptions> = {}): Promise<RpcServer> {
  const server = rpc.server(options);
  answers.size = 1;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answer = (sent: number): Buffer => Buffer.alloc(Math.max(answers.size, sent));
  server.registerRaw('Test.wait', async () => {
    await held;
    return Buffer.alloc(0);
  });
  server.registerRaw('Test.unary', (request) => answer(request.length));
  server.registerMethod({
    kind: 'serverStreaming',
    method: rawMethod('Test.serverStreaming', 'serverStreaming'),
    async *handle(request: Uint8Array) {
      yield answer(request.length);
    },
  });
  server.registerMethod({
    kind: 'clientStreaming',
    method: rawMethod('Test.clientStreaming', 'clientStreaming'),
    async handle(requests: AsyncIterable<Uint8Array>) {
      let bytes = 0;
      for await (const request of requests) bytes += request.length;
      return answer(bytes);
    },
  });
  server.registerMethod({
    kind: 'bidirectional',
    method: rawMethod('Test.bidirectional', 'bidirectional'),
    async *handle(requests: AsyncIterable<Uint8Array>) {
      for await (const request of requests) yield answer(request.length);
    },
  });
  await server.listen('server:1');
  return server;
}

/** Calls the method of a kind with one message of `size` bytes; gives the size of the answer. */
async function call(client: RpcClient, kind: MethodKind, size: number): Promise<number> {
  const method = rawMethod(`Test.${kind}`, kind);
  const message = Buffer.alloc(size);
  if (kind === 'unary') return (await client.unary(method, message)).length;
  if (kind === 'clientStreaming') return (await client.clientStreaming(method, [message])).length;
  const stream = kind === 'serverStreaming' ? client.serverStreaming(method, message) : client.bidirectional(method, [message]);
  let bytes = 0;
  for await (const item of stream) bytes += item.length;
  return bytes;
}
