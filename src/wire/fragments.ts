import { FrameFlag, FrameType } from './frame.ts';
import { FRAME_HEADER_BYTES, MAX_FRAME_PAYLOAD_BYTES } from './limits.ts';

/**
 * A message, or the rest of one, as MESSAGE frames one behind the other, in memory of its own: any run of them can leave as one piece, without copying
 * again. All frames but the last are full.
 */
export function toFragments(bytes: Buffer, start: number, end: number, callId: number): Buffer {
  const count = Math.max(1, Math.ceil((end - start) / MAX_FRAME_PAYLOAD_BYTES));
  const frames = Buffer.allocUnsafeSlow(end - start + count * FRAME_HEADER_BYTES);
  let from = start;
  for (let at = 0; at < frames.length; ) {
    const size = Math.min(end - from, MAX_FRAME_PAYLOAD_BYTES);
    frames.writeUInt16LE(size, at);
    frames[at + 2] = FrameType.MESSAGE;
    frames[at + 3] = from + size < end ? FrameFlag.MORE : 0;
    frames.writeUInt32LE(callId, at + 4);
    bytes.copy(frames, at + FRAME_HEADER_BYTES, from, from + size);
    at += FRAME_HEADER_BYTES + size;
    from += size;
  }
  return frames;
}

/** The payload of the fragment that begins at `offset`. */
export function fragmentBytes(frames: Buffer, offset: number): number {
  return Math.min(frames.length - offset - FRAME_HEADER_BYTES, MAX_FRAME_PAYLOAD_BYTES);
}
