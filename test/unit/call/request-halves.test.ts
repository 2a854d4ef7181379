import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClientCall } from '../../../src/call/client-call.ts';
import { FRAME_HEADER_BYTES } from '../../../src/wire/limits.ts';
import { NO_METADATA } from '../../../src/wire/metadata.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { CallPair } from '../../support/call-pair.ts';

const echo = rawMethod('T.echo');
const watch = rawMethod('T.watch', 'serverStreaming');

describe('the requests that a client begins in one tick', () => {
  it('leave together when nothing else is in flight', () => {
    const { begin, endTick, writes } = connect();
    begin(16);
    assert.deepEqual(writes, []);
    endTick();
    assert.deepEqual(writes, [16]);
  });

  it('leave in two halves when they are all that is in flight, the first before the tick ends', async () => {
    const { begin, endTick, writes, answerAll } = connect();
    begin(16);
    endTick();
    for (let round = 0; round < 3; round++) {
      await answerAll();
      writes.length = 0;
      begin(7);
      assert.deepEqual(writes, []);
      begin(1);
      assert.deepEqual(writes, [8]);
      begin(8);
      assert.deepEqual(writes, [8]);
      endTick();
      assert.deepEqual(writes, [8, 8]);
    }
  });

  it('leave together when they are less than half of what is in flight', () => {
    const { begin, endTick, writes } = connect();
    begin(16);
    endTick();
    begin(7);
    endTick();
    assert.deepEqual(writes, [16, 7]);
  });

  it('leave at once when there is one at a time, and in two parts when there are suddenly more', async () => {
    const { begin, endTick, writes, answerAll } = connect();
    begin(1);
    endTick();
    await answerAll();
    begin(1);
    assert.deepEqual(writes, [1, 1]);
    endTick();
    await answerAll();
    begin(10);
    endTick();
    assert.deepEqual(writes, [1, 1, 1, 9]);
  });

  it('reach the transport with the first half', async () => {
    const { begin, endTick, flushes, answerAll } = connect();
    begin(2);
    endTick();
    await answerAll();
    assert.equal(flushes.count, 0);
    begin(2);
    assert.equal(flushes.count, 1);
    endTick();
    assert.equal(flushes.count, 1);
  });

  it('leave in halves of themselves, whatever streams are open beside them', async () => {
    const { begin, open, endTick, writes, answerAll } = connect();
    open(20);
    begin(8);
    endTick();
    await answerAll(20);
    writes.length = 0;
    begin(8);
    endTick();
    assert.deepEqual(writes, [4, 4]);
  });

  it('wait for room when the transport has none', async () => {
    const { begin, endTick, writes, answerAll, wire } = connect();
    begin(4);
    endTick();
    await answerAll();
    wire.isCut = true;
    wire.laneRoom = 0;
    begin(1);
    endTick();
    writes.length = 0;
    begin(1);
    assert.deepEqual(writes, []);
    endTick();
    assert.deepEqual(writes, [1], 'small requests leave with the tick, also then');
  });
});

/** A client whose `writes` are the requests of each write, and a server that answers when asked to. */
function connect(): {
  readonly begin: (count: number) => void;
  readonly open: (streams: number) => void;
  readonly endTick: () => void;
  readonly answerAll: (stillOpen?: number) => Promise<void>;
  readonly writes: number[];
  readonly flushes: { count: number };
  readonly wire: CallPair['wire'];
} {
  const pair = new CallPair({
    handlers: [
      { kind: 'unary', method: echo, handle: (request: Buffer) => request },
      { kind: 'serverStreaming', method: watch, handle: silence },
    ],
  });
  const { wire, client } = pair;
  wire.run();
  const flushes = { count: 0 };
  Object.assign(wire.client, { flush: () => void flushes.count++ });
  const writes: number[] = [];
  const watched = new Set<unknown>();
  const watchLanes = (): void => {
    for (const lane of wire.client.lanes) {
      if (watched.has(lane)) continue;
      watched.add(lane);
      const write = lane.write.bind(lane);
      lane.write = (bytes) => {
        writes.push(countFrames(bytes));
        return write(bytes);
      };
    }
  };
  const start = (method: typeof echo, count: number): void => {
    watchLanes();
    for (let i = 0; i < count; i++) client.start(new SilentCall(method), { request: PAYLOAD, metadata: NO_METADATA, timeoutMs: 0 });
  };
  return {
    begin: (count) => start(echo, count),
    open: (streams) => start(watch, streams),
    endTick: () => wire.endTick(),
    answerAll: async (stillOpen = 0) => {
      await pair.settle();
      assert.equal(client.inFlight, stillOpen);
    },
    writes,
    flushes,
    wire,
  };
}

function countFrames(bytes: Uint8Array): number {
  let frames = 0;
  for (let at = 0; at < bytes.length; frames++) at += FRAME_HEADER_BYTES + ((bytes[at] as number) | ((bytes[at + 1] as number) << 8));
  return frames;
}

/** A stream without items and without an end. */
async function* silence(): AsyncGenerator<never> {
  await new Promise<never>(() => undefined);
}

class SilentCall extends ClientCall {
  override onResponse(): void {}
  override onEnded(): void {}
}

const PAYLOAD = Buffer.from('x');
