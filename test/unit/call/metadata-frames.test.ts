import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ClientCall } from '../../../src/call/client-call.ts';
import type { RpcError } from '../../../src/errors/rpc-error.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import { FrameFlag, FrameType } from '../../../src/wire/frame.ts';
import { type Metadata, NO_METADATA, writeMetadata } from '../../../src/wire/metadata.ts';
import type { MethodKind } from '../../../src/wire/method.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { CallPair, frameOf, helloFrame } from '../../support/call-pair.ts';

describe('metadata from a server', () => {
  it('comes before the data of a RESPONSE, also of one in several frames', () => {
    const block = blockOf({ a: '1' });
    for (const isCut of [false, true]) {
      const { pair, call } = calling('unary');
      const flags = FrameFlag.METADATA | (isCut ? FrameFlag.MORE : 0);
      pair.toClient(frameOf([FrameType.RESPONSE, flags, 1], Buffer.concat([block, Buffer.from('data')])));
      if (isCut) pair.toClient(frameOf([FrameType.MESSAGE, 0, 1], Buffer.from(' and more')));
      assert.deepEqual([call.heard, call.response], [[{ a: '1' }], isCut ? 'data and more' : 'data']);
    }
  });

  it('comes with END, and in frames of its own at any time before', () => {
    const { pair, call } = calling('serverStreaming');
    pair.toClient(frameOf([FrameType.METADATA, 0, 1], blockOf({ a: '1' })));
    pair.toClient(frameOf([FrameType.METADATA, 0, 1], blockOf({ b: '2' })));
    pair.toClient(frameOf([FrameType.END, FrameFlag.METADATA, 1], blockOf({ c: '3' })));
    assert.deepEqual([call.heard, call.end], [[{ a: '1' }, { b: '2' }, { c: '3' }], 'well']);
  });

  it('costs no credit', () => {
    const { pair, call } = calling('serverStreaming');
    const block = blockOf({ a: 'x'.repeat(8_000) });
    for (let i = 0; i < 100; i++) pair.toClient(frameOf([FrameType.METADATA, 0, 1], block));
    assert.equal(call.heard.length, 100);
    assert.equal(pair.clientClosed, undefined);
  });

  it('of a call that has ended is dropped, and of one that never was breaks the protocol', () => {
    const { pair, call } = calling('unary');
    pair.toClient(frameOf([FrameType.RESPONSE, 0, 1]));
    pair.toClient(frameOf([FrameType.METADATA, 0, 1], blockOf({ a: '1' })));
    assert.deepEqual([call.heard, pair.clientClosed], [[], undefined]);
    pair.toClient(frameOf([FrameType.METADATA, 0, 7], blockOf({ a: '1' })));
    assert.match(pair.clientClosed?.error.message ?? '', /call 7, which was never made/);
  });

  it('of any bytes is metadata, fails the call, or breaks the protocol', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.constantFrom(...Object.values(FrameType)),
        fc.boolean(),
        (bytes, type, isValidStart) => {
          const { pair } = calling('serverStreaming');
          const payload = isValidStart ? Buffer.concat([blockOf({ a: '1' }), bytes]) : bytes;
          pair.toClient(frameOf([type, FrameFlag.METADATA, 1], payload));
          assert.doesNotMatch(pair.clientClosed?.error.message ?? '', /internal error/);
        },
      ),
    );
  });
});

describe('metadata frames from a client', () => {
  it('break the protocol', () => {
    const pair = new CallPair({ isClientRaw: true });
    pair.toServer(helloFrame());
    pair.toServer(frameOf([FrameType.METADATA, 0, 1], blockOf({ a: '1' })));
    assert.match(pair.serverClosed?.error.message ?? '', /a client sent frame type 12/);
  });
});

function blockOf(metadata: Metadata): Buffer {
  const writer = new ByteWriter();
  writeMetadata(metadata, writer);
  return writer.take();
}

/** A client with one call, 1, to a server that the test plays. */
function calling(kind: MethodKind): { readonly pair: CallPair; readonly call: HeardCall } {
  const pair = new CallPair({ isServerRaw: true });
  const call = new HeardCall(rawMethod('T.call', kind));
  pair.wire.run();
  pair.toClient(helloFrame({ methods: [{ name: 'T.call', kind, fingerprint: '' }] }));
  pair.client.start(call, { request: Buffer.alloc(0), metadata: NO_METADATA, timeoutMs: 0 });
  return { pair, call };
}

class HeardCall extends ClientCall {
  readonly heard: Metadata[] = [];
  response: string | undefined;
  end: string | undefined;

  override onMetadata(metadata: Metadata): void {
    this.heard.push({ ...metadata });
  }

  override onResponse(bytes: Buffer, start: number, end: number): void {
    this.response = bytes.toString('utf8', start, end);
  }

  override onEnded(error: RpcError | undefined): void {
    this.end = error?.message ?? 'well';
  }
}
