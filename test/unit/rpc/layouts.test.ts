import assert from 'node:assert/strict';
import { afterEach, describe, it, mock } from 'node:test';
import type { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { RpcServer } from '../../../src/rpc/rpc-server.ts';
import type { MethodRegistration } from '../../../src/rpc/service.ts';
import { bytesCodec } from '../../../src/wire/codec.ts';
import { MAX_LAYOUT_BYTES } from '../../../src/wire/limits.ts';
import type { MethodDescriptor, MethodLayout } from '../../../src/wire/method.ts';
import { layoutMethod } from '../../../src/wire/method-layout.ts';
import { FakeRpc } from '../../support/fake-transport.ts';

afterEach(() => mock.restoreAll());

type Method = MethodDescriptor<Uint8Array, Uint8Array>;

const SHAPES = ['{id:string,note?:string}', '{id:string}', '{id:number}'];

/** A version of one method: its fingerprint is the place of its shape. */
function version(shape: number, parts: Partial<Method> = {}): Method {
  const layout: MethodLayout = { request: `{a:#${shape}}`, response: 'string', shapes: SHAPES };
  const fingerprint = `000000000000000${shape + 1}`;
  return { name: 'Test.m', kind: 'unary', request: bytesCodec, response: bytesCodec, fingerprint, schema: layout, ...parts };
}

describe('methods with other fingerprints', () => {
  it('are asked for once, however many calls wait, and once more on a new connection', async () => {
    const { rpc, server, client, asked } = await started(version(1));
    const calls = [1, 2, 3].map(() => client.unary(version0, Buffer.from('x')));
    assert.deepEqual((await rpc.until(Promise.all(calls))).map(String), ['x', 'x', 'x']);
    await rpc.until(client.unary(version0, Buffer.from('y')));
    assert.equal(asked(), 1);
    rpc.connections.at(-1)?.close(0, 'lost');
    await rpc.settle();
    await rpc.until(client.unary(version0, Buffer.from('z')));
    assert.equal(asked(), 2);
    assert.equal(server.inFlight, 0);
  });

  it('cost nothing while they are equal', async () => {
    const { rpc, client, asked } = await started(version0);
    await rpc.until(client.unary(version0, Buffer.from('x')));
    assert.equal(asked(), 0);
  });

  it('are refused with the field before any handler runs, and again without asking', async () => {
    const { rpc, client, asked, handled } = await started(version(2));
    const message =
      'Test.m has another definition at server:1: request.a.id is string here and number there; generate both sides from one definition';
    for (let i = 0; i < 2; i++) {
      await assert.rejects(rpc.until(client.unary(version0, Buffer.from('x'))), { code: 'FAILED_PRECONDITION', message });
    }
    assert.equal(asked(), 1);
    assert.equal(handled(), 0);
  });

  it('are compared also when they were registered after the connection was made', async () => {
    const { rpc, server, client, asked } = await started(undefined);
    await rpc.until(client.connect());
    const late = version(1, { name: 'Test.late' });
    server.registerMethod({ kind: 'unary', method: late, handle: (request: Uint8Array) => request });
    const called = version(0, { name: 'Test.late' });
    assert.equal(String(await rpc.until(client.unary(called, Buffer.from('x')))), 'x');
    assert.equal(String(await rpc.until(client.unary(called, Buffer.from('y')))), 'y');
    const refused = rpc.until(client.unary(version(2, { name: 'Test.late' }), Buffer.from('x')));
    await assert.rejects(refused, { code: 'FAILED_PRECONDITION', message: /request\.a\.id is number here and string there/u });
    assert.equal(asked(), 2);
  });

  it('of unknown methods are UNIMPLEMENTED', async () => {
    const { rpc, client } = await started(undefined);
    await assert.rejects(rpc.until(client.unary(version0, Buffer.from('x'))), { code: 'UNIMPLEMENTED', message: /no method Test\.m/u });
  });

  it('are refused without a field when one side has no layout', async () => {
    const { schema: _, ...bare } = version(1);
    const { rpc, client } = await started(bare);
    await assert.rejects(rpc.until(client.unary(version0, Buffer.from('x'))), {
      code: 'FAILED_PRECONDITION',
      message: /what differs is not known/u,
    });
    const other = await started(version(1));
    const { schema: __, ...caller } = version0;
    await assert.rejects(other.rpc.until(other.client.unary(caller, Buffer.from('x'))), {
      code: 'FAILED_PRECONDITION',
      message: /Test\.m has another/u,
    });
  });

  it('are compared for streams too', async () => {
    const { rpc, client } = await started(undefined);
    const server = version(1, { kind: 'serverStreaming' });
    const pair = await started(server);
    const items = pair.client.serverStreaming(version(0, { kind: 'serverStreaming' }), Buffer.from('x'));
    assert.equal(String((await pair.rpc.until(items.next())).value), 'x');
    const refused = pair.client.serverStreaming(version(2, { kind: 'serverStreaming' }), Buffer.from('x'));
    await assert.rejects(pair.rpc.until(refused.next()), { code: 'FAILED_PRECONDITION' });
    assert.equal(client.inFlight, 0);
    await rpc.settle();
  });
});

describe('a call that waits for the comparison', () => {
  it('ends with its deadline', async () => {
    const { rpc, client } = await started(version(1));
    await rpc.until(client.connect());
    rpc.wire.isCut = true;
    silence(rpc);
    const call = client.unary(version0, Buffer.from('x'), { timeoutMs: 50 });
    const rejected = assert.rejects(call, { code: 'DEADLINE_EXCEEDED', message: /Test\.m was up before its definition was compared/u });
    await rpc.pass(100);
    await rejected;
  });

  it('ends with its signal', async () => {
    const { rpc, client } = await started(version(1));
    await rpc.until(client.connect());
    silence(rpc);
    const controller = new AbortController();
    const rejected = assert.rejects(client.unary(version0, Buffer.from('x'), { signal: controller.signal }), { code: 'CANCELLED' });
    await rpc.settle();
    controller.abort();
    await rpc.settle();
    await rejected;
  });

  it('ends with its client', async () => {
    const { rpc, client } = await started(version(1));
    await rpc.until(client.connect());
    silence(rpc);
    const rejected = assert.rejects(client.unary(version0, Buffer.from('x')), { code: 'CANCELLED' });
    await rpc.settle();
    await client.close();
    await rpc.settle();
    await rejected;
  });
});

describe('a server asked for layouts', () => {
  it('answers no bytes for a method that it does not have', async () => {
    const { rpc, client } = await started(undefined);
    assert.equal(await rpc.until(client.unary(layoutMethod, 'Nobody.knows')), undefined);
  });

  it('tells only the shapes that the method needs', async () => {
    const shapes = ['{b:#2}', '{unused:string}', '{id:number}'];
    const { rpc, client } = await started(version(1, { schema: { request: '{a:list(#0)}', shapes } }));
    const answer = await rpc.until(client.unary(layoutMethod, 'Test.m'));
    assert.deepEqual(Object.entries(answer?.layout?.shapes ?? {}), [
      ['0', '{b:#2}'],
      ['2', '{id:number}'],
    ]);
  });

  it('tells nothing of a layout above the limit', async () => {
    const wide = `{a:${'x'.repeat(MAX_LAYOUT_BYTES)}}`;
    const { rpc, client } = await started(version(1, { schema: { request: wide, shapes: [] } }));
    assert.equal((await rpc.until(client.unary(layoutMethod, 'Test.m')))?.layout, undefined);
  });
});

const version0 = version(0);

interface Started {
  readonly rpc: FakeRpc;
  readonly server: RpcServer;
  readonly client: RpcClient;
  readonly asked: () => number;
  readonly handled: () => number;
}

/** A server with one method that sends back what it gets, and a client. */
async function started(method: Method | undefined): Promise<Started> {
  const rpc = new FakeRpc();
  const server = rpc.server();
  let handled = 0;
  const back = (request: Uint8Array): Uint8Array => {
    handled++;
    return request;
  };
  if (method !== undefined) server.registerMethod(registrationOf(method, back));
  await rpc.until(server.listen('server:1'));
  const client = rpc.client();
  // Only a server reads such requests.
  const decode = mock.method(layoutMethod.request, 'decode');
  return { rpc, server, client, asked: () => decode.mock.callCount(), handled: () => handled };
}

function registrationOf(method: Method, back: (request: Uint8Array) => Uint8Array): MethodRegistration {
  if (method.kind === 'unary') return { kind: 'unary', method, handle: back };
  return {
    kind: 'serverStreaming',
    method,
    handle: async function* (request: Uint8Array) {
      yield back(request);
    },
  };
}

/** The server hears nothing any more. */
function silence(rpc: FakeRpc): void {
  rpc.wire.isCut = true;
  for (const connection of rpc.connections) connection.other.deliver = () => false;
}
