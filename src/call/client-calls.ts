import { RpcError } from '../errors/rpc-error.ts';
import type { CloseInfo, Connection } from '../ports/transport.ts';
import { MalformedBytesError } from '../util/byte-reader.ts';
import { type Frame, FrameFlag, FrameType } from '../wire/frame.ts';
import type { Hello, HelloMethod } from '../wire/hello.ts';
import { MAX_FRAME_PAYLOAD_BYTES } from '../wire/limits.ts';
import { readMetadata } from '../wire/metadata.ts';
import type { AnyMethod } from '../wire/method.ts';
import type { ServedLayout } from '../wire/method-layout.ts';
import { writeRequestHead } from '../wire/request-head.ts';
import { beginStreams } from './begin-streams.ts';
import { isLaterCall } from './call.ts';
import { CallDeadlines } from './call-deadlines.ts';
import type { CallRole } from './call-role.ts';
import type { CallEnvironment, CallSettings } from './call-settings.ts';
import type { CallStart } from './call-start.ts';
import { CallTable } from './call-table.ts';
import type { ClientCall } from './client-call.ts';
import type { ClientConnectionEvents } from './client-connection-events.ts';
import { answerTooLarge, metadataNotTaken, misusedMethod, obstacleTo } from './client-errors.ts';
import { CloseCode } from './close-code.ts';
import { ConnectionCore } from './connection-core.ts';
import { InboundWhole } from './inbound-whole.ts';
import type { LaneIo } from './lane-io.ts';
import { encodeInto, finishInParts } from './outbound-messages.ts';
import { readCallError } from './remote-error.ts';
import { ServedMethods } from './served-methods.ts';

/**
 * The client's half of a connection: starts calls, and gives each frame to the call it belongs to.
 *
 * A call is in the table from {@link start} until its result, error, END, cancellation or the end of the connection; after that, frames for it are
 * dropped and only their credit is returned.
 */
export class ClientCalls implements CallRole {
  readonly methods: readonly HelloMethod[] = [];
  readonly core: ConnectionCore;
  readonly #events: ClientConnectionEvents;
  readonly #calls = new CallTable<ClientCall>();
  readonly #deadlines: CallDeadlines;
  readonly #served = new ServedMethods();
  #lastId = 0;
  #isDraining = false;

  constructor(
    connection: Connection,
    events: ClientConnectionEvents,
    options: { readonly settings: CallSettings; readonly environment: CallEnvironment },
  ) {
    this.#events = events;
    this.#deadlines = new CallDeadlines(options.environment.deadlines, this.#calls);
    this.core = new ConnectionCore(connection, this, { ...options, isServer: false });
  }

  get address(): string {
    return this.core.connection.peer.address;
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  /** Whether new calls may be started. */
  get isUsable(): boolean {
    return this.core.isOpen && !this.#isDraining;
  }

  /**
   * Starts a call.
   * @throws RpcError before anything was sent (`notTaken`): `UNAVAILABLE` when closed or draining, `RESOURCE_EXHAUSTED` at a limit,
   * `FAILED_PRECONDITION` or `UNIMPLEMENTED` when the server's method differs, `UNAVAILABLE` while it {@link mustCompare}, `INVALID_ARGUMENT` when the request does not fit its type.
   */
  start(call: ClientCall, options: CallStart): void {
    const obstacle = obstacleTo(this.core, this.#calls.size, this.#isDraining);
    if (obstacle) throw obstacle;
    const { kind } = call.method;
    const place = this.#served.place(call.method, this.address);
    call.lane = this.core.chooseLane(kind !== 'unary');
    call.timeoutMs = options.timeoutMs;
    if (options.timeoutMs !== 0) call.deadlineAt = this.core.environment.clock.now() + options.timeoutMs;
    call.id = this.#newId();
    this.#writeRequest(call, place, options);
    call.owner = this;
    if (kind !== 'unary') beginStreams(this.core, call, { out: kind !== 'serverStreaming', in: kind !== 'clientStreaming' });
    this.#calls.add(call);
    if (options.timeoutMs !== 0) this.#deadlines.begin(call, options.timeoutMs);
    this.core.liveness.callStarted();
    if (kind === 'unary') call.lane.unaryBegun();
  }

  /** Whether the method's definitions must be compared before it can be called: see {@link learnLayout}. */
  mustCompare(method: AnyMethod): boolean {
    return this.#served.mustCompare(method);
  }

  /** Takes what the server told of a method; undefined when it could not. From then on the method can be called, or {@link start} says what differs. */
  learnLayout(method: AnyMethod, served: ServedLayout | undefined): void {
    this.#served.learnLayout(method, served, this.address);
  }

  sendEnd(call: ClientCall): void {
    if (call.isEnded || !call.outbound) return;
    call.outbound.whenDrained(() => {
      if (!call.isEnded && call.lane) this.core.sendEmptyFrame(call.lane, FrameType.END, call.id);
    });
  }

  /** Ends a call from this side. */
  cancel(call: ClientCall, error: RpcError): void {
    if (call.isEnded) return;
    if (call.lane) this.core.sendEmptyFrame(call.lane, FrameType.CANCEL, call.id);
    this.#finish(call);
    // Nobody is owed what was not read when the caller gives up, and its credit is needed by others.
    call.inbound?.finish(error);
    call.inbound?.discard();
    call.onEnded(error);
  }

  /** The calls in flight of one of the clients that share this connection. */
  callsOf(holder: object): ClientCall[] {
    return this.#calls.values().filter((call) => call.holder === holder);
  }

  /** Closes the connection; calls in flight fail. */
  close(reason = 'the client closed'): void {
    this.core.close(CloseCode.NORMAL, reason);
  }

  onOpen(peer: Hello): void {
    this.#served.learn(peer.methods);
    this.#events.onOpen();
  }

  onCallCredit(callId: number, bytes: number): void {
    this.#calls.get(callId)?.outbound?.addCredit(bytes);
  }

  onFrame(_lane: LaneIo, frame: Frame): void {
    if (frame.type === FrameType.GOAWAY) return this.#onGoaway(frame);
    const call = this.#calls.get(frame.callId);
    if (!call) return this.#onUnknownCall(frame);
    switch (frame.type) {
      case FrameType.RESPONSE:
        return this.#onResponse(call, frame);
      case FrameType.MESSAGE:
        return this.#onMessage(call, frame);
      case FrameType.END:
        return this.#onEnd(call, frame);
      case FrameType.ERROR:
        return this.#onError(call, frame);
      case FrameType.METADATA:
        return void this.#takeMetadata(call, frame);
      default:
        return this.core.violate(`the server sent frame type ${frame.type}`);
    }
  }

  onClosed(error: RpcError, info: CloseInfo): void {
    const calls = this.#calls.values();
    this.#calls.clear();
    this.#deadlines.stop();
    for (const call of calls) {
      this.#finish(call);
      call.onEnded(error);
    }
    this.#events.onClosed(error, info);
  }

  #onResponse(call: ClientCall, frame: Frame): void {
    if (call.inbound) return this.#misused(call, 'a single response');
    const start = (frame.flags & FrameFlag.METADATA) === 0 ? frame.start : this.#takeMetadata(call, frame);
    if (call.isEnded) return;
    if ((frame.flags & FrameFlag.MORE) === 0 && frame.end - start <= this.core.settings.maxMessageBytes) {
      this.#finish(call);
      return call.onResponse(frame.bytes, start, frame.end);
    }
    if (call.whole) return this.core.violate('a second RESPONSE for one call');
    call.whole = new InboundWhole(this.core, call.lane as LaneIo, call.id);
    if (call.whole.takeFirst(frame, start) === 'tooLarge') this.#tooLarge(call);
  }

  #onMessage(call: ClientCall, frame: Frame): void {
    if (call.inbound) {
      const outcome = call.inbound.receive(frame);
      if (outcome === 'overdrawn') this.core.violate(`more bytes than ${call.method.name} has credit for`);
      else if (outcome === 'tooLarge') this.#tooLarge(call);
      return;
    }
    if (!call.whole) return this.#misused(call, 'a stream');
    const outcome = call.whole.takeNext(frame);
    if (outcome === 'overdrawn') return this.core.violate(`more bytes than ${call.method.name} has credit for`);
    if (outcome === 'tooLarge') return this.#tooLarge(call);
    if (outcome === 'partial') return;
    const { bytes, start, end } = call.whole.message;
    this.#finish(call);
    call.onResponse(bytes, start, end);
  }

  #onEnd(call: ClientCall, frame: Frame): void {
    if (!call.inbound) return this.#misused(call, 'a stream');
    if (call.inbound.isPartial) return this.core.violate('END in the middle of a message');
    if ((frame.flags & FrameFlag.METADATA) !== 0) this.#takeMetadata(call, frame);
    if (call.isEnded) return;
    this.#finish(call);
    call.onEnded(undefined);
  }

  #onError(call: ClientCall, frame: Frame): void {
    const error = readCallError(call.method, frame, this.core);
    this.#finish(call);
    call.onEnded(error);
  }

  #onGoaway(frame: Frame): void {
    const reader = this.core.reader.reset(frame.bytes, frame.start, frame.end);
    const lastTaken = reader.readUint32();
    const reason = reader.readString();
    this.#isDraining = true;
    for (const call of this.#calls.values()) {
      if (!isLaterCall(call.id, lastTaken)) continue;
      this.#finish(call);
      call.onEnded(new RpcError('UNAVAILABLE', `${this.address} did not take ${call.method.name}: ${reason}`, { notTaken: true }));
    }
    this.#events.onDraining(reason);
    this.#closeWhenDrained();
  }

  #closeWhenDrained(): void {
    if (this.#isDraining && this.#calls.size === 0) this.close('drained');
  }

  /** A frame for a call that has ended here: only its credit matters. An id that was never given out is a violation. */
  #onUnknownCall(frame: Frame): void {
    if (frame.callId === 0 || isLaterCall(frame.callId, this.#lastId))
      return this.core.violate(`a frame for call ${frame.callId}, which was never made`);
    if (frame.type === FrameType.MESSAGE) this.core.dropMessage(frame);
  }

  /** The method has another kind there than here, which HELLO could not show: it was registered later. */
  #misused(call: ClientCall, what: string): void {
    this.cancel(call, misusedMethod(call.method, what, this.address));
  }

  #tooLarge(call: ClientCall): void {
    this.cancel(call, answerTooLarge(call.method, this.core.settings.maxMessageBytes));
  }

  #writeRequest(call: ClientCall, place: number | HelloMethod, options: CallStart): void {
    const { out } = call.lane as LaneIo;
    const sendsOne = call.method.kind === 'unary' || call.method.kind === 'serverStreaming';
    const start = out.begin(FrameType.REQUEST, sendsOne ? FrameFlag.DATA : 0, call.id);
    const remainingMs = options.timeoutMs === 0 ? Number.POSITIVE_INFINITY : options.timeoutMs;
    try {
      const head = { method: place, remainingMs, metadata: options.metadata };
      out.addFlags(start, writeRequestHead(head, out.writer, this.core.settings.maxMetadataBytes));
    } catch (error) {
      out.writer.position = start;
      throw error;
    }
    if (sendsOne) {
      const size = encodeInto(out, start, call.method.request, options.request, this.core.peer?.maxMessageBytes ?? 0);
      if (size > MAX_FRAME_PAYLOAD_BYTES) return finishInParts(this.core, call, start);
    }
    out.finish(start);
    this.core.requestFlush(call.lane as LaneIo);
  }

  #finish(call: ClientCall): void {
    if (call.isEnded) return;
    call.isEnded = true;
    this.#calls.delete(call.id);
    this.#deadlines.end(call);
    call.lane?.clientCallEnded(call.method.kind === 'unary');
    call.outbound?.stop();
    call.whole?.discard();
    if (this.#isDraining) this.#closeWhenDrained();
  }

  /** Gives the call the block that the payload begins with, and where the rest begins. Metadata that the caller cannot take ends the call, not the connection. */
  #takeMetadata(call: ClientCall, frame: Frame): number {
    const reader = this.core.reader.reset(frame.bytes, frame.start, frame.end);
    try {
      const metadata = readMetadata(reader, this.core.settings.maxMetadataBytes);
      const { position } = reader;
      call.onMetadata(metadata);
      return position;
    } catch (thrown) {
      if (thrown instanceof MalformedBytesError) throw thrown;
      this.cancel(call, metadataNotTaken(call.method, thrown));
      return frame.end;
    }
  }

  #newId(): number {
    do {
      this.#lastId = (this.#lastId + 1) >>> 0;
    } while (this.#lastId === 0 || this.#calls.has(this.#lastId));
    return this.#lastId;
  }
}
