import { RpcError } from '../errors/rpc-error.ts';
import type { Linked, LinkedList } from '../util/linked-list.ts';
import { Queue } from '../util/queue.ts';
import type { Codec } from '../wire/codec.ts';
import { Fragments } from '../wire/fragments.ts';
import { FrameFlag, FrameType } from '../wire/frame.ts';
import { FRAME_HEADER_BYTES, MAX_FRAME_PAYLOAD_BYTES, MESSAGE_CHARGE_BYTES } from '../wire/limits.ts';
import type { Call } from './call.ts';
import type { ConnectionCore } from './connection-core.ts';
import type { LaneIo } from './lane-io.ts';

/**
 * The sending side of one call: messages that need credit, cut into fragments.
 *
 * A message is encoded straight into the lane's buffer and leaves with the tick when it fits a frame, credit is there and nothing waits before it.
 * Otherwise it waits here as fragments, and the connection lets the waiting calls send some by turns.
 */
export class OutboundMessages implements Linked<OutboundMessages> {
  readonly lane: LaneIo;
  /** Set while the connection or a lane will come back to this sender. */
  isScheduled = false;
  /** What it waits in for credit or room, if it does. */
  list: LinkedList<OutboundMessages> | undefined;
  previous: OutboundMessages | undefined;
  next: OutboundMessages | undefined;
  readonly #core: ConnectionCore;
  readonly #callId: number;
  readonly #onWritable: (() => void) | undefined;
  #credit: number;
  readonly #waiting = new Queue<Fragments>();
  /** What the last {@link step} sent. */
  stepBytes = 0;
  #onDrained: (() => void) | undefined;
  #isStopped = false;

  constructor(core: ConnectionCore, lane: LaneIo, callId: number, onWritable?: () => void) {
    this.#core = core;
    this.lane = lane;
    this.#callId = callId;
    this.#onWritable = onWritable;
    this.#credit = core.peer?.callCreditBytes ?? 0;
  }

  /** Whether the call is over. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Sends a message of a stream. False means that it waits for credit or room: send the next one after `onWritable`.
   * @throws RpcError when the value does not fit its type (`INVALID_ARGUMENT`) or the peer's limit (`RESOURCE_EXHAUSTED`); nothing was sent then.
   */
  send<T>(codec: Codec<T>, value: T): boolean {
    const { out } = this.lane;
    const start = out.begin(FrameType.MESSAGE, 0, this.#callId);
    const size = encodeInto(out, start, codec, value, this.#core.peer?.maxMessageBytes ?? 0);
    if (size <= MAX_FRAME_PAYLOAD_BYTES && !this.hasWaiting && !this.lane.isBlocked && this.#takeCredit(size)) {
      out.finish(start);
      this.#core.requestFlush(this.lane);
      return true;
    }
    this.sendRest(start + FRAME_HEADER_BYTES);
    out.writer.position = start;
    return false;
  }

  /** Queues what was written to the lane's buffer from `start` on: a message, or what is left of one whose first fragment is in a REQUEST or RESPONSE. */
  sendRest(start: number): void {
    const { buffer, position } = this.lane.out.writer;
    this.#waiting.push(new Fragments(buffer, start, position, this.#callId));
    this.#core.schedulePump(this);
  }

  /** Runs the task when all that waits has left; at once when nothing does. */
  whenDrained(task: () => void): void {
    if (this.hasWaiting) this.#onDrained = task;
    else task();
  }

  addCredit(bytes: number): void {
    if (bytes > Number.MAX_SAFE_INTEGER - this.#credit)
      return this.#core.violate(`more credit for call ${this.#callId} than can be counted`);
    this.#credit += bytes;
    if (this.hasWaiting) this.#core.schedulePump(this);
  }

  /** Sends some fragments. Says what to do next: come back, wait for credit of this call, of the connection, for the lane, or nothing more. */
  step(): 'again' | 'callCredit' | 'connectionCredit' | 'lane' | 'done' {
    const head = this.#waiting.peek();
    this.stepBytes = 0;
    if (this.#isStopped || head === undefined) return 'done';
    if (this.lane.isBlocked) return 'lane';
    const size = head.payloadBytes();
    if (this.#credit < size + MESSAGE_CHARGE_BYTES) return 'callCredit';
    if (!this.#takeCredit(size)) return 'connectionCredit';
    this.#sendFragments(head, size);
    if (this.hasWaiting) return 'again';
    this.#drained();
    return 'done';
  }

  /** The call is over: nothing that waits will be sent. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.clear();
    this.#onDrained = undefined;
    if (this.isScheduled) this.#core.forgetSender(this);
  }

  /** Sends the fragment whose credit was taken, and those behind it that there is credit for, up to a full step. */
  #sendFragments(head: Fragments, firstBytes: number): void {
    let length = FRAME_HEADER_BYTES + firstBytes;
    for (let size = head.payloadBytes(length); size > 0 && length < STEP_BYTES; size = head.payloadBytes(length)) {
      if (!this.#takeCredit(size)) break;
      length += FRAME_HEADER_BYTES + size;
    }
    this.#core.sendFrames(this.lane, head.take(length), head);
    this.stepBytes = length;
    if (head.isEmpty) this.#waiting.shift();
  }

  #drained(): void {
    const task = this.#onDrained;
    this.#onDrained = undefined;
    if (task) task();
    else this.#onWritable?.();
  }

  #takeCredit(size: number): boolean {
    const charge = size + MESSAGE_CHARGE_BYTES;
    if (this.#credit < charge || !this.#core.credit.takeForSending(charge)) return false;
    this.#credit -= charge;
    return true;
  }
}

/** Encodes a message after what was begun at `start` and gives the payload's size; on any failure the frame is dropped from the buffer. */
export function encodeInto<T>(out: LaneIo['out'], start: number, codec: Codec<T>, value: T, maxBytes: number): number {
  const { writer } = out;
  const bodyStart = writer.position;
  try {
    codec.encode(value, writer);
  } catch (error) {
    writer.position = start;
    throw error;
  }
  const bodyBytes = writer.position - bodyStart;
  if (bodyBytes > maxBytes) {
    writer.position = start;
    throw new RpcError(
      'RESOURCE_EXHAUSTED',
      `The message takes ${bodyBytes} bytes and its receiver accepts ${maxBytes}: send it in parts, or raise maxMessageBytes at the receiver`,
      {
        retryable: false,
      },
    );
  }
  return writer.position - start - FRAME_HEADER_BYTES;
}

/** Ends a REQUEST or RESPONSE, begun at `start` with all of its message behind it, that does not fit one frame: the first 16 KiB leave in it, the rest as credit allows. */
export function finishInParts(core: ConnectionCore, call: Call, start: number): void {
  const lane = call.lane as LaneIo;
  const { out } = lane;
  const cut = start + FRAME_HEADER_BYTES + MAX_FRAME_PAYLOAD_BYTES;
  call.outbound = new OutboundMessages(core, lane, call.id);
  call.outbound.sendRest(cut);
  out.writer.position = cut;
  out.addFlags(start, FrameFlag.MORE);
  out.finish(start);
  out.shrink();
  core.requestFlush(lane);
}

/** What one call may send before others have their turn. With half of it, 1 MB messages on QUIC are 5 to 8 % slower; twice as much gives nothing. */
const STEP_BYTES = 131_072;
