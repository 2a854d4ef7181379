import type { Frame } from '../wire/frame.ts';
import { FrameFlag } from '../wire/frame.ts';

/**
 * Puts the fragments of one message together. A message that came in one frame is passed on as a view; only a fragmented one is copied, once.
 * After {@link add} gave `complete`, the message is {@link bytes} from {@link start} to {@link end}, until the next call.
 */
export class MessageAssembler {
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  readonly #maxMessageBytes: number;
  #fragments: Buffer[] = [];
  #total = 0;

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Whether fragments of a message wait for the rest. */
  get isPartial(): boolean {
    return this.#fragments.length > 0;
  }

  /** Takes a frame whose data begins at `start` (a REQUEST has a head before it). */
  add(frame: Frame, start: number = frame.start): 'complete' | 'partial' | 'tooLarge' {
    const total = this.#total + frame.end - start;
    if (total > this.#maxMessageBytes) {
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
