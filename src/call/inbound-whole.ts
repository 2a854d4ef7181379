import type { Linked, LinkedList } from '../util/linked-list.ts';
import type { Frame } from '../wire/frame.ts';
import type { ConnectionCore } from './connection-core.ts';
import type { LaneIo } from './lane-io.ts';
import { MessageAssembler } from './message-assembler.ts';

/**
 * The receiving side of a request or response that takes more than one frame. Nothing can be read before it is complete, so its credit goes back at
 * once, or when its turn comes (see unfinished-messages.ts).
 */
export class InboundWhole implements Linked<InboundWhole> {
  readonly message: MessageAssembler;
  /** The unfinished messages of the connection, while it is one of them. */
  list: LinkedList<InboundWhole> | undefined;
  previous: InboundWhole | undefined;
  next: InboundWhole | undefined;
  readonly #core: ConnectionCore;
  readonly #lane: LaneIo;
  readonly #callId: number;
  #window: number;
  #owed = 0;
  /** What this message counts for among the unfinished ones. */
  #counted = 0;
  /** The part of it that may still come: more than the usual credit, so that a large message does not wait for credit again and again. */
  #advance = 0;

  constructor(core: ConnectionCore, lane: LaneIo, callId: number) {
    this.#core = core;
    this.#lane = lane;
    this.#callId = callId;
    this.#window = core.settings.callCreditBytes;
    this.message = new MessageAssembler(core.settings.maxMessageBytes, core.unfinished.foresee);
  }

  /** Takes the first frame, which is free of charge; its data begins at `start`. */
  takeFirst(frame: Frame, start: number): 'complete' | 'partial' | 'tooLarge' {
    return this.#take(frame, start);
  }

  /** Takes a further fragment. */
  takeNext(frame: Frame): 'complete' | 'partial' | 'tooLarge' | 'overdrawn' {
    const { charge } = frame;
    this.#window -= charge;
    if (this.#window < 0) return 'overdrawn';
    this.#core.returnConnectionCredit(charge);
    this.#owed += charge;
    const outcome = this.#take(frame, frame.start);
    if (outcome === 'partial' && this.#owed * 2 >= this.#core.settings.callCreditBytes && this.#core.unfinished.mayGrow(this)) {
      if (this.#advance === 0) this.#takeAdvance();
      this.releaseCredit();
    }
    return outcome;
  }

  /** Lets the sender go on. */
  releaseCredit(): void {
    if (this.#owed === 0) return;
    this.#window += this.#owed;
    this.#core.sendCallCredit(this.#lane, this.#callId, this.#owed);
    this.#owed = 0;
  }

  /** The call has ended: the fragments are of no use any more. */
  discard(): void {
    this.message.clear();
    this.#core.unfinished.remove(this, this.#counted);
  }

  #takeAdvance(): void {
    const advance = this.#core.settings.connectionCreditBytes / ADVANCE_SHARE;
    if (!this.#core.unfinished.hasRoomFor(advance)) return;
    this.#advance = advance;
    this.#owed += advance;
    this.#recount();
  }

  #recount(): void {
    const counted = this.message.partialBytes(this.#advance);
    this.#core.unfinished.add(this, counted - this.#counted);
    this.#counted = counted;
  }

  #take(frame: Frame, start: number): 'complete' | 'partial' | 'tooLarge' {
    const wasPartial = this.message.isPartial;
    const outcome = this.message.add(frame, start);
    if (outcome === 'complete' && wasPartial) this.#core.unfinished.noteSize(this.message.end);
    if (outcome === 'partial') this.#recount();
    else this.#core.unfinished.remove(this, this.#counted);
    return outcome;
  }
}

/** A quarter of what all calls together may have under way. */
const ADVANCE_SHARE = 4;
