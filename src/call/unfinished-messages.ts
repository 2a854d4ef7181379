import { LinkedList } from '../util/linked-list.ts';
import type { InboundWhole } from './inbound-whole.ts';

/**
 * The requests or responses of a connection that take several frames and are not complete, in the order in which they began. While they hold more than
 * the budget together, only the oldest gets more credit: it completes, and the next one goes on. So however many large messages a peer begins at once,
 * what they hold stays near the budget, and all of them arrive.
 */
export class UnfinishedMessages {
  readonly #budgetBytes: number;
  readonly #messages = new LinkedList<InboundWhole>();
  #bytes = 0;
  /** What the last one that was completed took. */
  #lastBytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /** What they hold together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many bytes one that begins may take, if that can be set aside for it: as many as the last one. 0 when there is no telling. */
  readonly foresee = (): number => {
    return this.#bytes + this.#lastBytes <= this.#budgetBytes ? this.#lastBytes : 0;
  };

  /** One of so many bytes is complete. */
  noteSize(bytes: number): void {
    this.#lastBytes = bytes;
  }

  add(message: InboundWhole, bytes: number): void {
    if (message.list === undefined) this.#messages.push(message);
    this.#bytes += bytes;
  }

  /** Whether one may have so much credit ahead of what it holds: only while half of the budget is free. */
  hasRoomFor(bytes: number): boolean {
    return this.#bytes + bytes <= this.#budgetBytes / 2;
  }

  /** Whether this message may have more credit now. */
  mayGrow(message: InboundWhole): boolean {
    if (this.#bytes <= this.#budgetBytes) return true;
    return message === this.#messages.first;
  }

  /** A message is complete, or its call has ended. */
  remove(message: InboundWhole, bytes: number): void {
    if (message.list === undefined) return;
    this.#messages.remove(message);
    this.#bytes -= bytes;
    for (let waiting = this.#messages.first; waiting; waiting = waiting.next) {
      if (!this.mayGrow(waiting)) return;
      waiting.releaseCredit();
    }
  }
}
