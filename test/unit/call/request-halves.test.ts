import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClientCall } from '../../../src/call/client-call.ts';
import { FRAME_HEADER_BYTES } from '../../../src/wire/limits.ts';
import { NO_METADATA } from '../../../src/wire/metadata.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { CallPair } from '../../support/call-pair.ts';

const echo = rawMethod('T.echo');

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
  readonly endTick: () => void;
  readonly answerAll: () => Promise<void>;
  readonly writes: number[];
  readonly flushes: { count: number };
  readonly wire: CallPair['wire'];
} {
  const pair = new CallPair({ handlers: [{ kind: 'unary', method: echo, handle: (request: Buffer) => request }] });
  const { wire, client } = pair;
  wire.run();
  const flushes = { count: 0 };
  Object.assign(wire.client, { flush: () => void flushes.count++ });
  const writes: number[] = [];
  const lane = wire.client.lanes[0] as (typeof wire.client.lanes)[0];
  const write = lane.write.bind(lane);
  lane.write = (bytes) => {
    writes.push(countFrames(bytes));
    return write(bytes);
  };
  return {
    begin: (count) => {
      for (let i = 0; i < count; i++) client.start(new SilentCall(echo), { request: PAYLOAD, metadata: NO_METADATA, timeoutMs: 0 });
    },
    endTick: () => wire.endTick(),
    answerAll: async () => {
      await pair.settle();
      assert.equal(client.inFlight, 0);
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

class SilentCall extends ClientCall {
  override onResponse(): void {}
  override onEnded(): void {}
}

const PAYLOAD = Buffer.from('x');
