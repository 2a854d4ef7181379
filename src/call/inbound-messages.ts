import type { RpcError } from '../errors/rpc-error.ts';
import type { Frame } from '../wire/frame.ts';
import type { ConnectionCore } from './connection-core.ts';
import { InboundQueue } from './inbound-queue.ts';
import type { LaneIo } from './lane-io.ts';
import { MessageAssembler } from './message-assembler.ts';

/** Who reads a stream of messages. */
export interface InboundReader {
  /** A message while the reader was waiting for one; valid after the call. */
  onMessage(bytes: Buffer, start: number, end: number): void;
  /** The stream ended, well or with an error, while the reader was waiting. */
  onFinished(error: RpcError | undefined): void;
}

/**
 * The receiving side of a stream. What was not read yet is bounded by the credit the sender has: credit goes back as the application consumes,
 * in batches. Fragments of a message that is not complete are credited back at once when nothing else waits, because nobody can read them yet.
 *
 * States: open (messages come), finished (END, ERROR or loss came; queued messages can still be read), discarded (nobody reads any more).
 */
export class InboundMessages {
  readonly #core: ConnectionCore;
  readonly #lane: LaneIo;
  readonly #callId: number;
  readonly #assembler: MessageAssembler;
  /** What came and was not read. After {@link take}, the message that was taken. */
  readonly queue: InboundQueue = new InboundQueue();
  #reader: InboundReader | undefined;
  #isWaiting = false;
  #isFinished = false;
  #isDiscarded = false;
  #error: RpcError | undefined;
  /** What the sender may still send. */
  #window: number;
  /** Consumed and not yet credited back. */
  #owed = 0;
  /** Will be compacted at the end of this turn of the event loop. */
  #isCompactionDue = false;
  /** Received for the message that is being put together, and for it alone not yet consumed. */
  #partialCharge = 0;

  constructor(core: ConnectionCore, lane: LaneIo, callId: number) {
    this.#core = core;
    this.#lane = lane;
    this.#callId = callId;
    this.#window = core.settings.callCreditBytes;
    this.#assembler = new MessageAssembler(core.settings.maxMessageBytes);
  }

  setReader(reader: InboundReader): void {
    this.#reader = reader;
  }

  /** Takes a MESSAGE frame. The answer says what is wrong with it, if anything: the sender overdrew its credit, or the message is too large. */
  receive(frame: Frame): 'ok' | 'overdrawn' | 'tooLarge' {
    const { charge } = frame;
    this.#window -= charge;
    if (this.#window < 0) return 'overdrawn';
    if (this.#isFinished || this.#isDiscarded) {
      this.#core.returnConnectionCredit(charge);
      return 'ok';
    }
    if (this.#assembler.isWhole(frame)) {
      this.#deliver(frame.bytes, frame.start, frame.end, charge);
      return 'ok';
    }
    const outcome = this.#assembler.add(frame);
    this.#partialCharge += charge;
    if (outcome === 'tooLarge') return 'tooLarge';
    if (outcome === 'partial') {
      if (this.queue.length === 0) this.#releasePartial();
      return 'ok';
    }
    this.#deliverAssembled();
    return 'ok';
  }

  /** Whether a message was begun and not finished: END must not come now. */
  get isPartial(): boolean {
    return this.#assembler.isPartial;
  }

  /** Whether nothing more will come; what is queued can still be read. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** Why the stream failed, if it did; to be reported after everything was read. */
  get error(): RpcError | undefined {
    return this.#error;
  }

  /** Takes the next message out of the {@link queue}, if there is one; it is in the queue's fields then. */
  take(): boolean {
    if (!this.queue.take()) return false;
    this.#consume(this.queue.charge);
    if (this.queue.length === 0 && this.#assembler.isPartial) this.#releasePartial();
    return true;
  }

  /** Has the reader called once, with the next message or the end. To be asked only when nothing is queued and the stream is not finished. */
  wait(): void {
    this.#isWaiting = true;
  }

  /** No more messages will come. Queued ones can still be read. */
  finish(error: RpcError | undefined): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#error = error;
    this.#releasePartial();
    this.#assembler.clear();
    if (this.#isWaiting) {
      this.#isWaiting = false;
      this.#reader?.onFinished(error);
    }
  }

  /** Nobody will read any more: drops what waits, and gives its connection credit back. */
  discard(): void {
    if (this.#isDiscarded) return;
    this.#isDiscarded = true;
    this.#isWaiting = false;
    this.#core.returnConnectionCredit(this.queue.clear() + this.#partialCharge);
    this.#partialCharge = 0;
    this.#assembler.clear();
  }

  #deliverAssembled(): void {
    const { bytes, start, end } = this.#assembler;
    this.#assembler.release();
    const charge = this.#partialCharge;
    this.#partialCharge = 0;
    this.#deliver(bytes, start, end, charge);
  }

  #deliver(bytes: Buffer, start: number, end: number, charge: number): void {
    if (this.#isWaiting) {
      this.#isWaiting = false;
      this.#consume(charge);
      this.#reader?.onMessage(bytes, start, end);
      return;
    }
    this.queue.push(bytes, start, end, charge);
    if (this.#isCompactionDue) return;
    this.#isCompactionDue = true;
    this.#core.compaction.add(this);
  }

  /** A reader that keeps up has read everything by now; what waits for a slow one is copied out of its chunks. */
  compact(): void {
    this.#isCompactionDue = false;
    this.queue.compact();
  }

  #releasePartial(): void {
    const charge = this.#partialCharge;
    this.#partialCharge = 0;
    if (charge > 0) this.#consume(charge);
  }

  #consume(charge: number): void {
    this.#core.returnConnectionCredit(charge);
    if (this.#isFinished) return;
    this.#owed += charge;
    if (this.#owed * 2 < this.#core.settings.callCreditBytes) return;
    this.#window += this.#owed;
    this.#core.sendCallCredit(this.#lane, this.#callId, this.#owed);
    this.#owed = 0;
  }
}
