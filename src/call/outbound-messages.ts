import { RpcError } from '../errors/rpc-error.ts';
import { Queue } from '../util/queue.ts';
import type { Codec } from '../wire/codec.ts';
import { FrameFlag, FrameType } from '../wire/frame.ts';
import { FRAME_HEADER_BYTES, MAX_FRAME_PAYLOAD_BYTES, MESSAGE_CHARGE_BYTES } from '../wire/limits.ts';
import type { Call } from './call.ts';
import type { ConnectionCore } from './connection-core.ts';
import type { LaneIo } from './lane-io.ts';

/**
 * The sending side of one call: messages that need credit, cut into fragments.
 *
 * A message is encoded straight into the lane's buffer and leaves with the tick when it fits a frame, credit is there and nothing waits before it.
 * Otherwise its bytes wait here, and the connection lets the waiting calls send a fragment by turns.
 */
export class OutboundMessages {
  readonly lane: LaneIo;
  /** Set while the connection or a lane will come back to this sender. */
  isScheduled = false;
  readonly #core: ConnectionCore;
  readonly #callId: number;
  readonly #onWritable: (() => void) | undefined;
  #credit: number;
  readonly #waiting = new Queue<Buffer>();
  /** How much of the first waiting message has left. */
  #offset = 0;
  #onDrained: (() => void) | undefined;
  #isStopped = false;

  constructor(core: ConnectionCore, lane: LaneIo, callId: number, onWritable?: () => void) {
    this.#core = core;
    this.lane = lane;
    this.#callId = callId;
    this.#onWritable = onWritable;
    this.#credit = core.peerCallCredit;
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
    const size = encodeInto(out, start, { codec, value, maxBytes: this.#core.peerMaxMessageBytes });
    if (size <= MAX_FRAME_PAYLOAD_BYTES && !this.hasWaiting && !this.lane.isBlocked && this.#takeCredit(size)) {
      out.finish(start);
      this.#core.requestFlush(this.lane);
      return true;
    }
    const bytes = Buffer.from(out.writer.buffer.subarray(start + FRAME_HEADER_BYTES, out.writer.position));
    out.writer.position = start;
    this.sendRest(bytes);
    return false;
  }

  /** Queues what is left of a message whose first fragment left in a REQUEST or RESPONSE, or a whole message. */
  sendRest(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#core.schedulePump(this);
  }

  /** Runs the task when all that waits has left; at once when nothing does. */
  whenDrained(task: () => void): void {
    if (this.hasWaiting) this.#onDrained = task;
    else task();
  }

  addCredit(bytes: number): void {
    this.#credit += bytes;
    if (this.hasWaiting) this.#core.schedulePump(this);
  }

  /** Sends one fragment. Says what to do next: come back, wait for credit of this call, of the connection, for the lane, or nothing more. */
  step(): 'again' | 'callCredit' | 'connectionCredit' | 'lane' | 'done' {
    const head = this.#waiting.peek();
    if (this.#isStopped || head === undefined) return 'done';
    if (this.lane.isBlocked) return 'lane';
    const size = Math.min(head.length - this.#offset, MAX_FRAME_PAYLOAD_BYTES);
    if (this.#credit < size + MESSAGE_CHARGE_BYTES) return 'callCredit';
    if (!this.#takeCredit(size)) return 'connectionCredit';
    this.#writeFragment(head, size);
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

  #writeFragment(head: Buffer, size: number): void {
    const { out } = this.lane;
    const end = this.#offset + size;
    const start = out.begin(FrameType.MESSAGE, end < head.length ? FrameFlag.MORE : 0, this.#callId);
    out.writer.writeRaw(head.subarray(this.#offset, end));
    out.finish(start);
    this.#core.requestFlush(this.lane);
    this.#offset = end;
    if (end === head.length) {
      this.#waiting.shift();
      this.#offset = 0;
    }
  }

  #drained(): void {
    const task = this.#onDrained;
    this.#onDrained = undefined;
    if (task) task();
    else this.#onWritable?.();
  }

  #takeCredit(size: number): boolean {
    const charge = size + MESSAGE_CHARGE_BYTES;
    if (this.#credit < charge || !this.#core.takeSendCredit(charge)) return false;
    this.#credit -= charge;
    return true;
  }
}

/** Encodes a message after what was begun at `start` and gives the payload's size; on any failure the frame is dropped from the buffer. */
export function encodeInto<T>(
  out: LaneIo['out'],
  start: number,
  message: { readonly codec: Codec<T>; readonly value: T; readonly maxBytes: number },
): number {
  const { writer } = out;
  const bodyStart = writer.position;
  try {
    message.codec.encode(message.value, writer);
  } catch (error) {
    writer.position = start;
    throw error;
  }
  const bodyBytes = writer.position - bodyStart;
  if (bodyBytes > message.maxBytes) {
    writer.position = start;
    throw new RpcError(
      'RESOURCE_EXHAUSTED',
      `The message takes ${bodyBytes} bytes and the peer accepts ${message.maxBytes}: send it in parts, or raise maxMessageBytes there`,
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
  const rest = Buffer.from(out.writer.buffer.subarray(cut, out.writer.position));
  out.writer.position = cut;
  out.addFlags(start, FrameFlag.MORE);
  out.finish(start);
  core.requestFlush(lane);
  call.outbound = new OutboundMessages(core, lane, call.id);
  call.outbound.sendRest(rest);
}
