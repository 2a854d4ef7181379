import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { CallContext } from '../../../src/rpc/call-context.ts';
import type { Caller, CallOptions } from '../../../src/rpc/caller.ts';
import { ByteReader } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import type { AnyMethod } from '../../../src/wire/method.ts';
import {
  ComputeClient,
  type ComputeHandler,
  computeError,
  computeMethods,
  computeService,
  isComputeError,
} from '../../golden/codegen/generated/compute/index.ts';
import { isKindError, kindError } from '../../golden/codegen/generated/kind/index.ts';
import { oddErrorCodec } from '../../golden/codegen/generated/odd/codec.ts';
import { isOddError, oddError } from '../../golden/codegen/generated/odd/index.ts';
import { isShapeStoreError, shapeStoreError } from '../../golden/codegen/generated/shape-store/index.ts';

interface MadeCall {
  readonly kind: string;
  readonly method: string;
  readonly request: unknown;
  readonly options: CallOptions | undefined;
}

/** Records calls and answers none. */
function recordingCaller(): { readonly caller: Caller; readonly calls: MadeCall[] } {
  const calls: MadeCall[] = [];
  const record =
    (kind: string) =>
    (method: AnyMethod, request: unknown, options?: CallOptions): never => {
      calls.push({ kind, method: method.name, request, options });
      return undefined as never;
    };
  const caller: Caller = {
    unary: record('unary'),
    serverStreaming: record('serverStreaming'),
    clientStreaming: record('clientStreaming'),
    bidirectional: record('bidirectional'),
  };
  return { caller, calls };
}

test('each method of a client makes the call of its kind, with its parameters as one object', () => {
  const { caller, calls } = recordingCaller();
  const client = new ComputeClient(caller);
  const data = new Uint8Array([1]);
  const since = new Date(5);
  const options = { timeoutMs: 5 };
  void client.processTask('t1', data, options);
  client.watch('news', since);
  void client.upload([data]);
  client.chat([{ done: 1 }]);
  void client.ping();
  assert.deepEqual(calls, [
    { kind: 'unary', method: 'ComputeService.processTask', request: { taskId: 't1', data }, options },
    { kind: 'serverStreaming', method: 'ComputeService.watch', request: { topic: 'news', since }, options: undefined },
    { kind: 'clientStreaming', method: 'ComputeService.upload', request: [data], options: undefined },
    { kind: 'bidirectional', method: 'ComputeService.chat', request: [{ done: 1 }], options: undefined },
    { kind: 'unary', method: 'ComputeService.ping', request: undefined, options: undefined },
  ]);
});

test('a client on a caller of its own does not close it', async () => {
  const { caller } = recordingCaller();
  let closed = false;
  const client = new ComputeClient(Object.assign(caller, { close: () => (closed = true) }));
  await client.close();
  await client[Symbol.asyncDispose]();
  assert.equal(closed, false);
});

test('a handler gets parameters one by one and the context last', async () => {
  const seen: unknown[][] = [];
  const handler: ComputeHandler = {
    processTask: (...given) => {
      seen.push(given);
      return { taskId: '', result: new Uint8Array(), workerLabel: '' };
    },
    watch: (...given) => {
      seen.push(given);
      return none();
    },
    upload: (...given) => {
      seen.push(given);
      return { done: 0 };
    },
    chat: (...given) => {
      seen.push(given);
      return none();
    },
    ping: (...given) => {
      seen.push(given);
    },
  };
  const registration = computeService(handler);
  const context = {} as CallContext;
  const data = new Uint8Array();
  const requests = [{ taskId: 't', data }, { topic: 'x' }, none(), none(), undefined];
  registration.methods.forEach(({ handle }, index) => {
    (handle as (request: unknown, context: CallContext) => unknown)(requests[index], context);
  });
  assert.equal(registration.name, 'ComputeService');
  assert.deepEqual(
    registration.methods.map(({ kind, method }) => `${kind} ${method.name}`),
    [
      'unary ComputeService.processTask',
      'serverStreaming ComputeService.watch',
      'clientStreaming ComputeService.upload',
      'bidirectional ComputeService.chat',
      'unary ComputeService.ping',
    ],
  );
  assert.deepEqual(seen, [['t', data, context], ['x', undefined, context], [requests[2], context], [requests[3], context], [context]]);
});

test('a descriptor carries what the tags of its method say', () => {
  const { processTask, watch, ping } = computeMethods;
  assert.deepEqual([processTask.idempotent, processTask.safe, processTask.timeoutMs], [true, undefined, 2000]);
  assert.deepEqual([watch.idempotent, watch.safe, watch.timeoutMs], [true, true, 500]);
  assert.deepEqual([ping.idempotent, ping.safe, ping.timeoutMs], [undefined, undefined, undefined]);
});

test('a typed error is ABORTED with its details unless told otherwise', () => {
  const error = computeError.invalidTask({ reason: 'empty' });
  assert.ok(error instanceof RpcError);
  assert.equal(error.code, 'ABORTED');
  assert.equal(error.message, 'ComputeService failed: invalidTask');
  assert.deepEqual(error.details, { kind: 'invalidTask', reason: 'empty' });
  const other = computeError.overloaded({ code: 'RESOURCE_EXHAUSTED', message: 'later', metadata: { after: '5' } });
  assert.deepEqual([other.code, other.message, other.metadata, other.retryable], ['RESOURCE_EXHAUSTED', 'later', { after: '5' }, true]);
  assert.deepEqual(computeError.overLimit({ limit: 3 }).details, { kind: 'OVER_LIMIT', limit: 3 });
  assert.deepEqual(shapeStoreError({ reason: 'x' }).details, { reason: 'x' });
});

test('fields cannot change the kind of a typed error', () => {
  const fields = { reason: 'x', kind: 'overloaded' };
  assert.deepEqual(computeError.invalidTask(fields).details, { kind: 'invalidTask', reason: 'x' });
});

test('the guard of a service knows its own errors and nothing else', () => {
  assert.ok(isComputeError(computeError.overloaded()));
  assert.ok(isComputeError(new RpcError('NOT_FOUND', '', { details: { kind: 'invalidTask', reason: 'r' } })));
  assert.ok(isShapeStoreError(shapeStoreError({ reason: 'r' })));
  for (const other of [
    undefined,
    new Error('x'),
    { details: { kind: 'overloaded' } },
    new RpcError('ABORTED', ''),
    new RpcError('ABORTED', '', { details: new Uint8Array([1]) }),
    new RpcError('ABORTED', '', { details: { kind: 'other' } }),
    new RpcError('ABORTED', '', { details: { kind: 'invalidTask' } }),
    shapeStoreError({ reason: 'r' }),
  ]) {
    assert.equal(isComputeError(other), false);
  }
});

test('the guard narrows details to the type of the service', () => {
  const error: unknown = computeError.invalidTask({ reason: 'empty' });
  assert.ok(isComputeError(error));
  const { details } = error;
  assert.equal(details.kind === 'invalidTask' ? details.reason : '', 'empty');
});

const PROTO = '__proto__';

test('every member of an error union has a maker, and the guard knows what each makes', () => {
  const user = { id: 1, name: 'Ada', tags: new Set(['x']) };
  const made = [
    oddError['not-found']({ path: ['a'] }),
    oddError.NOT_FOUND({ at: new Date(5) }),
    oddError.NOT_FOUND(),
    oddError[PROTO](),
    oddError.delete({ 'quoted-name': 'q', options: 3 }),
    oddError["it's"]({ page: { items: [user] } }),
    oddError['7']({ of: new Set() }),
    oddError.false({ code: 'NOT_FOUND' }),
  ];
  assert.deepEqual(
    made.map(({ details }) => details.type),
    ['not-found', 'NOT_FOUND', 'NOT_FOUND', '__proto__', 'delete', "it's", 7, false],
  );
  for (const error of made) {
    assert.ok(isOddError(error));
    const writer = new ByteWriter();
    oddErrorCodec.encode(error.details, writer);
    assert.deepEqual(oddErrorCodec.decode(new ByteReader(writer.take())), error.details);
  }
  assert.ok(!isOddError(kindError['404']()));
  assert.ok(isKindError(kindError['500']({ reason: 'r' })));
});

async function* none(): AsyncGenerator<never> {}
