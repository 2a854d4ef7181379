import type { Frame } from '../wire/frame.ts';
import { FrameFlag } from '../wire/frame.ts';
import { MAX_FRAME_PAYLOAD_BYTES } from '../wire/limits.ts';

/**
 * Puts the fragments of one message together. A message that came in one frame is passed on as a view; only a fragmented one is copied, once: at once
 * where its size is foreseen, so that what it came in is soon garbage, and else when all of it is there.
 * After {@link add} gave `complete`, the message is {@link bytes} from {@link start} to {@link end}, until the next call.
 */
export class MessageAssembler {
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  readonly #maxMessageBytes: number;
  /** Empty or tiny fragments without end must not get around the limit. */
  readonly #maxFragments: number;
  readonly #foresee: () => number;
  #fragments: Buffer[] = [];
  #count = 0;
  #total = 0;
  /** Where the fragments are copied to while they fit; empty when they are kept as they came. */
  #memory: Buffer = EMPTY;

  /** `foresee` says how many bytes a message that has begun may take; 0 when that is unknown. */
  constructor(maxMessageBytes: number, foresee: () => number = unknownSize) {
    this.#maxMessageBytes = maxMessageBytes;
    this.#foresee = foresee;
    this.#maxFragments = 2 + Math.ceil(maxMessageBytes / MAX_FRAME_PAYLOAD_BYTES) + Math.ceil(maxMessageBytes / MIN_AVERAGE_FRAGMENT_BYTES);
  }

  /** What the fragments that wait for the rest cost in memory, in bytes, once `ahead` more bytes have come. */
  partialBytes(ahead: number): number {
    return Math.max(this.#total + ahead, this.#memory.length) + this.#count * MIN_AVERAGE_FRAGMENT_BYTES;
  }

  /** Whether fragments of a message wait for the rest. */
  get isPartial(): boolean {
    return this.#count > 0;
  }

  /** Whether a frame is a message of its own that may be passed on as it is; no other is being put together then. */
  isWhole(frame: Frame): boolean {
    return this.#count === 0 && (frame.flags & FrameFlag.MORE) === 0 && frame.end - frame.start <= this.#maxMessageBytes;
  }

  /** Takes a frame whose data begins at `start` (a REQUEST has a head before it). */
  add(frame: Frame, start: number = frame.start): 'complete' | 'partial' | 'tooLarge' {
    const total = this.#total + frame.end - start;
    if (total > this.#maxMessageBytes || this.#count >= this.#maxFragments) {
      this.clear();
      return 'tooLarge';
    }
    if ((frame.flags & FrameFlag.MORE) !== 0) {
      if (this.#count === 0) this.#begin(total);
      this.#keep(frame, start, total);
      return 'partial';
    }
    if (this.#count === 0) {
      this.bytes = frame.bytes;
      this.start = start;
      this.end = frame.end;
      return 'complete';
    }
    this.#finish(frame, start, total);
    return 'complete';
  }

  /** Lets go of a complete message: whoever waits long for the next one must not keep the input in memory that the last one came in. */
  release(): void {
    this.bytes = EMPTY;
  }

  /** Forgets the fragments of an unfinished message. */
  clear(): void {
    this.#forget();
    this.bytes = EMPTY;
    this.start = 0;
    this.end = 0;
  }

  #begin(firstBytes: number): void {
    const bytes = Math.min(this.#foresee(), this.#maxMessageBytes);
    if (bytes > firstBytes) this.#memory = Buffer.allocUnsafeSlow(bytes);
  }

  #keep(frame: Frame, start: number, total: number): void {
    if (this.#memory.length > 0) {
      if (total <= this.#memory.length) frame.bytes.copy(this.#memory, this.#total, start, frame.end);
      else this.#leaveMemory();
    }
    if (this.#memory.length === 0) this.#fragments.push(keepable(frame, start));
    this.#count += 1;
    this.#total = total;
  }

  #finish(frame: Frame, start: number, total: number): void {
    if (this.#memory.length >= total) {
      frame.bytes.copy(this.#memory, this.#total, start, frame.end);
      const isTight = this.#memory.length - total <= total >> 3;
      this.bytes = isTight ? this.#memory : Buffer.from(this.#memory.subarray(0, total));
    } else {
      this.#leaveMemory();
      this.#fragments.push(frame.bytes.subarray(start, frame.end));
      this.bytes = Buffer.concat(this.#fragments, total);
    }
    this.start = 0;
    this.end = total;
    this.#forget();
  }

  /** The message is larger than was foreseen: what was copied becomes its first fragment. */
  #leaveMemory(): void {
    if (this.#memory.length > 0) this.#fragments.push(this.#memory.subarray(0, this.#total));
    this.#memory = EMPTY;
  }

  #forget(): void {
    this.#fragments = [];
    this.#count = 0;
    this.#total = 0;
    this.#memory = EMPTY;
  }
}

function unknownSize(): number {
  return 0;
}

/** A view keeps all the memory alive that it is part of: a fragment that is a small part of what came with it is copied out. So is what serves again. */
function keepable(frame: Frame, start: number): Buffer {
  const view = frame.bytes.subarray(start, frame.end);
  if (!frame.isBorrowed && view.length * MAX_CHUNK_PER_FRAGMENT >= frame.bytes.buffer.byteLength) return view;
  const copy = Buffer.allocUnsafeSlow(view.length);
  view.copy(copy);
  return copy;
}

const EMPTY = Buffer.alloc(0);

/** Full fragments that come in chunks of 64 KiB are not copied. */
const MAX_CHUNK_PER_FRAGMENT = 4;

/** Senders fill their fragments; whoever sends many below this is not one of them. */
const MIN_AVERAGE_FRAGMENT_BYTES = 256;
