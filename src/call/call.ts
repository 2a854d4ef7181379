import type { DeadlineEntry } from '../util/deadline-timer.ts';
import type { InboundMessages } from './inbound-messages.ts';
import type { InboundWhole } from './inbound-whole.ts';
import type { LaneIo } from './lane-io.ts';
import type { OutboundMessages } from './outbound-messages.ts';

/**
 * What both sides keep of one call. The parts that a small unary call does not need are made only when asked for; their fields are there from the start, so
 * that all calls have one shape.
 */
export abstract class Call implements DeadlineEntry {
  /** Unique among the calls of the connection that have not ended. */
  id = 0;
  /** Where all frames of the call travel; set when the call starts. */
  lane: LaneIo | undefined = undefined;
  deadlineAt: number = Number.POSITIVE_INFINITY;
  heapIndex = -1;
  nextInTable: this | undefined = undefined;
  /** Sends messages that need credit. */
  outbound: OutboundMessages | undefined = undefined;
  /** Receives the messages of a stream. */
  inbound: InboundMessages | undefined = undefined;
  /** Receives a request or response of several frames. */
  whole: InboundWhole | undefined = undefined;
  /** Ended for this side: nothing may be sent, and what comes is dropped. */
  isEnded = false;

  abstract onDeadline(now: number): void;
}

/** Serial-number comparison (RFC 1982): ids wrap after four billion calls. */
export function isLaterCall(id: number, than: number): boolean {
  return ((id - than) | 0) > 0;
}
