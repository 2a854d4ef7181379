import type { Frame } from '../wire/frame.ts';
import { FrameFlag } from '../wire/frame.ts';
import { MAX_FRAME_PAYLOAD_BYTES, MESSAGE_CHARGE_BYTES } from '../wire/limits.ts';

/**
 * Puts the fragments of one message together. A message that came in one frame is passed on as a view; only a fragmented one is copied, once.
 * After {@link add} gave `complete`, the message is {@link bytes} from {@link start} to {@link end}, until the next call.
 */
export class MessageAssembler {
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  readonly #maxMessageBytes: number;
  /** Empty or tiny fragments without end must not get around the limit. */
  readonly #maxFragments: number;
  #fragments: Buffer[] = [];
  #total = 0;

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
    this.#maxFragments = 2 + Math.ceil(maxMessageBytes / MAX_FRAME_PAYLOAD_BYTES) + Math.ceil(maxMessageBytes / MIN_AVERAGE_FRAGMENT_BYTES);
  }

  /** Bytes of the fragments that wait for the rest. */
  get partialBytes(): number {
    return this.#total + this.#fragments.length * MESSAGE_CHARGE_BYTES;
  }

  /** Whether fragments of a message wait for the rest. */
  get isPartial(): boolean {
    return this.#fragments.length > 0;
  }

  /** Takes a frame whose data begins at `start` (a REQUEST has a head before it). */
  add(frame: Frame, start: number = frame.start): 'complete' | 'partial' | 'tooLarge' {
    const total = this.#total + frame.end - start;
    if (total > this.#maxMessageBytes || this.#fragments.length >= this.#maxFragments) {
      this.clear();
      return 'tooLarge';
    }
    if ((frame.flags & FrameFlag.MORE) !== 0) {
      this.#fragments.push(frame.bytes.subarray(start, frame.end));
      this.#total = total;
      return 'partial';
    }
    if (this.#fragments.length === 0) {
      this.bytes = frame.bytes;
      this.start = start;
      this.end = frame.end;
      return 'complete';
    }
    this.#fragments.push(frame.bytes.subarray(start, frame.end));
    this.bytes = Buffer.concat(this.#fragments, total);
    this.start = 0;
    this.end = total;
    this.#fragments = [];
    this.#total = 0;
    return 'complete';
  }

  /** Forgets the fragments of an unfinished message. */
  clear(): void {
    this.#fragments = [];
    this.#total = 0;
    this.bytes = EMPTY;
    this.start = 0;
    this.end = 0;
  }
}

const EMPTY = Buffer.alloc(0);

/** Senders fill their fragments; whoever sends many below this is not one of them. */
const MIN_AVERAGE_FRAGMENT_BYTES = 256;
