import { ByteWriter } from '../../src/util/byte-writer.ts';
import type { LaneFrame } from './corpus.ts';
import type { Dice } from './dice.ts';

/** Changes a list of frames here and there; `others` are frames to splice in. The lists given are left alone. */
export function mutateFrames(frames: readonly LaneFrame[], others: readonly LaneFrame[], dice: Dice): LaneFrame[] {
  const mutated = [...frames];
  const rounds = 1 + dice.below(1 + Math.ceil(frames.length / 8));
  for (let i = 0; i < rounds && mutated.length > 0; i++) dice.pick(LIST_MUTATIONS)(mutated, others, dice);
  const part = dice.pick([0.02, 0.1, 0.5]);
  return mutated.map((frame) => (dice.chance(part) ? { lane: frame.lane, bytes: mutateFrame(frame.bytes, dice) } : frame));
}

/** Changes the bytes of one frame, header included. */
export function mutateFrame(bytes: Buffer, dice: Dice): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  for (let i = 1 + dice.below(3); i > 0; i--) mutated = dice.pick(FRAME_MUTATIONS)(mutated, dice);
  return mutated;
}

/** Changes bytes that are no frame. */
export function mutateBytes(bytes: Buffer, dice: Dice): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  for (let i = 1 + dice.below(3); i > 0; i--) mutated = dice.pick(BYTE_MUTATIONS)(mutated, dice);
  return mutated;
}

type ListMutation = (frames: LaneFrame[], others: readonly LaneFrame[], dice: Dice) => void;
type ByteMutation = (bytes: Buffer, dice: Dice) => Buffer;

const LIST_MUTATIONS: readonly ListMutation[] = [
  // drop
  (frames, _, dice) => void frames.splice(dice.below(frames.length), 1 + dice.below(3)),
  // cut off
  (frames, _, dice) => void frames.splice(1 + dice.below(frames.length)),
  // duplicate
  (frames, _, dice) => void frames.splice(dice.below(frames.length), 0, dice.pick(frames)),
  // repeat many times
  (frames, _, dice) => {
    const frame = dice.pick(frames);
    frames.splice(dice.below(frames.length), 0, ...Array.from({ length: dice.pick([3, 20, 100]) }, () => frame));
  },
  // reorder
  (frames, _, dice) => {
    const [frame] = frames.splice(dice.below(frames.length), 1) as [LaneFrame];
    frames.splice(dice.below(frames.length + 1), 0, frame);
  },
  // splice
  (frames, others, dice) => {
    const start = dice.below(others.length);
    frames.splice(dice.below(frames.length), dice.below(3), ...others.slice(start, start + 1 + dice.below(10)));
  },
  // another lane
  (frames, _, dice) => {
    const at = dice.below(frames.length);
    frames[at] = { lane: dice.below(5), bytes: (frames[at] as LaneFrame).bytes };
  },
  // a frame of nobody
  (frames, _, dice) => {
    const bytes = withHeader(dice.bytes(dice.below(60)), { type: dice.below(16), flags: dice.below(256), callId: dice.below(6) });
    frames.splice(dice.below(frames.length), 0, { lane: dice.below(4), bytes });
  },
  // credit
  (frames, _, dice) => {
    const payload = hostileVarint(dice);
    frames.splice(dice.below(frames.length), 0, { lane: 0, bytes: withHeader(payload, { type: 8, flags: 0, callId: dice.below(4) }) });
  },
];

const flipBits: ByteMutation = (bytes, dice) => {
  for (let i = 1 + dice.below(4); i > 0 && bytes.length > 0; i--) {
    const at = dice.below(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << dice.below(8));
  }
  return bytes;
};

const setBytes: ByteMutation = (bytes, dice) => {
  if (bytes.length > 0) bytes[dice.below(bytes.length)] = dice.pick([0, 1, 0x7f, 0x80, 0xff, dice.below(256)]);
  return bytes;
};

const cut: ByteMutation = (bytes, dice) => bytes.subarray(0, dice.below(bytes.length + 1));

const insertVarint: ByteMutation = (bytes, dice) => {
  const at = dice.below(bytes.length + 1);
  return Buffer.concat([
    bytes.subarray(0, at),
    hostileVarint(dice),
    bytes.subarray(dice.chance(0.5) ? at : Math.min(bytes.length, at + 1)),
  ]);
};

const BYTE_MUTATIONS: readonly ByteMutation[] = [
  flipBits,
  flipBits,
  setBytes,
  cut,
  insertVarint,
  (bytes, dice) => dice.bytes(Math.min(200, bytes.length)),
  (bytes, dice) => Buffer.concat([bytes, dice.bytes(dice.below(40))]),
];

/** Those that leave the header alone or set one field of it, and those that do as they like. */
const FRAME_MUTATIONS: readonly ByteMutation[] = [
  (bytes, dice) => inPayload(bytes, (payload) => dice.pick(BYTE_MUTATIONS)(payload, dice)),
  (bytes, dice) => inPayload(bytes, (payload) => dice.pick(BYTE_MUTATIONS)(payload, dice)),
  (bytes, dice) => setField(bytes, 2, dice.below(16)),
  (bytes, dice) => setField(bytes, 3, dice.below(256)),
  (bytes, dice) => setField(bytes, 3, (bytes[3] as number) ^ dice.pick([1, 4, 8, 16, 32, 64])),
  (bytes, dice) => withCallId(bytes, dice.pick([0, 1, 2, dice.below(12), 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])),
  // a length that is not the payload's
  (bytes, dice) => withLength(bytes, dice.pick([0, 1, 16_384, 16_385, 65_535, dice.below(400)])),
  flipBits,
  cut,
];

function inPayload(bytes: Buffer, change: (payload: Buffer) => Buffer): Buffer {
  if (bytes.length < 8) return bytes;
  const payload = change(Buffer.from(bytes.subarray(8))).subarray(0, 65_535);
  return withLength(Buffer.concat([bytes.subarray(0, 8), payload]), payload.length);
}

function setField(bytes: Buffer, at: number, value: number): Buffer {
  if (at < bytes.length) bytes[at] = value;
  return bytes;
}

function withCallId(bytes: Buffer, callId: number): Buffer {
  if (bytes.length >= 8) bytes.writeUInt32LE(callId, 4);
  return bytes;
}

function withLength(bytes: Buffer, length: number): Buffer {
  if (bytes.length >= 2) bytes.writeUInt16LE(length, 0);
  return bytes;
}

function withHeader(payload: Buffer, header: { type: number; flags: number; callId: number }): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(8), payload]);
  bytes[2] = header.type;
  bytes[3] = header.flags;
  return withCallId(withLength(bytes, payload.length), header.callId);
}

function hostileVarint(dice: Dice): Buffer {
  if (dice.chance(0.3)) return Buffer.alloc(1 + dice.below(12), dice.pick([0x80, 0xff]));
  const writer = new ByteWriter(16);
  writer.writeVarint(dice.pick([0, 1, 127, 128, 16_384, 65_536, 2 ** 28, 2 ** 31, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER]));
  return writer.take();
}
