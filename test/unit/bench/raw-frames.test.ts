import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RawFrames } from '../../../bench/raw-frames.ts';
import type { LaneHandler } from '../../../src/ports/transport.ts';

test('raw frames and blocks arrive whole and in order, however the transport cuts them', async () => {
  const message = fc.record({ isBlock: fc.boolean(), bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }) }, { noNullPrototype: true });
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 400 }), async (messages, cut) => {
      const sent: Uint8Array[] = [];
      const sender = new RawFrames(laneInto(sent), { onFrame: unexpected, onBlockPiece: unexpected });
      for (const { isBlock, bytes } of messages) {
        if (isBlock) sender.sendBlock([bytes.subarray(0, 1), bytes.subarray(1)]);
        else sender.send(1, bytes);
      }
      await new Promise(process.nextTick);
      const received: { isBlock: boolean; bytes: Uint8Array }[] = [];
      let pieces: Uint8Array[] = [];
      const receiver = new RawFrames(laneInto([]), {
        onFrame: (_kind, payload) => void received.push({ isBlock: false, bytes: Uint8Array.from(payload) }),
        onBlockPiece(piece, isLast) {
          pieces.push(piece);
          if (!isLast) return;
          received.push({ isBlock: true, bytes: Uint8Array.from(Buffer.concat(pieces)) });
          pieces = [];
        },
      });
      const wire = Buffer.concat(sent);
      for (let at = 0; at < wire.length; at += cut) receiver.onData(wire.subarray(at, at + cut));
      assert.deepEqual(received, messages);
    }),
  );
});

function laneInto(sent: Uint8Array[]): { setHandler(handler: LaneHandler): void; write(bytes: Uint8Array): boolean } {
  return { setHandler: () => undefined, write: (bytes) => sent.push(Uint8Array.from(bytes)) > 0 };
}

function unexpected(): never {
  throw new Error('nothing was sent to the sender');
}
