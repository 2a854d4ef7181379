import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { CallContext } from '../../../src/rpc/call-context.ts';
import type { Caller } from '../../../src/rpc/caller.ts';
import { intercept } from '../../../src/rpc/intercept.ts';
import { interceptRegistration } from '../../../src/rpc/intercept-registration.ts';
import { type ClientInterceptor, type ServerInterceptor, withMetadata } from '../../../src/rpc/interceptor.ts';
import { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { RpcServer } from '../../../src/rpc/rpc-server.ts';
import type { MethodRegistration } from '../../../src/rpc/service.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { FakeRpc } from '../../support/fake-transport.ts';
import { countTo, replyToEach, sumOf } from '../../support/stream-handlers.ts';

const echo = rawMethod('T.echo');
const feed = rawMethod('T.feed', 'serverStreaming');
const sum = rawMethod('T.sum', 'clientStreaming');
const chat = rawMethod('T.chat', 'bidirectional');
const EMPTY = Buffer.alloc(0);

/** Calls a method of each kind and gives the answers as texts. */
const KINDS: readonly (readonly [string, (caller: Caller) => Promise<string>])[] = [
  ['unary', async (caller) => String(await caller.unary(echo, Buffer.from('a')))],
  ['serverStreaming', async (caller) => collect(caller.serverStreaming(feed, Buffer.from('2')))],
  ['clientStreaming', async (caller) => String(await caller.clientStreaming(sum, [Buffer.from('1'), Buffer.from('2')]))],
  ['bidirectional', async (caller) => collect(caller.bidirectional(chat, [Buffer.from('x'), Buffer.from('y')]))],
];

describe('interceptors of a client', () => {
  for (const [kind, call] of KINDS) {
    it(`surround a ${kind} call, the first of the list outermost`, async () => {
      const log: string[] = [];
      const { rpc, client } = await started({}, [tracing('outer', log), tracing('inner', log)]);
      const plain = await rpc.until(call(rpc.client()));
      assert.equal(await rpc.until(call(client)), plain);
      assert.deepEqual(log, [`outer ${kind}`, `inner ${kind}`, 'inner done', 'outer done']);
    });
  }

  it('change what the server sees and what the caller gets', async () => {
    const change: ClientInterceptor = {
      unary: async (call, next) =>
        Buffer.from(`${String(await next('request' in call ? { ...call, request: Buffer.from('changed') } : call))}!`),
      async *stream(call, next) {
        for await (const item of next(withMetadata(call, { who: 'me' }))) yield Buffer.from(`<${String(item)}>`);
      },
    };
    const { rpc, server, client } = await started({}, [change]);
    server.registerMethod({
      kind: 'serverStreaming',
      method: feed,
      async *handle(_: Uint8Array, context: CallContext) {
        yield Buffer.from(JSON.stringify(context.metadata));
      },
    });
    assert.equal(String(await rpc.until(client.callRaw('T.echo', Buffer.from('as it was')))), 'changed!');
    assert.equal(await rpc.until(collect(client.serverStreaming(feed, EMPTY, { metadata: { own: '1' } }))), '<{"own":"1","who":"me"}>');
  });

  it('may answer themselves, refuse, or call several times', async () => {
    let attempts = 0;
    const cached: ClientInterceptor = { unary: () => Promise.resolve(Buffer.from('cached')) };
    const refusing: ClientInterceptor = {
      unary: () => {
        throw new RpcError('PERMISSION_DENIED', 'not today');
      },
      stream: () => {
        throw new TypeError('a mistake');
      },
    };
    const thrice: ClientInterceptor = {
      async unary(call, next) {
        for (;;) {
          attempts++;
          const answer = await next(call);
          if (attempts === 3) return answer;
        }
      },
    };
    const { rpc, server } = await started();
    assert.equal(String(await rpc.until(rpc.client({ interceptors: [cached] }).callRaw('T.none', EMPTY))), 'cached');
    const refused = rpc.client({ interceptors: [refusing] });
    await assert.rejects(rpc.until(refused.callRaw('T.echo', EMPTY)), { code: 'PERMISSION_DENIED' });
    await assert.rejects(rpc.until(refused.serverStreaming(feed, EMPTY).next()), { code: 'INTERNAL', message: 'a mistake' });
    let served = 0;
    server.registerRaw('T.echo', (bytes) => {
      served++;
      return bytes;
    });
    assert.equal(String(await rpc.until(rpc.client({ interceptors: [thrice] }).callRaw('T.echo', Buffer.from('x')))), 'x');
    assert.equal(served, 3);
  });

  it('turn whatever they throw into an RpcError, also in the middle of a stream', async () => {
    const failing: ClientInterceptor = {
      async *stream(call, next) {
        for await (const item of next(call)) {
          yield item;
          throw new TypeError('in the middle');
        }
      },
    };
    const { rpc, client, server } = await started({}, [failing]);
    const stream = client.serverStreaming(feed, Buffer.from('5'));
    await rpc.until(stream.next());
    const error: unknown = await rpc.until(stream.next().catch((thrown: unknown) => thrown));
    assert.ok(error instanceof RpcError && error.code === 'INTERNAL');
    await rpc.settle();
    assert.equal(server.inFlight, 0);
  });

  it('let a stream be left while it waits for an item, and the handler hears of it', async () => {
    const log: string[] = [];
    const { rpc, server, client } = await started({}, [tracing('one', log)]);
    const aborted = silentFeed(server);
    const stream = client.serverStreaming(feed, EMPTY);
    const waiting = stream.next();
    await rpc.settle();
    await rpc.until(stream.return?.() as Promise<unknown>);
    assert.equal((await rpc.until(waiting)).done, true);
    await rpc.until(aborted);
    assert.deepEqual(log, ['one serverStreaming', 'one done']);
  });

  it('see the signal of the caller end the call', async () => {
    const { rpc, server, client } = await started({}, [tracing('one', [])]);
    const aborted = silentFeed(server);
    const controller = new AbortController();
    const failed = assert.rejects(client.serverStreaming(feed, EMPTY, { signal: controller.signal }).next(), { code: 'CANCELLED' });
    await rpc.settle();
    controller.abort();
    await rpc.until(Promise.all([failed, aborted]));
  });

  it('that are none leave the client’s own methods in place', () => {
    const rpc = new FakeRpc();
    for (const client of [rpc.client(), rpc.client({ interceptors: [] })]) {
      assert.equal(client.unary, RpcClient.prototype.unary);
      assert.deepEqual(Object.keys(client), []);
    }
  });

  it('must be a list of objects with hooks', () => {
    const rpc = new FakeRpc();
    for (const interceptors of [{}, [() => undefined], [null], [{}]]) {
      assert.throws(() => rpc.client({ interceptors: interceptors as never }), { code: 'INVALID_ARGUMENT', message: /interceptors/ });
      assert.throws(() => rpc.server({ interceptors: interceptors as never }), { code: 'INVALID_ARGUMENT', message: /interceptors/ });
    }
  });

  it('can be put before any caller, which stays as it is', async () => {
    const log: string[] = [];
    const { rpc, client } = await started();
    const caller = intercept(client, [tracing('one', log)]);
    await rpc.until(caller.unary(echo, EMPTY));
    await rpc.until(client.unary(echo, EMPTY));
    assert.deepEqual(log, ['one unary', 'one done']);
  });

  it('keep their own this', async () => {
    class Counting implements ClientInterceptor {
      count = 0;
      unary(call: Parameters<NonNullable<ClientInterceptor['unary']>>[0], next: Parameters<NonNullable<ClientInterceptor['unary']>>[1]) {
        this.count++;
        return next(call);
      }
    }
    const counting = new Counting();
    const { rpc, client } = await started({}, [counting]);
    await rpc.until(client.callRaw('T.echo', EMPTY));
    assert.equal(counting.count, 1);
  });
});

describe('interceptors of a server', () => {
  for (const [kind, call] of KINDS) {
    it(`surround the handler of a ${kind} call, the first of the list outermost`, async () => {
      const log: string[] = [];
      const interceptors = [tracing('outer', log), tracing('inner', log)];
      const { rpc, client } = await started({ interceptors });
      const plain = await started();
      assert.equal(await rpc.until(call(client)), await plain.rpc.until(call(plain.client)));
      assert.deepEqual(log, [`outer ${kind}`, `inner ${kind}`, 'inner done', 'outer done']);
    });
  }

  it('refuse a call by throwing, of either sort, before its handler runs', async () => {
    let served = 0;
    const refuse = (): never => {
      throw new RpcError('UNAUTHENTICATED', 'who are you?', { metadata: { hint: 'log in' } });
    };
    const { rpc, server, client } = await started({ interceptors: [{ unary: refuse, stream: refuse }] });
    server.registerRaw('T.echo', (bytes) => {
      served++;
      return bytes;
    });
    for (const [, call] of KINDS) await assert.rejects(rpc.until(call(client)), { code: 'UNAUTHENTICATED', message: 'who are you?' });
    assert.deepEqual([served, server.inFlight], [0, 0]);
  });

  it('see method, peer, metadata and request, and change the request and the response', async () => {
    const seen: unknown[] = [];
    const change: ServerInterceptor = {
      async unary(call, next) {
        const { method, peer, metadata } = call.context;
        seen.push(method, peer.address, { ...metadata }, 'request' in call && String(call.request));
        return Buffer.from(`${String(await next('request' in call ? { ...call, request: Buffer.from('other') } : call))}?`);
      },
    };
    const { rpc, client } = await started({ interceptors: [change] });
    const answer = await rpc.until(client.callRaw('T.echo', Buffer.from('this'), { metadata: { a: '1' } }));
    assert.equal(String(answer), 'other?');
    assert.deepEqual(seen, ['T.echo', 'client:1', { a: '1' }, 'this']);
  });

  it('see what the handler threw, while the caller learns no more than ever', async () => {
    const seen: string[] = [];
    const watching: ServerInterceptor = {
      async unary(call, next) {
        try {
          return await next(call);
        } catch (error) {
          seen.push((error as Error).message);
          throw error;
        }
      },
    };
    const { rpc, server, client } = await started({ interceptors: [watching] });
    server.registerRaw('T.echo', () => {
      throw new Error('the secret');
    });
    const error = (await rpc.until(client.callRaw('T.echo', EMPTY).catch((thrown: unknown) => thrown))) as RpcError;
    assert.deepEqual([error.code, seen], ['INTERNAL', ['the secret']]);
    assert.doesNotMatch(error.message, /secret/);
  });

  it('come to their end when the caller leaves a stream in which nothing comes', async () => {
    const log: string[] = [];
    const { rpc, server, client } = await started({ interceptors: [tracing('one', log)] });
    let isReturned = false;
    const silent: AsyncIterableIterator<Uint8Array> = {
      next: () => new Promise(() => undefined),
      return: () => {
        isReturned = true;
        return Promise.resolve({ value: undefined, done: true });
      },
      [Symbol.asyncIterator]: () => silent,
    };
    server.registerMethod({ kind: 'serverStreaming', method: feed, handle: () => silent });
    const stream = client.serverStreaming(feed, EMPTY);
    void stream.next();
    await rpc.settle();
    await rpc.until(stream.return?.() as Promise<unknown>);
    await rpc.settle();
    assert.deepEqual([log, isReturned], [['one serverStreaming', 'one done'], true]);
  });

  it('do not stand before the cluster’s own methods, nor before methods they have no hook for', () => {
    const interceptors: ServerInterceptor[] = [{ unary: (call, next) => next(call) }];
    const registrations: MethodRegistration[] = [
      { kind: 'unary', method: rawMethod('rpcnet.cluster.join'), handle: () => EMPTY },
      { kind: 'serverStreaming', method: feed, handle: () => [] as never },
    ];
    for (const registration of registrations) assert.equal(interceptRegistration(registration, interceptors), registration);
    const health: MethodRegistration = {
      kind: 'unary',
      method: rawMethod('rpcnet.health.check'),
      handle: () => EMPTY,
      isAlwaysTaken: true,
    };
    assert.notEqual(interceptRegistration(health, interceptors), health);
    assert.equal(interceptRegistration(health, interceptors).isAlwaysTaken, true);
  });
});

function tracing(name: string, log: string[]): ClientInterceptor & ServerInterceptor {
  return {
    async unary<TCall extends { readonly kind: string }>(call: TCall, next: (call: TCall) => Promise<unknown>) {
      log.push(`${name} ${call.kind}`);
      try {
        return await next(call);
      } finally {
        log.push(`${name} done`);
      }
    },
    async *stream<TCall extends { readonly kind: string }>(call: TCall, next: (call: TCall) => AsyncIterable<unknown>) {
      log.push(`${name} ${call.kind}`);
      try {
        yield* next(call);
      } finally {
        log.push(`${name} done`);
      }
    },
  };
}

/** Serves a feed without items; resolves when its caller has gone. */
function silentFeed(server: RpcServer): Promise<void> {
  return new Promise((resolve) => {
    server.registerMethod({
      kind: 'serverStreaming',
      method: feed,
      async *handle(_: Uint8Array, context: CallContext) {
        await new Promise<void>((stop) => context.signal.addEventListener('abort', () => stop()));
        resolve();
      },
    });
  });
}

async function collect(items: AsyncIterable<Uint8Array>): Promise<string> {
  const texts: string[] = [];
  for await (const item of items) texts.push(String(item));
  return texts.join();
}

async function started(
  options: Parameters<FakeRpc['server']>[0] = {},
  interceptors: readonly ClientInterceptor[] = [],
): Promise<{ readonly rpc: FakeRpc; readonly server: RpcServer; readonly client: RpcClient }> {
  const rpc = new FakeRpc();
  const server = rpc.server(options);
  server.registerRaw('T.echo', (bytes) => bytes);
  server.registerMethod({ kind: 'serverStreaming', method: feed, handle: countTo });
  server.registerMethod({ kind: 'clientStreaming', method: sum, handle: sumOf });
  server.registerMethod({ kind: 'bidirectional', method: chat, handle: replyToEach });
  await server.listen('server:1');
  const client = rpc.client({ interceptors });
  await rpc.until(client.connect());
  return { rpc, server, client };
}
