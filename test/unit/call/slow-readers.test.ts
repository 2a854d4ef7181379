import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InboundMessages } from '../../../src/call/inbound-messages.ts';
import { InboundQueue } from '../../../src/call/inbound-queue.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { MessageReader } from '../../../src/rpc/message-reader.ts';
import type { MethodRegistration } from '../../../src/rpc/service.ts';
import type { Codec } from '../../../src/wire/codec.ts';
import { FrameType } from '../../../src/wire/frame.ts';
import { NO_METADATA } from '../../../src/wire/metadata.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { FuzzCall } from '../../fuzz/fuzz-calls.ts';
import { memoryInUse } from '../../soak/memory.ts';
import { CallPair, frameOf, helloFrame } from '../../support/call-pair.ts';

const MEGABYTE = 1_000_000;
const feed = rawMethod('Slow.feed', 'serverStreaming');
const sink = rawMethod('Slow.sink', 'clientStreaming');

describe('a reader that reads nothing for ten seconds', () => {
  it('of a gigabyte from the server costs both sides together a few hundred KB', async () => {
    const { pair, grown } = await stalled({ streams: 1, itemBytes: 65_536 });
    assert.ok(given < MEGABYTE, `the handler was asked for ${given} bytes`);
    assert.ok(grown < 2 * MEGABYTE, `${grown} bytes are kept`);
    assert.deepEqual([pair.clientClosed, pair.serverClosed], [undefined, undefined]);
  });

  it('of a gigabyte from the client costs both sides together a few hundred KB', async () => {
    const pair = new CallPair({ handlers });
    await pair.settle();
    const before = await memoryInUse();
    const call = new FuzzCall(sink, 'nothing');
    pair.client.start(call, { metadata: NO_METADATA, timeoutMs: 0 });
    let sent = 0;
    while (sent < 1_000 * MEGABYTE && call.sendMessage(Buffer.alloc(65_536))) sent += 65_536;
    await pair.settle();
    pair.wire.pass(10_000);
    const grown = (await memoryInUse()).used - before.used;
    assert.ok(sent < MEGABYTE, `${sent} bytes were taken from the caller`);
    assert.ok(grown < 2 * MEGABYTE, `${grown} bytes are kept`);
    assert.equal(pair.clientClosed, undefined);
  });

  it('on a thousand streams costs the credit of the connection, and a few KB a stream', async () => {
    const { pair, grown } = await stalled({ streams: 1_000, itemBytes: 1_000 });
    assert.ok(given < 8 * MEGABYTE, `the handlers were asked for ${given} bytes`);
    assert.ok(grown < 16 * MEGABYTE, `${grown} bytes are kept by both sides`);
    assert.deepEqual([pair.client.inFlight, pair.server.inFlight], [1_000, 1_000]);
    assert.ok(pair.client.core.credit.forReceiving >= 0);
  });
});

describe('messages that come one by one', () => {
  it('wait together, however small they are, and are read in order', () => {
    const queue = new InboundQueue();
    for (let i = 0; i < 5_000; i++) {
      queue.push(Buffer.from([7, i & 0xff, 7]), 1, 2, 33);
      queue.compact();
      if (i % 10 !== 9) continue;
      assert.ok(queue.take());
      assert.equal(queue.bytes[queue.start], Math.floor(i / 10) & 0xff);
    }
    assert.equal(queue.length, 4_500);
    const buffers = new Set<ArrayBufferLike>();
    for (let i = 500; queue.take(); i++) {
      assert.deepEqual([queue.bytes[queue.start], queue.end - queue.start, queue.charge], [i & 0xff, 1, 33]);
      buffers.add(queue.bytes.buffer);
    }
    assert.ok(buffers.size < 100, `${buffers.size} buffers for 4,500 messages`);
  });

  it('cost a slow reader little more than the credit they hold', async () => {
    const pair = new CallPair({ isServerRaw: true });
    pair.toClient(helloFrame());
    const calls = Array.from({ length: 16 }, () => new FuzzCall(feed, 'nothing'));
    for (const call of calls) pair.client.start(call, { request: Buffer.alloc(0), metadata: NO_METADATA, timeoutMs: 0 });
    const before = await memoryInUse();
    for (let i = 0; i < 7_900; i++) {
      for (const call of calls) pair.toClient(frameOf([FrameType.MESSAGE, 0, call.id], Buffer.from([i])));
      pair.wire.run();
    }
    const grown = (await memoryInUse()).used - before.used;
    assert.equal(pair.clientClosed, undefined);
    assert.ok(pair.client.core.credit.forReceiving < 100_000);
    assert.ok(grown < 8 * MEGABYTE, `${grown} bytes are kept for 4 MiB of credit`);
  });
});

describe('streams on which little comes', () => {
  it('do not keep the chunks in memory in which their last message came', async () => {
    const pair = new CallPair({ isServerRaw: true });
    pair.toClient(helloFrame());
    const before = await memoryInUse();
    const readers = Array.from({ length: 400 }, () => {
      const call = new FuzzCall(feed, 'nothing');
      pair.client.start(call, { request: Buffer.alloc(0), metadata: NO_METADATA, timeoutMs: 0 });
      const events = { onAbandoned: () => undefined, onMalformed: () => new RpcError('INTERNAL', 'malformed') };
      const reader = new MessageReader<number>(call.inbound as InboundMessages, sizeCodec, events);
      return { call, reader };
    });
    const padding = frameOf([200, 0, 0], Buffer.alloc(16_384));
    for (const { call, reader } of readers) {
      const next = reader.next();
      pair.toClient(Buffer.concat([padding, padding, padding, frameOf([FrameType.MESSAGE, 0, call.id], Buffer.from('news'))]));
      assert.equal((await next).value, 4);
    }
    const grown = (await memoryInUse()).used - before.used;
    assert.ok(grown < 4 * MEGABYTE, `${grown} bytes are kept for 400 idle streams`);
    assert.ok(readers.every(({ call }) => !call.isDone));
  });
});

/** Gives the length of the bytes, and with it nothing that keeps them. */
const sizeCodec: Codec<number> = { encode: () => undefined, decode: (reader) => reader.remaining };

let given = 0;

const handlers: readonly MethodRegistration[] = [
  {
    kind: 'serverStreaming',
    method: feed,
    async *handle(request: Uint8Array) {
      const itemBytes = Buffer.from(request).readUInt32LE(0);
      for (let sent = 0; sent < 1_000 * MEGABYTE; sent += itemBytes) {
        given += itemBytes;
        yield Buffer.alloc(itemBytes);
      }
    },
  },
  { kind: 'clientStreaming', method: sink, handle: () => new Promise<never>(() => undefined) },
];

/** Streams of a gigabyte each from the server, of which nothing is read for ten seconds of virtual time. */
async function stalled(options: { readonly streams: number; readonly itemBytes: number }): Promise<{ pair: CallPair; grown: number }> {
  const pair = new CallPair({ handlers });
  await pair.settle();
  given = 0;
  const before = await memoryInUse();
  const request = Buffer.alloc(4);
  request.writeUInt32LE(options.itemBytes);
  for (let i = 0; i < options.streams; i++)
    pair.client.start(new FuzzCall(feed, 'nothing'), { request, metadata: NO_METADATA, timeoutMs: 0 });
  await pair.settle(40);
  pair.wire.pass(10_000);
  await pair.settle();
  return { pair, grown: (await memoryInUse()).used - before.used };
}
