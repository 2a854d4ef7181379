import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Frame, FrameFlag, FrameType } from '../../../src/wire/frame.ts';
import { FrameBuffer } from '../../../src/wire/frame-buffer.ts';
import { FrameDecoder } from '../../../src/wire/frame-decoder.ts';
import { MAX_FRAME_PAYLOAD_BYTES, MESSAGE_CHARGE_BYTES } from '../../../src/wire/limits.ts';

interface PlainFrame {
  type: number;
  flags: number;
  callId: number;
  payload: string;
}

const plainFrame = fc.record({
  type: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constant<number>(FrameType.MESSAGE)),
  flags: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constant<number>(FrameFlag.MORE)),
  callId: fc.integer({ min: 0, max: 0xffff_ffff }),
  payload: fc.oneof(
    { weight: 9, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 16_000, maxLength: MAX_FRAME_PAYLOAD_BYTES }) },
  ),
});

describe('frames', () => {
  it('come out as they went in, however the bytes are split', () => {
    fc.assert(
      fc.property(
        fc.array(plainFrame, { maxLength: 20 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 5_000, max: 20_000 })), { minLength: 1, maxLength: 50 }),
        (frames, cuts) => {
          const bytes = encode(frames);
          const whole = decode([bytes]);
          const split = decode(pieces(bytes, cuts));
          assert.deepEqual(whole.frames, frames.map(plain));
          assert.deepEqual(split, whole);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('come out as they went in when the memory of the chunks serves again, and keep what is not given as borrowed', () => {
    fc.assert(
      fc.property(
        fc.array(plainFrame, { maxLength: 20 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.constant(16_384)), { minLength: 1, maxLength: 50 }),
        (frames, cuts) => {
          const bytes = encode(frames);
          assert.deepEqual(decodeBorrowed(pieces(bytes, cuts)), decode(pieces(bytes, cuts)));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('that are fragments are given in borrowed memory as it is', () => {
    const bytes = encode([{ type: FrameType.MESSAGE, flags: FrameFlag.MORE, callId: 7, payload: new Uint8Array(16_000).fill(1) }]);
    const given: boolean[] = [];
    const decoder = new FrameDecoder((frame) => given.push(frame.isBorrowed && frame.bytes.buffer === bytes.buffer));
    decoder.push(bytes.subarray(0, 9_000), true);
    decoder.push(bytes.subarray(9_000), true);
    assert.deepEqual(given, [true, true]);
  });

  it('that are fragments are given in pieces, without a copy, where chunks end', () => {
    const bytes = encode([{ type: FrameType.MESSAGE, flags: FrameFlag.MORE, callId: 7, payload: new Uint8Array(16_000).fill(1) }]);
    const chunks = [bytes.subarray(0, 6_000), bytes.subarray(6_000, 14_000), bytes.subarray(14_000, 14_100), bytes.subarray(14_100)];
    const given: { length: number; charge: number; isView: boolean }[] = [];
    const decoder = new FrameDecoder((frame) => {
      given.push({ length: frame.end - frame.start, charge: frame.charge, isView: chunks.includes(frame.bytes) });
    });
    for (const chunk of chunks) decoder.push(chunk);
    assert.deepEqual(given, [
      { length: 5_992, charge: 5_992 + MESSAGE_CHARGE_BYTES, isView: true },
      { length: 8_000, charge: 8_000, isView: true },
      // What came of the next piece was too little to be given alone.
      { length: 2_008, charge: 2_008, isView: false },
    ]);
  });

  it('come out of a stream of single bytes', () => {
    const frames = [
      { type: 2, flags: 33, callId: 0xffff_fffe, payload: new Uint8Array([1, 2, 3]) },
      { type: 4, flags: 0, callId: 1, payload: new Uint8Array() },
    ];
    const bytes = encode(frames);
    assert.deepEqual(decode(pieces(bytes, [1])).frames, frames.map(plain));
  });

  it('any bytes at all give frames or a violation, never a throw', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 20 }), (chunks) => {
        const { frames } = decode(chunks.map((chunk) => Buffer.from(chunk)));
        for (const frame of frames) assert.ok(frame.payload.length <= MAX_FRAME_PAYLOAD_BYTES * 2);
      }),
      { numRuns: 500 },
    );
  });

  it('a length above the limit is a violation that names it, whole or split', () => {
    const header = Buffer.from([0x01, 0x40, 3, 0, 1, 0, 0, 0]);
    assert.match(decode([header]).violation ?? '', /16385 bytes, the most is 16384/);
    assert.match(decode(pieces(header, [3])).violation ?? '', /16385/);
  });

  it('stop when the sink says so, in the middle of a chunk', () => {
    const bytes = encode([1, 2, 3].map((type) => ({ type, flags: 0, callId: 0, payload: new Uint8Array(2) })));
    const seen: number[] = [];
    const decoder: FrameDecoder = new FrameDecoder((frame) => {
      seen.push(frame.type);
      if (frame.type === 2) decoder.stop();
    });
    decoder.push(bytes);
    assert.deepEqual(seen, [1, 2]);
  });
});

describe('a frame buffer', () => {
  it('hands out every byte once and never writes into what it handed out', () => {
    const out = new FrameBuffer();
    const taken: Buffer[] = [];
    const copies: Buffer[] = [];
    for (let i = 0; i < 3_000; i++) {
      const start = out.begin(3, 0, i);
      out.writer.writeRaw(new Uint8Array(i % 700).fill(i));
      out.finish(start);
      if (i % 7 !== 0) continue;
      const piece = out.take();
      taken.push(piece);
      copies.push(Buffer.from(piece));
    }
    taken.push(out.take());
    copies.push(Buffer.from(taken.at(-1) as Buffer));
    assert.ok(Buffer.concat(taken).equals(Buffer.concat(copies)));
    const { frames } = decode(taken);
    assert.deepEqual(
      frames.map((frame) => [frame.callId, frame.payload.length / 2]),
      Array.from({ length: 3_000 }, (_, i) => [i, i % 700]),
    );
  });

  it('drops a frame whose writing failed', () => {
    const out = new FrameBuffer();
    out.finish(out.begin(1, 0, 1));
    const start = out.begin(2, 0, 2);
    out.writer.writeRaw(new Uint8Array(5_000));
    out.writer.position = start;
    out.finish(out.begin(3, 0, 3));
    assert.deepEqual(
      decode([out.take()]).frames.map((frame) => frame.type),
      [1, 3],
    );
  });
});

function encode(frames: readonly { type: number; flags: number; callId: number; payload: Uint8Array }[]): Buffer {
  const out = new FrameBuffer();
  for (const frame of frames) {
    const start = out.begin(frame.type, frame.flags, frame.callId);
    out.writer.writeRaw(frame.payload);
    out.finish(start);
  }
  return out.take();
}

function decode(chunks: readonly Buffer[]): { frames: PlainFrame[]; violation: string | undefined } {
  const frames: PlainFrame[] = [];
  const decoder = new FrameDecoder((frame) => {
    const bytes = frame.end - frame.start;
    if (frame.charge === bytes) return goOn(frames.at(-1) as PlainFrame, frame);
    assert.equal(frame.charge, bytes + MESSAGE_CHARGE_BYTES);
    frames.push({
      type: frame.type,
      flags: frame.flags,
      callId: frame.callId,
      payload: frame.bytes.toString('hex', frame.start, frame.end),
    });
  });
  for (const chunk of chunks) {
    const violation = decoder.push(chunk);
    if (violation !== undefined) return { frames, violation };
  }
  return { frames, violation: undefined };
}

/** Decodes chunks that all come in the same memory, and reads what is not borrowed only at the end. */
function decodeBorrowed(chunks: readonly Buffer[]): { frames: PlainFrame[]; violation: string | undefined } {
  const memory = Buffer.alloc(Math.max(0, ...chunks.map((chunk) => chunk.length)));
  const given: Frame[] = [];
  const decoder = new FrameDecoder((frame) => {
    const bytes = frame.isBorrowed
      ? Buffer.from(frame.bytes.subarray(frame.start, frame.end))
      : frame.bytes.subarray(frame.start, frame.end);
    given.push({ ...frame, bytes, start: 0, end: bytes.length });
  });
  let violation: string | undefined;
  for (const chunk of chunks) {
    violation = decoder.push(memory.subarray(0, chunk.copy(memory)), true);
    memory.fill(0xee);
    if (violation !== undefined) break;
  }
  const frames: PlainFrame[] = [];
  for (const frame of given) {
    if (frame.charge === frame.end) goOn(frames.at(-1) as PlainFrame, frame);
    else frames.push({ type: frame.type, flags: frame.flags, callId: frame.callId, payload: frame.bytes.toString('hex') });
  }
  return { frames, violation };
}

/** A further piece of a fragment: the same frame, with more of its payload. */
function goOn(last: PlainFrame, { type, flags, callId, bytes, start, end }: Frame): void {
  assert.deepEqual({ type, flags, callId }, { type: FrameType.MESSAGE, flags: last.flags, callId: last.callId });
  assert.ok((flags & FrameFlag.MORE) !== 0);
  last.payload += bytes.toString('hex', start, end);
}

function plain(frame: { type: number; flags: number; callId: number; payload: Uint8Array }): PlainFrame {
  return { ...frame, payload: Buffer.from(frame.payload).toString('hex') };
}

/** Cuts bytes into pieces of the given sizes, over and over. */
function pieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const result: Buffer[] = [];
  for (let position = 0, i = 0; position < bytes.length; i++) {
    const size = sizes[i % sizes.length] as number;
    result.push(bytes.subarray(position, position + size));
    position += size;
  }
  return result;
}
