import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FrameFlag, FrameType } from '../../../src/wire/frame.ts';
import type { HelloMethod } from '../../../src/wire/hello.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { CallPair, creditFrame, frameOf, helloFrame, requestFrame } from '../../support/call-pair.ts';

const echo = rawMethod('T.echo');
const hold = rawMethod('T.hold');
const feed = rawMethod('T.feed', 'serverStreaming');
const collect = rawMethod('T.collect', 'clientStreaming');
const large = rawMethod('T.large');

describe('a client that sends credit without end', () => {
  it('of zero bytes changes nothing', async () => {
    const pair = connected();
    pair.toServer(requestFrame(feed, [1, FrameFlag.DATA]));
    await pair.settle();
    const before = pair.server.core.credit.forSending;
    for (let i = 0; i < 20_000; i++) pair.toServer(creditFrame(i & 1, 0));
    await pair.settle();
    assert.equal(pair.serverClosed, undefined);
    assert.equal(pair.server.core.credit.forSending, before);
  });

  it('for the connection is cut off before the sum is more than can be counted', async () => {
    const pair = connected();
    for (let i = 0; i < 3; i++) pair.toServer(creditFrame(0, Number.MAX_SAFE_INTEGER));
    assert.match(pair.serverClosed?.reason ?? '', /protocol error: .*credit/);
    assert.ok(Number.isSafeInteger(pair.server.core.credit.forSending));
  });

  it('for a call is cut off before the sum is more than can be counted', async () => {
    const pair = connected();
    pair.toServer(requestFrame(feed, [1, FrameFlag.DATA]));
    await pair.settle();
    for (let i = 0; i < 3; i++) pair.toServer(creditFrame(1, Number.MAX_SAFE_INTEGER));
    assert.match(pair.serverClosed?.reason ?? '', /protocol error: .*credit/);
  });
});

describe('a client that hides small fragments in much padding', () => {
  const padding = frameOf([200, 0, 0], Buffer.alloc(16_384));
  const chunkWith = (frame: Buffer): Buffer => Buffer.concat([frame, padding, padding, padding]);

  it('of a request does not have the padding kept', async () => {
    const pair = connected();
    pair.toServer(requestFrame(echo, [1, FrameFlag.DATA | FrameFlag.MORE]));
    const grown = memoryGrownBy(() => {
      for (let i = 0; i < 2_000; i++) pair.toServer(chunkWith(frameOf([FrameType.MESSAGE, FrameFlag.MORE, 1], Buffer.from([i]))));
    });
    assert.equal(pair.server.inFlight, 1);
    assert.ok(grown < 10_000_000, `${grown} bytes were kept for 2,000 fragments of one byte`);
  });

  it('of a stream does not have the padding kept', async () => {
    const pair = connected();
    pair.toServer(requestFrame(collect, [1, 0]));
    const grown = memoryGrownBy(() => {
      for (let i = 0; i < 2_000; i++) pair.toServer(chunkWith(frameOf([FrameType.MESSAGE, FrameFlag.MORE, 1], Buffer.from([i]))));
    });
    assert.equal(pair.serverClosed, undefined);
    assert.ok(grown < 10_000_000, `${grown} bytes were kept for 2,000 fragments of one byte`);
  });
});

describe('a client that asks without end and reads nothing', () => {
  it('is cut off at one limit for all its lanes together', async () => {
    const pair = connected({ settings: { maxCalls: 2_000 } });
    pair.wire.laneRoom = 1_000;
    let written = 0;
    for (const lane of pair.wire.server.lanes) lane.deliver = () => false;
    for (let id = 1; id < 40_000 && !pair.serverClosed; id++) {
      pair.toServer(requestFrame(large, [id, FrameFlag.DATA]), id % 8);
      pair.wire.endTick();
      written += 16_000;
    }
    assert.match(pair.serverClosed?.reason ?? '', /bytes wait to be read/);
    assert.ok(written < 2_000 * 16_384 + 20_000_000, `${written}`);
  });

  it('is cut off when it only sends PING', async () => {
    const pair = connected();
    pair.wire.laneRoom = 1_000;
    const pings = Buffer.concat(Array.from({ length: 4_000 }, () => frameOf([FrameType.PING, 0, 0], Buffer.alloc(8))));
    for (let i = 0; i < 2_000 && !pair.serverClosed; i++) {
      pair.toServer(pings);
      pair.wire.endTick();
      pair.wire.clock.advance(10);
    }
    assert.match(pair.serverClosed?.reason ?? '', /bytes wait to be read/);
  });

  it('and never gives credit has its streams held, and its small calls served', async () => {
    const pair = connected();
    for (let id = 1; id <= 100; id++) pair.toServer(requestFrame(feed, [id, FrameFlag.DATA]));
    await pair.settle();
    assert.equal(pair.server.inFlight, 100);
    assert.ok(pair.server.core.credit.forSending < 16_384 + 32);
    const before = bytesTo(pair);
    await pair.settle();
    assert.equal(bytesTo(pair), before);
    pair.toServer(requestFrame(echo, [101, FrameFlag.DATA], Buffer.from('hi')));
    await pair.settle();
    assert.equal(pair.server.inFlight, 100);
  });
});

describe('a client that starts calls and cancels them at once', () => {
  it('cannot have more handlers at work than calls it may have in flight', async () => {
    const pair = connected({ settings: { maxCalls: 50 } });
    for (let id = 1; id <= 1_000; id++) {
      pair.toServer(requestFrame(hold, [id, FrameFlag.DATA]));
      pair.toServer(frameOf([FrameType.CANCEL, 0, id]));
    }
    await pair.settle();
    assert.equal(pair.server.inFlight, 0);
    assert.equal(held.length, 50);
    for (const release of held.splice(0)) release();
    await pair.settle();
    pair.toServer(requestFrame(hold, [1_001, FrameFlag.DATA]));
    await pair.settle();
    assert.equal(held.splice(0).length, 1);
  });

  it('or cancels what there is not changes nothing', async () => {
    const pair = connected();
    for (let id = 1; id <= 20_000; id++) pair.toServer(frameOf([FrameType.CANCEL, 0, id]));
    await pair.settle();
    assert.equal(pair.serverClosed, undefined);
  });
});

describe('a client that begins large messages and never ends them', () => {
  it('has as many calls as it may, and memory near the budget', async () => {
    const pair = connected({ settings: { maxCalls: 200, connectionCreditBytes: 65_536, callCreditBytes: 65_536 } });
    const fragment = Buffer.alloc(15_000);
    for (let id = 1; id <= 400; id++) pair.toServer(requestFrame(echo, [id, FrameFlag.DATA | FrameFlag.MORE], fragment));
    for (let id = 1; id <= 200; id++) pair.toServer(frameOf([FrameType.MESSAGE, FrameFlag.MORE, id], fragment));
    await pair.settle();
    assert.equal(pair.server.inFlight, 200);
    assert.ok(pair.server.core.unfinished.bytes <= 200 * 2 * (15_000 + 256), `${pair.server.core.unfinished.bytes}`);
    for (let i = 0; i < 10 && !pair.serverClosed; i++)
      for (let id = 2; id <= 200; id++) pair.toServer(frameOf([FrameType.MESSAGE, FrameFlag.MORE, id], fragment));
    assert.match(pair.serverClosed?.reason ?? '', /more bytes than T.echo has credit for/);
  });
});

describe('a client that stops in the middle of a frame', () => {
  for (const kept of [1, 7, 8, 20]) {
    it(`after ${kept} bytes is noticed as silent while its call is in flight`, async () => {
      const pair = connected();
      pair.toServer(requestFrame(hold, [1, FrameFlag.DATA]));
      pair.toServer(frameOf([FrameType.MESSAGE, 0, 1], Buffer.alloc(100)).subarray(0, kept));
      pair.wire.pass(5_000);
      assert.match(pair.serverClosed?.reason ?? '', /no sign of life/);
      held.splice(0);
    });
  }
});

describe('a client with a HELLO full of methods', () => {
  it('has none of them kept', async () => {
    const methods: HelloMethod[] = Array.from({ length: 1_000 }, (_, i) => ({ name: `a${i}`, kind: 'unary', fingerprint: '' }));
    const pair = new CallPair({ isClientRaw: true });
    pair.toServer(helloFrame({ methods }));
    assert.ok(pair.server.core.isOpen);
    assert.equal(pair.server.core.peer?.methods.length, 0);
  });
});

describe('a peer that lies about counts', () => {
  const liar = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]);

  it('of metadata pairs is cut off before anything is made of them', () => {
    const pair = connected();
    pair.toServer(requestFrame(echo, [1, FrameFlag.METADATA | FrameFlag.DATA], liar));
    assert.match(pair.serverClosed?.reason ?? '', /protocol error: REQUEST: /);
  });

  it('of methods is cut off before anything is made of them', () => {
    const pair = new CallPair({ isClientRaw: true });
    const hello = helloFrame();
    const lying = Buffer.concat([hello.subarray(8, hello.length - 1), liar]);
    pair.toServer(frameOf([FrameType.HELLO, 0, 0], lying));
    assert.match(pair.serverClosed?.reason ?? '', /protocol error: HELLO: .*claims/);
  });
});

/** Releases of the calls of `T.hold` that wait. */
const held: (() => void)[] = [];

const handlers = [
  { kind: 'unary', method: echo, handle: (bytes: Uint8Array) => bytes },
  { kind: 'unary', method: large, handle: () => Buffer.alloc(16_000) },
  {
    kind: 'unary',
    method: hold,
    handle: () => new Promise<Uint8Array>((resolve) => held.push(() => resolve(Buffer.alloc(0)))),
  },
  {
    kind: 'serverStreaming',
    method: feed,
    async *handle() {
      for (;;) yield Buffer.alloc(10_000);
    },
  },
  { kind: 'clientStreaming', method: collect, handle: () => new Promise<Uint8Array>(() => undefined) },
] as const;

/** A server with a client of which the test writes the bytes, after HELLO. */
function connected(options: ConstructorParameters<typeof CallPair>[0] = {}): CallPair {
  const pair = new CallPair({ handlers, isClientRaw: true, ...options });
  for (let lane = 0; lane < 8; lane++) pair.toServer(lane === 0 ? helloFrame() : Buffer.alloc(0), lane);
  pair.wire.endTick();
  return pair;
}

/** What the server has handed to its lanes in total. */
function bytesTo(pair: CallPair): number {
  return pair.wire.server.lanes.reduce((sum, lane) => sum + lane.writtenBytes, 0);
}

/** External memory that a task leaves behind, as far as the engine accounts for it. */
function memoryGrownBy(task: () => void): number {
  gc();
  const before = process.memoryUsage().arrayBuffers;
  task();
  gc();
  return process.memoryUsage().arrayBuffers - before;
}

function gc(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Memory of buffers is given back by the collection after the one that found them unused.
  for (let i = 0; i < 3; i++) collect();
}
