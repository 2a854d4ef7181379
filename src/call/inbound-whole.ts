import type { Frame } from '../wire/frame.ts';
import { MESSAGE_CHARGE_BYTES } from '../wire/limits.ts';
import type { ConnectionCore } from './connection-core.ts';
import type { LaneIo } from './lane-io.ts';
import { MessageAssembler } from './message-assembler.ts';

/** The receiving side of a request or response that takes more than one frame. Nothing can be read before it is complete, so its credit goes back at once. */
export class InboundWhole {
  readonly message: MessageAssembler;
  readonly #core: ConnectionCore;
  readonly #lane: LaneIo;
  readonly #callId: number;
  #window: number;
  #owed = 0;

  constructor(core: ConnectionCore, lane: LaneIo, callId: number) {
    this.#core = core;
    this.#lane = lane;
    this.#callId = callId;
    this.#window = core.settings.callCreditBytes;
    this.message = new MessageAssembler(core.settings.maxMessageBytes);
  }

  /** Takes the first frame, which is free of charge; its data begins at `start`. */
  first(frame: Frame, start: number): 'complete' | 'partial' | 'tooLarge' {
    return this.message.add(frame, start);
  }

  /** Takes a further fragment. */
  next(frame: Frame): 'complete' | 'partial' | 'tooLarge' | 'overdrawn' {
    const charge = frame.end - frame.start + MESSAGE_CHARGE_BYTES;
    this.#window -= charge;
    if (this.#window < 0) return 'overdrawn';
    this.#core.returnConnectionCredit(charge);
    this.#owed += charge;
    const outcome = this.message.add(frame);
    if (outcome === 'partial' && this.#owed * 2 >= this.#core.settings.callCreditBytes) {
      this.#window += this.#owed;
      this.#core.sendCallCredit(this.#lane, this.#callId, this.#owed);
      this.#owed = 0;
    }
    return outcome;
  }
}
