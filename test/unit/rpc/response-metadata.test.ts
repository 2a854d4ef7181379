import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { CallContext } from '../../../src/rpc/call-context.ts';
import type { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { RpcServer } from '../../../src/rpc/rpc-server.ts';
import type { Metadata } from '../../../src/wire/metadata.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { FakeRpc } from '../../support/fake-transport.ts';

const feed = rawMethod('T.feed', 'serverStreaming');
const upload = rawMethod('T.upload', 'clientStreaming');
const EMPTY = Buffer.alloc(0);

describe('metadata of an answer', () => {
  it('comes with the response, text and bytes, before the promise resolves', async () => {
    const { rpc, server, client, heard, onResponseMetadata } = await started();
    server.registerRaw('T.unary', (_, context) => {
      context.setResponseMetadata({ region: 'eu', kept: 'no' });
      context.setResponseMetadata({ kept: 'yes', hash: new Uint8Array([1, 2]) });
      return Buffer.from('done');
    });
    assert.equal(String(await rpc.until(client.callRaw('T.unary', EMPTY, { onResponseMetadata }))), 'done');
    assert.deepEqual(heard, [{ region: 'eu', kept: 'yes', hash: new Uint8Array([1, 2]) }]);
  });

  it('leaves the response as it is when nobody listens, also a large one', async () => {
    const { rpc, server, client } = await started();
    const large = Buffer.alloc(100_000, 7);
    server.registerRaw('T.unary', (_, context) => {
      context.setResponseMetadata({ a: 'x'.repeat(5_000) });
      return large;
    });
    assert.ok(large.equals(await rpc.until(client.callRaw('T.unary', EMPTY))));
  });

  it('comes with the response to a client’s stream', async () => {
    const { rpc, server, client, heard, onResponseMetadata } = await started();
    server.registerMethod({
      kind: 'clientStreaming',
      method: upload,
      async handle(requests: AsyncIterable<Uint8Array>, context: CallContext) {
        for await (const _ of requests);
        context.setResponseMetadata({ a: '1' });
        return EMPTY;
      },
    });
    await rpc.until(client.clientStreaming(upload, [EMPTY], { onResponseMetadata }));
    assert.deepEqual(heard, [{ a: '1' }]);
  });

  it('of a stream comes before the items that follow it, and with the end', async () => {
    const { rpc, server, client } = await started();
    const seen: unknown[] = [];
    server.registerMethod({
      kind: 'serverStreaming',
      method: feed,
      async *handle(_: Uint8Array, context: CallContext) {
        context.setResponseMetadata({ first: '1' });
        yield Buffer.from('a');
        yield Buffer.from('b');
        context.setResponseMetadata({ last: '2' });
      },
    });
    const stream = client.serverStreaming(feed, EMPTY, { onResponseMetadata: (metadata) => void seen.push({ ...metadata }) });
    const reading = (async () => {
      for await (const item of stream) seen.push(String(item));
    })();
    await rpc.until(reading);
    assert.deepEqual(seen[0], { first: '1' });
    assert.deepEqual(
      seen.filter((entry) => typeof entry === 'string'),
      ['a', 'b'],
    );
    assert.deepEqual(
      seen.filter((entry) => typeof entry === 'object'),
      [{ first: '1' }, { last: '2' }],
    );
  });

  it('of a stream without items comes with its end', async () => {
    const { rpc, server, client, heard, onResponseMetadata } = await started();
    server.registerMethod({
      kind: 'serverStreaming',
      method: feed,
      async *handle(_: Uint8Array, context: CallContext) {
        context.setResponseMetadata({ count: '0' });
        yield* [];
      },
    });
    assert.equal((await rpc.until(client.serverStreaming(feed, EMPTY, { onResponseMetadata }).next())).done, true);
    assert.deepEqual(heard, [{ count: '0' }]);
  });

  it('of a call that fails is in the error, whose own metadata wins', async () => {
    const { rpc, server, client, heard, onResponseMetadata } = await started();
    server.registerRaw('T.unary', (_, context) => {
      context.setResponseMetadata({ a: 'call', b: 'call' });
      throw new RpcError('NOT_FOUND', 'gone', {
        metadata: { b: 'error', raw: new Uint8Array([9]) },
        retryAfterMs: 7,
        details: Buffer.from('d'),
      });
    });
    const error = (await rpc.until(
      client.callRaw('T.unary', EMPTY, { onResponseMetadata }).catch((thrown: unknown) => thrown),
    )) as RpcError;
    assert.deepEqual({ ...error.metadata }, { a: 'call', b: 'error', raw: new Uint8Array([9]) });
    assert.deepEqual([error.code, error.message, error.retryAfterMs, String(error.details)], ['NOT_FOUND', 'gone', 7, 'd']);
    assert.deepEqual(heard, []);
  });

  it('that may not travel fails where it is set', async () => {
    const { rpc, server, client } = await started({ maxMetadataBytes: 100 });
    const caught: unknown[] = [];
    server.registerRaw('T.unary', (_, context) => {
      for (const metadata of [{ 'Bad Key': 'x' }, { big: 'x'.repeat(100) }] as Metadata[]) {
        try {
          context.setResponseMetadata(metadata);
        } catch (error) {
          caught.push((error as RpcError).code);
        }
      }
      return EMPTY;
    });
    await rpc.until(client.callRaw('T.unary', EMPTY));
    assert.deepEqual(caught, ['INVALID_ARGUMENT', 'RESOURCE_EXHAUSTED']);
  });

  it('above the client’s limit fails that call alone', async () => {
    const { rpc, server, client } = await started({}, { maxMetadataBytes: 100 });
    server.registerRaw('T.unary', (_, context) => {
      context.setResponseMetadata({ big: 'x'.repeat(200) });
      return EMPTY;
    });
    server.registerMethod({
      kind: 'serverStreaming',
      method: feed,
      async *handle(_: Uint8Array, context: CallContext) {
        context.setResponseMetadata({ big: 'x'.repeat(200) });
        yield EMPTY;
      },
    });
    const refusal = { code: 'RESOURCE_EXHAUSTED', message: /T\.\w+: The metadata takes 20\d bytes, the most is 100/ };
    await assert.rejects(rpc.until(client.callRaw('T.unary', EMPTY)), refusal);
    await assert.rejects(rpc.until(client.serverStreaming(feed, EMPTY).next()), refusal);
    assert.equal(String(await rpc.until(client.callRaw('T.echo', Buffer.from('fine')))), 'fine');
    assert.deepEqual([rpc.connections.length, server.inFlight], [1, 0]);
  });

  it('whose listener throws fails that call with what it threw', async () => {
    const { rpc, server, client } = await started();
    server.registerRaw('T.unary', (_, context) => {
      context.setResponseMetadata({ a: '1' });
      return EMPTY;
    });
    const onResponseMetadata = (): never => {
      throw new TypeError('a listener with a mistake');
    };
    await assert.rejects(rpc.until(client.callRaw('T.unary', EMPTY, { onResponseMetadata })), {
      code: 'INTERNAL',
      message: /a listener with a mistake/,
    });
    assert.equal(String(await rpc.until(client.callRaw('T.echo', Buffer.from('fine')))), 'fine');
  });
});

describe('metadata of a request', () => {
  it('carries bytes to the handler', async () => {
    const { rpc, server, client } = await started();
    let seen: Metadata = {};
    server.registerRaw('T.unary', (_, context) => {
      seen = context.metadata;
      return EMPTY;
    });
    await rpc.until(client.callRaw('T.unary', EMPTY, { metadata: { text: 'ü', raw: new Uint8Array([0, 255]) } }));
    assert.deepEqual({ ...seen }, { text: 'ü', raw: new Uint8Array([0, 255]) });
  });

  it('above the client’s limit is never sent', async () => {
    const { rpc, client } = await started({}, { maxMetadataBytes: 100 });
    await assert.rejects(rpc.until(client.callRaw('T.echo', EMPTY, { metadata: { big: 'x'.repeat(100) } })), {
      code: 'RESOURCE_EXHAUSTED',
      message: /takes 107 bytes, the most is 100 \(maxMetadataBytes\)/,
    });
    assert.equal(client.inFlight, 0);
  });

  it('above the server’s limit costs the call and not the connection, whatever kind it is', async () => {
    const { rpc, server, client } = await started({ maxMetadataBytes: 100 });
    server.registerMethod({ kind: 'clientStreaming', method: upload, handle: () => EMPTY });
    const options = { metadata: { big: 'x'.repeat(100) } };
    const refusal = { code: 'RESOURCE_EXHAUSTED', retryable: false, message: /takes 107 bytes, the most is 100/ };
    await assert.rejects(rpc.until(client.callRaw('T.echo', Buffer.alloc(50_000), options)), refusal);
    await assert.rejects(rpc.until(client.clientStreaming(upload, [EMPTY, EMPTY], options)), refusal);
    assert.equal(String(await rpc.until(client.callRaw('T.echo', Buffer.from('fine')))), 'fine');
    assert.deepEqual([rpc.connections.length, server.inFlight], [1, 0]);
  });

  it('of 15 KiB fits a frame when both sides allow it, and no side can allow more', async () => {
    const { rpc, client } = await started({ maxMetadataBytes: 15_360 }, { maxMetadataBytes: 15_360 });
    const options = { metadata: { big: 'x'.repeat(15_000) } };
    const message = Buffer.alloc(40_000, 3);
    assert.ok(message.equals(await rpc.until(client.callRaw('T.echo', message, options))));
    assert.throws(() => rpc.client({ maxMetadataBytes: 15_361 }), { code: 'INVALID_ARGUMENT', message: /maxMetadataBytes.*15360/ });
  });
});

describe('an error of any size', () => {
  it('arrives cut to what a frame holds, and the connection goes on', async () => {
    const { rpc, server, client } = await started();
    server.registerRaw('T.unary', () => {
      throw new RpcError('DATA_LOSS', 'm'.repeat(1_000_000), {
        details: Buffer.alloc(1_000_000),
        metadata: { big: 'x'.repeat(1_000_000) },
      });
    });
    const error = (await rpc.until(client.callRaw('T.unary', EMPTY).catch((thrown: unknown) => thrown))) as RpcError;
    assert.equal(error.code, 'DATA_LOSS');
    assert.ok(error.message.length < 1_500, `${error.message.length}`);
    assert.match(error.message, /details of 1000000 bytes.*metadata was left behind/);
    assert.equal(String(await rpc.until(client.callRaw('T.echo', Buffer.from('fine')))), 'fine');
    assert.equal(rpc.connections.length, 1);
  });
});

interface Parts {
  readonly rpc: FakeRpc;
  readonly server: RpcServer;
  readonly client: RpcClient;
  /** What the listener heard. */
  readonly heard: Metadata[];
  readonly onResponseMetadata: (metadata: Metadata) => void;
}

async function started(
  serverOptions: Parameters<FakeRpc['server']>[0] = {},
  clientOptions: Parameters<FakeRpc['client']>[0] = {},
): Promise<Parts> {
  const rpc = new FakeRpc();
  const server = rpc.server(serverOptions);
  server.registerRaw('T.echo', (bytes) => bytes);
  await server.listen('server:1');
  const client = rpc.client(clientOptions);
  await rpc.until(client.connect());
  const heard: Metadata[] = [];
  return { rpc, server, client, heard, onResponseMetadata: (metadata) => void heard.push({ ...metadata }) };
}
