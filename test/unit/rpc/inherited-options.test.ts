import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_CALL_SETTINGS } from '../../../src/call/call-settings.ts';
import type { InheritedCallOptions } from '../../../src/rpc/call-context.ts';
import type { CallOptions } from '../../../src/rpc/caller.ts';
import { FrameFlag, FrameType } from '../../../src/wire/frame.ts';
import { FrameBuffer } from '../../../src/wire/frame-buffer.ts';
import { VERSIONS, writeHello } from '../../../src/wire/hello.ts';
import { NO_METADATA } from '../../../src/wire/metadata.ts';
import { writeRequestHead } from '../../../src/wire/request-head.ts';
import { FakeRpc } from '../../support/fake-transport.ts';

const EMPTY = Buffer.alloc(0);
const TRACE = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=1', baggage: 'user=7' };

describe('the options that a handler passes on', () => {
  it('carry the trace of the call and none of its other metadata', async () => {
    const options = await optionsOf({ metadata: { ...TRACE, authorization: 'secret' } });
    assert.deepEqual({ ...options.metadata }, TRACE);
  });

  it('have no metadata when there is no trace', async () => {
    assert.equal('metadata' in (await optionsOf({})), false);
    assert.equal('metadata' in (await optionsOf({ metadata: { other: 'x' } })), false);
  });

  it('take more metadata in, which wins over the trace', async () => {
    const options = await optionsOf({ metadata: TRACE }, { metadata: { own: '1', baggage: 'mine' } });
    assert.deepEqual({ ...options.metadata }, { ...TRACE, own: '1', baggage: 'mine' });
    assert.deepEqual({ ...(await optionsOf({}, { metadata: { own: '1' } })).metadata }, { own: '1' });
  });

  for (const [call, own, expected] of [
    [1_000, 200, 200],
    [1_000, 5_000, 1_000],
    [1_000, 0, 1_000],
    [1_000, undefined, 1_000],
    [0, 200, 200],
    [0, undefined, Number.POSITIVE_INFINITY],
  ] as const) {
    it(`have the smaller timeout: ${call} ms of the call and ${own} of its own make ${expected}`, async () => {
      const options = await optionsOf({ timeoutMs: call }, own === undefined ? {} : { timeoutMs: own });
      assert.ok(options.timeoutMs <= expected && options.timeoutMs > Math.min(expected, 10_000) - 50, `${options.timeoutMs}`);
    });
  }

  it('keep what else was given', async () => {
    const options = await optionsOf({}, { idempotent: true, itemTimeoutMs: 5 });
    assert.deepEqual([options.idempotent, options.itemTimeoutMs], [true, 5]);
  });

  it('end with either signal', async () => {
    for (const which of ['caller', 'handler']) {
      const caller = new AbortController();
      const handler = new AbortController();
      const { rpc, inner } = await nested({ signal: caller.signal }, { signal: handler.signal });
      assert.equal((await inner).signal.aborted, false);
      (which === 'caller' ? caller : handler).abort();
      await rpc.settle();
      assert.equal((await inner).signal.aborted, true);
    }
  });
});

describe('a call whose time was up before its request was complete', () => {
  it('never reaches its handler, although the timer is late', async () => {
    const rpc = new FakeRpc();
    const server = rpc.server();
    let calls = 0;
    server.registerRaw('T.late', () => {
      calls++;
      return EMPTY;
    });
    await server.listen('server:1');
    const lane = (await rpc.transport.connect('server:1', { alpn: 'rpcnet/1' })).openLane();
    let received: Uint8Array = Buffer.alloc(0);
    lane.setHandler({
      onData: (bytes) => {
        received = bytes;
      },
      onDrain: () => undefined,
      onEnd: (reason) => assert.fail(reason),
    });
    const hello = { ...DEFAULT_CALL_SETTINGS, minVersion: VERSIONS.min, maxVersion: VERSIONS.max, features: 0, methods: [] };
    lane.write(frame(FrameType.HELLO, 0, (out) => writeHello(hello, out.writer)));
    const head = { method: 0, remainingMs: 100, metadata: NO_METADATA };
    lane.write(frame(FrameType.REQUEST, 1, (out) => writeRequestHead(head, out.writer) | FrameFlag.DATA | FrameFlag.MORE));
    await rpc.settle();
    assert.equal(server.inFlight, 1);
    rpc.runtime.deadlines.close();
    rpc.wire.clock.advance(101);
    lane.write(frame(FrameType.MESSAGE, 1, (out) => out.writer.writeRaw(Buffer.from('late'))));
    await rpc.settle();
    assert.deepEqual([calls, server.inFlight], [0, 0]);
    assert.deepEqual([received[2], received[8]], [FrameType.ERROR, 4]);
  });
});

/** A frame; `write` appends the payload and may give flags. */
function frame(type: number, callId: number, write: (out: FrameBuffer) => unknown): Buffer {
  const out = new FrameBuffer();
  const start = out.begin(type, 0, callId);
  const flags = write(out);
  out.addFlags(start, typeof flags === 'number' ? flags : 0);
  out.finish(start);
  return out.take();
}

async function optionsOf(options: CallOptions, extra?: CallOptions): Promise<InheritedCallOptions> {
  return (await nested(options, extra)).inner;
}

/** What `callOptions` gives in the handler of a call, which then waits. */
async function nested(
  options: CallOptions,
  extra?: CallOptions,
): Promise<{ readonly rpc: FakeRpc; readonly inner: Promise<InheritedCallOptions> }> {
  const rpc = new FakeRpc();
  const server = rpc.server();
  const inner = new Promise<InheritedCallOptions>((resolve) => {
    server.registerRaw('T.wait', (_, context) => {
      resolve(context.callOptions(extra));
      return new Promise(() => undefined);
    });
  });
  await server.listen('server:1');
  rpc
    .client()
    .callRaw('T.wait', EMPTY, options)
    .catch(() => undefined);
  await rpc.until(inner);
  return { rpc, inner };
}
