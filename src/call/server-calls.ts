import { RpcError } from '../errors/rpc-error.ts';
import type { CloseInfo, Connection } from '../ports/transport.ts';
import { type Frame, FrameFlag, FrameType } from '../wire/frame.ts';
import type { HelloMethod } from '../wire/hello.ts';
import { MAX_FRAME_PAYLOAD_BYTES } from '../wire/limits.ts';
import type { RequestHead } from '../wire/request-head.ts';
import { beginStreams } from './begin-streams.ts';
import { isLaterCall } from './call.ts';
import { CallDeadlines } from './call-deadlines.ts';
import type { CallRole } from './call-role.ts';
import { CallTable } from './call-table.ts';
import { CloseCode } from './close-code.ts';
import { ConnectionCore } from './connection-core.ts';
import { InboundWhole } from './inbound-whole.ts';
import type { LaneIo } from './lane-io.ts';
import { isServedReadOnly, type MethodSlot, type MethodTable } from './method-table.ts';
import { encodeInto, finishInParts } from './outbound-messages.ts';
import { lateness, mismatchOf, readHead, requestTooLarge } from './refused-requests.ts';
import { appendMetadata, sendErrorFrame, sendGoaway, sendMetadataFrame } from './reply-frames.ts';
import { unknownMethod } from './served-methods.ts';
import type { ServerCall } from './server-call.ts';
import type { ServerCallsOptions, ServerConnectionEvents } from './server-connection-events.ts';
import type { ServerLoad } from './server-load.ts';

/**
 * The server's half of a connection: takes calls, finds their handlers, and sends what these give.
 *
 * A call is in the table from its REQUEST until its RESPONSE, END or ERROR was written, its cancellation, its deadline or the end of the connection.
 */
export class ServerCalls implements CallRole {
  readonly core: ConnectionCore;
  readonly #events: ServerConnectionEvents;
  readonly #table: MethodTable;
  readonly #load: ServerLoad;
  /** The methods as this connection's HELLO announced them; handlers registered again since then are found through the same slots. */
  #announced: readonly MethodSlot[] = [];
  readonly #calls: CallTable<ServerCall>;
  readonly #deadlines: CallDeadlines;
  /** Handlers at work whose calls were cancelled. */
  #abandoned = 0;
  #lastTaken = 0;
  #hasTaken = false;
  #isDraining = false;

  constructor(connection: Connection, events: ServerConnectionEvents, options: ServerCallsOptions) {
    this.#events = events;
    this.#table = options.table;
    this.#load = options.load;
    // Clients choose the ids, and none of them knows this server's clock to the nanosecond.
    this.#calls = new CallTable(options.environment.clock.now() * 1_000_000);
    this.#deadlines = new CallDeadlines(options.environment.deadlines, this.#calls);
    this.core = new ConnectionCore(connection, this, { ...options, isServer: true });
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  /** Read once, when HELLO is written. */
  get methods(): readonly HelloMethod[] {
    this.#announced = this.#table.slots();
    return this.#announced.map(({ method }) => ({ name: method.name, kind: method.kind, fingerprint: method.fingerprint }));
  }

  /** Takes no new calls: those after the last one taken are safe to send elsewhere. The client closes when the rest is done. */
  drain(reason: string): void {
    const lane = this.core.lanes[0];
    if (this.#isDraining || !lane || !this.core.isOpen) return;
    this.#isDraining = true;
    sendGoaway(this.core, lane, { lastTaken: this.#lastTaken, reason });
    this.core.liveness.probe();
  }

  /** Ends every call with the error: the caller is told, the handler is stopped. */
  abort(error: RpcError): void {
    for (const call of this.#calls.values()) {
      this.#sendError(call, error, undefined);
      this.#cancelHandler(call, error);
    }
  }

  /** Closes the connection; the calls in flight are cancelled. */
  close(reason: string): void {
    this.core.close(CloseCode.NORMAL, reason);
  }

  onOpen(): void {
    this.#events.onOpen();
  }

  onCallCredit(callId: number, bytes: number): void {
    this.#calls.get(callId)?.outbound?.addCredit(bytes);
  }

  onFrame(lane: LaneIo, frame: Frame): void {
    switch (frame.type) {
      case FrameType.REQUEST:
        return this.#onRequest(lane, frame);
      case FrameType.MESSAGE:
        return this.#onMessage(frame);
      case FrameType.END:
        return this.#onEnd(frame.callId);
      case FrameType.CANCEL:
        return this.#onCancel(frame.callId);
      default:
        return this.core.violate(`a client sent frame type ${frame.type}`);
    }
  }

  onClosed(error: RpcError, info: CloseInfo): void {
    const gone = new RpcError('CANCELLED', `The connection of the caller ended: ${error.message}`);
    this.#deadlines.stop();
    for (const call of this.#calls.values()) this.#cancelHandler(call, gone);
    this.#events.onClosed(error, info);
  }

  /** @throws RpcError when the value does not fit its type or the client's limit. */
  sendResponse(call: ServerCall, value: unknown): void {
    const lane = call.lane as LaneIo;
    const { out } = lane;
    const start = out.begin(FrameType.RESPONSE, 0, call.id);
    if (call.responseMetadata !== undefined) appendMetadata(this.core, out, { start, metadata: call.responseMetadata });
    const size = encodeInto(out, start, call.method.response, value, this.core.peer?.maxMessageBytes ?? 0);
    if (size > MAX_FRAME_PAYLOAD_BYTES) {
      finishInParts(this.core, call, start);
      call.outbound?.whenDrained(() => this.#finish(call));
      return;
    }
    out.finish(start);
    this.core.requestFlush(lane);
    this.#finish(call);
  }

  sendEnd(call: ServerCall): void {
    if (call.isEnded || !call.outbound) return;
    call.outbound.whenDrained(() => {
      if (call.isEnded) return;
      if (call.responseMetadata === undefined) this.core.sendEmptyFrame(call.lane as LaneIo, FrameType.END, call.id);
      else sendMetadataFrame(this.core, call, FrameType.END);
      this.#finish(call);
    });
  }

  /** Sends the metadata that waits, ahead of the next message of a stream. */
  sendMetadata(call: ServerCall): void {
    if (call.isEnded || call.responseMetadata === undefined) return;
    sendMetadataFrame(this.core, call, FrameType.METADATA);
    call.responseMetadata = undefined;
  }

  sendError(call: ServerCall, error: RpcError, details: Uint8Array | undefined): void {
    const send = (): void => {
      if (call.isEnded) return;
      this.#sendError(call, error, details);
      this.#finish(call);
    };
    if (call.outbound) call.outbound.whenDrained(send);
    else send();
  }

  /** The handler of a call that was cancelled has come to an end. */
  handlerEnded(call: ServerCall): void {
    if (!call.isAbandoned) return;
    call.isAbandoned = false;
    this.#abandoned--;
  }

  /** The deadline passed: the caller is told at once, and the handler is stopped. */
  expire(call: ServerCall): void {
    if (call.isEnded) return;
    const error = new RpcError('DEADLINE_EXCEEDED', `${call.method.name} was not done when the caller's time was up`);
    this.#sendError(call, error, undefined);
    this.#cancelHandler(call, error);
  }

  #onRequest(lane: LaneIo, frame: Frame): void {
    const { callId } = frame;
    if (callId === 0 || this.#calls.has(callId)) return this.core.violate(`call ${callId} was begun twice`);
    // The client learns from GOAWAY that it was not taken.
    if (this.#isDraining && (!this.#hasTaken || isLaterCall(callId, this.#lastTaken))) return;
    const reader = this.core.reader.reset(frame.bytes, frame.start, frame.end);
    const head = readHead(frame, reader, this.core.settings.maxMetadataBytes);
    if (head instanceof RpcError) return this.#refuse(lane, frame, head);
    const dataStart = reader.position;
    if (!this.#hasTaken || isLaterCall(callId, this.#lastTaken)) {
      this.#lastTaken = callId;
      this.#hasTaken = true;
    }
    const slot = this.#slotOf(head.method);
    const refusal = slot && (mismatchOf(slot, head, frame.flags) ?? this.#overload(slot) ?? lateness(slot, head));
    if (refusal || !slot) return this.#refuse(lane, frame, refusal ?? unknownMethod(head.method));
    const call = slot.open({ method: slot.method, metadata: head.metadata, owner: this });
    call.id = callId;
    call.lane = lane;
    this.#begin(call, head);
    this.#deliverRequest(call, frame, dataStart);
  }

  #begin(call: ServerCall, head: RequestHead): void {
    const { kind } = call.method;
    this.#calls.add(call);
    if (head.remainingMs !== Number.POSITIVE_INFINITY) {
      // Counted from when the request came in, which spares a look at the clock.
      call.deadlineAt = this.core.liveness.lastInputAt + head.remainingMs;
      this.#deadlines.begin(call, head.remainingMs);
    }
    if (kind !== 'unary') beginStreams(this.core, call, { out: kind !== 'clientStreaming', in: kind !== 'serverStreaming' });
    this.core.liveness.callStarted();
    this.#load.inFlight++;
  }

  #deliverRequest(call: ServerCall, frame: Frame, dataStart: number): void {
    if (call.inbound) return call.onStarted();
    if ((frame.flags & FrameFlag.MORE) === 0 && frame.end - dataStart <= this.core.settings.maxMessageBytes) {
      return call.onRequest(frame.bytes, dataStart, frame.end);
    }
    call.whole = new InboundWhole(this.core, call.lane as LaneIo, call.id);
    if (call.whole.takeFirst(frame, dataStart) === 'tooLarge') this.#tooLarge(call);
  }

  #onMessage(frame: Frame): void {
    const call = this.#calls.get(frame.callId);
    if (!call) return this.core.dropMessage(frame);
    if (call.inbound) {
      const outcome = call.inbound.receive(frame);
      if (outcome === 'overdrawn') return this.core.violate(`more bytes than ${call.method.name} has credit for`);
      if (outcome === 'tooLarge') this.#tooLarge(call);
      return;
    }
    if (!call.whole) return this.core.violate(`MESSAGE for ${call.method.name}, whose request was complete`);
    const outcome = call.whole.takeNext(frame);
    if (outcome === 'overdrawn') return this.core.violate(`more bytes than ${call.method.name} has credit for`);
    if (outcome === 'tooLarge') return this.#tooLarge(call);
    if (outcome === 'partial') return;
    const { bytes, start, end } = call.whole.message;
    call.whole = undefined;
    // The timer of a busy process may come after its input.
    if (call.deadlineAt <= this.core.now) return this.expire(call);
    call.onRequest(bytes, start, end);
  }

  #onEnd(callId: number): void {
    const inbound = this.#calls.get(callId)?.inbound;
    if (inbound?.isPartial) return this.core.violate('END in the middle of a message');
    inbound?.finish(undefined);
  }

  #onCancel(callId: number): void {
    const call = this.#calls.get(callId);
    if (call) this.#cancelHandler(call, new RpcError('CANCELLED', `The caller cancelled ${call.method.name}`));
  }

  #cancelHandler(call: ServerCall, error: RpcError): void {
    if (call.isEnded) return;
    // Before the queue is dropped: a handler that waits for the next message must hear why none will come.
    call.inbound?.finish(error);
    this.#finish(call);
    call.onCancelled(error);
    if (!call.isRunning) return;
    // Who cancels as fast as it calls must not have more handlers at work than calls it may have in flight.
    call.isAbandoned = true;
    this.#abandoned++;
  }

  #tooLarge(call: ServerCall): void {
    const error = requestTooLarge(call.method, this.core.settings.maxMessageBytes);
    this.#sendError(call, error, undefined);
    this.#cancelHandler(call, error);
  }

  #finish(call: ServerCall): void {
    if (call.isEnded) return;
    call.isEnded = true;
    this.#calls.delete(call.id);
    this.#deadlines.end(call);
    if (call.method.kind !== 'unary' && call.lane) call.lane.load--;
    call.release();
    this.#load.inFlight--;
  }

  #slotOf(method: number | HelloMethod): MethodSlot | undefined {
    return typeof method === 'number' ? this.#announced[method] : this.#table.find(method.name);
  }

  #overload(slot: MethodSlot): RpcError | undefined {
    const atWork = this.#calls.size + this.#abandoned;
    if (atWork >= this.core.settings.maxCalls) return this.#load.connectionFull(atWork);
    if (this.#load.readOnlyBecause !== undefined && !isServedReadOnly(slot)) return this.#load.readOnly(slot.method.name);
    return this.#load.isFull && !slot.isAlwaysTaken ? this.#load.full() : undefined;
  }

  #refuse(lane: LaneIo, frame: Frame, error: RpcError): void {
    const flags = error.notTaken ? FrameFlag.NOT_TAKEN : 0;
    sendErrorFrame(this.core, { lane, callId: frame.callId }, { error, details: undefined, flags });
  }

  #sendError(call: ServerCall, error: RpcError, details: Uint8Array | undefined): void {
    sendErrorFrame(this.core, { lane: call.lane as LaneIo, callId: call.id }, { error, details, flags: 0 });
  }
}
