import { LinkedList } from '../util/linked-list.ts';
import { Queue } from '../util/queue.ts';
import type { LaneIo } from './lane-io.ts';
import type { OutboundMessages } from './outbound-messages.ts';

/**
 * Lets the senders of a connection send a fragment by turns. A sender is in exactly one place: in the queue of turns; parked for connection
 * credit; parked for its lane; or nowhere, until credit of its own call or a new message brings it back.
 */
export class SendTurns {
  readonly #burstBytes: number;
  readonly #ready = new Queue<OutboundMessages>();
  readonly #awaitingCredit = new LinkedList<OutboundMessages>();

  /** `burstBytes` is what the waiting senders may put into one flush together, so that input is handled in between. */
  constructor(burstBytes: number = DEFAULT_BURST_BYTES) {
    this.#burstBytes = burstBytes;
  }

  /** Whether a sender could go on in the next flush. */
  get hasTurns(): boolean {
    return this.#ready.length > 0;
  }

  add(sender: OutboundMessages): void {
    if (sender.isScheduled) return;
    sender.isScheduled = true;
    this.#ready.push(sender);
  }

  /** Sends fragments until nobody can go on or this flush has sent its share. */
  run(): void {
    for (let budget = this.#burstBytes; budget > 0; ) {
      const sender = this.#nextReady();
      if (!sender) return;
      const outcome = sender.step();
      budget -= Math.max(MIN_STEP_BYTES, sender.stepBytes);
      if (outcome === 'again') this.#ready.push(sender);
      else if (outcome === 'connectionCredit') this.#awaitingCredit.push(sender);
      else if (outcome === 'lane') sender.lane.awaitingRoom.push(sender);
      else sender.isScheduled = false;
      // What a drained sender wrote in reply may have queued it again.
      if (outcome === 'done' && sender.hasWaiting) this.add(sender);
    }
  }

  connectionCreditCame(): void {
    this.#wake(this.#awaitingCredit);
  }

  laneDrained(lane: LaneIo): void {
    this.#wake(lane.awaitingRoom);
  }

  /** The sender has nothing to send any more. In the queue of turns it is passed over. */
  remove(sender: OutboundMessages): void {
    sender.list?.remove(sender);
  }

  /** The connection ended. */
  clear(): void {
    this.#ready.clear();
  }

  /** Those whose calls are over cost nothing of the budget: a peer that cancels as fast as it asks would make them wait here without end. */
  #nextReady(): OutboundMessages | undefined {
    let sender = this.#ready.shift();
    while (sender?.isStopped) {
      sender.isScheduled = false;
      sender = this.#ready.shift();
    }
    return sender;
  }

  #wake(parked: LinkedList<OutboundMessages>): void {
    for (let sender = parked.shift(); sender; sender = parked.shift()) this.#ready.push(sender);
  }
}

const DEFAULT_BURST_BYTES = 262_144;
/** What a step costs at least. */
const MIN_STEP_BYTES = 1_024;
