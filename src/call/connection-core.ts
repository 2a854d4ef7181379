import type { RpcError } from '../errors/rpc-error.ts';
import type { CloseInfo, Connection, ConnectionHandler, Lane, MemoryLender } from '../ports/transport.ts';
import { ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import { type Frame, FrameType, frameName } from '../wire/frame.ts';
import type { Hello } from '../wire/hello.ts';
import type { CallRole } from './call-role.ts';
import type { CallEnvironment, CallSettings } from './call-settings.ts';
import { CloseCode, closeError } from './close-code.ts';
import { ConnectionCredit } from './connection-credit.ts';
import { HelloExchange } from './hello-exchange.ts';
import { InboundCompaction } from './inbound-compaction.ts';
import { LaneIo, leastLoaded } from './lane-io.ts';
import { Liveness } from './liveness.ts';
import type { OutboundMessages } from './outbound-messages.ts';
import { SendTurns } from './send-turns.ts';
import { UnfinishedMessages } from './unfinished-messages.ts';

/**
 * What both ends of a connection share: the HELLO exchange, lanes, the flush of each tick, connection credit, pings and the end.
 *
 * The folder `call/` is the engine of the calls of one connection. It is synchronous and pure: time, deadlines and the tick come from a
 * {@link CallEnvironment}, bytes through the `Connection` port. It knows no promises and no codecs beyond their interface.
 *
 * States: opening (HELLO sent or awaited), open (HELLO came), closed. Nothing but HELLO is allowed while opening.
 */
export class ConnectionCore implements ConnectionHandler {
  readonly settings: CallSettings;
  readonly environment: CallEnvironment;
  /** For reading the payload of the frame at hand; never kept across frames. */
  readonly reader: ByteReader = new ByteReader(EMPTY);
  readonly connection: Connection;
  readonly lanes: LaneIo[] = [];
  /** What the peer said; undefined while opening. */
  peer: Hello | undefined;
  /** What the lanes have handed to the transport although it said that it is full. */
  overdueBytes = 0;
  /** Why the connection ended; undefined while it lives. */
  closed: RpcError | undefined;
  readonly liveness: Liveness;
  readonly unfinished: UnfinishedMessages;
  readonly compaction: InboundCompaction;
  readonly credit: ConnectionCredit;
  readonly #role: CallRole;
  readonly #isServer: boolean;
  readonly #turns: SendTurns;
  readonly #dirtyLanes: LaneIo[] = [];
  readonly #flush = (): void => this.#flushLanes();
  /** A flush will come, or is under way. */
  #isFlushScheduled = false;
  readonly #hello: HelloExchange;

  constructor(
    connection: Connection,
    role: CallRole,
    options: { readonly settings: CallSettings; readonly environment: CallEnvironment; readonly isServer: boolean },
  ) {
    this.connection = connection;
    this.settings = options.settings;
    this.environment = options.environment;
    this.#role = role;
    this.#isServer = options.isServer;
    this.credit = new ConnectionCredit(options.settings.connectionCreditBytes);
    this.unfinished = new UnfinishedMessages(options.settings.connectionCreditBytes * 4);
    this.compaction = new InboundCompaction(this.environment.clock);
    this.#turns = new SendTurns(connection.usefulBurstBytes);
    this.#hello = new HelloExchange(this, role, options.isServer);
    this.liveness = new Liveness(this, role, options.isServer);
    connection.setHandler(this);
    if (!options.isServer) {
      this.#addLane(connection.openLane());
      this.#hello.send();
    }
    this.liveness.start();
  }

  /** Monotonic milliseconds. */
  get now(): number {
    return this.environment.clock.now();
  }

  get isOpen(): boolean {
    return this.peer !== undefined && this.closed === undefined;
  }

  /** The lane for a new call: the least loaded. For a streaming call a new lane is opened while every lane has work and the peer allows more. */
  chooseLane(isStreaming: boolean): LaneIo {
    const { lanes } = this;
    const best = leastLoaded(lanes);
    if (!isStreaming || best.load === 0 || this.#isServer) return best;
    const { usefulLanes = Number.POSITIVE_INFINITY } = this.connection;
    if (lanes.length >= Math.min(this.settings.maxLanes, this.peer?.maxLanes ?? 1, usefulLanes)) return best;
    try {
      return this.#addLane(this.connection.openLane());
    } catch {
      // The transport allows no more: the lanes there are will do.
      return best;
    }
  }

  /** Has the lane's frames leave when this tick ends, or now when there are many: the peer then works on the first while the rest is written. */
  requestFlush(lane: LaneIo): void {
    if (lane.out.pendingBytes >= lane.earlyFlushBytes && !lane.isBlocked) lane.flushEarly();
    if (!lane.isDirty) {
      lane.isDirty = true;
      this.#dirtyLanes.push(lane);
    }
    this.#scheduleFlush();
  }

  /** Sends frames that are complete: behind what the lane's buffer holds, small ones through it. */
  sendFrames(lane: LaneIo, frames: Buffer, lender: MemoryLender): void {
    if (frames.length >= DIRECT_BYTES) return lane.sendDirectly(frames, lender);
    lane.out.writer.writeRaw(frames);
    lender.onWritten();
    this.requestFlush(lane);
  }

  /** Lets a sender with waiting fragments take its turn in this tick's flush. */
  schedulePump(sender: OutboundMessages): void {
    this.#turns.add(sender);
    this.#scheduleFlush();
  }

  /** Received bytes were consumed or dropped: the peer may send as many again. */
  returnConnectionCredit(charge: number): void {
    const grant = this.credit.returnReceived(charge);
    if (grant > 0) this.sendCallCredit(this.lanes[0] as LaneIo, 0, grant);
  }

  /** A MESSAGE that nobody will read. */
  dropMessage(frame: Frame): void {
    this.returnConnectionCredit(frame.charge);
  }

  sendCallCredit(lane: LaneIo, callId: number, bytes: number): void {
    if (this.closed) return;
    const start = lane.out.begin(FrameType.CREDIT, 0, callId);
    lane.out.writer.writeVarint(bytes);
    lane.out.finish(start);
    this.requestFlush(lane);
  }

  /** A frame without payload. */
  sendEmptyFrame(lane: LaneIo, type: number, callId: number): void {
    if (this.closed) return;
    lane.out.finish(lane.out.begin(type, 0, callId));
    this.requestFlush(lane);
  }

  sendPing(type: number, stamp: bigint): void {
    const lane = this.lanes[0];
    if (!lane || this.closed) return;
    const start = lane.out.begin(type, 0, 0);
    lane.out.writer.writeUint64(stamp);
    lane.out.finish(start);
    this.requestFlush(lane);
  }

  /** Bytes came in: the peer lives. False when the connection is closed and they must be dropped. */
  noteInput(): boolean {
    if (this.closed) return false;
    this.liveness.noteInput();
    return true;
  }

  /** The sender's call has ended. */
  forgetSender(sender: OutboundMessages): void {
    this.#turns.remove(sender);
  }

  laneDrained(lane: LaneIo): void {
    this.#turns.laneDrained(lane);
    if (this.#turns.hasTurns) this.#scheduleFlush();
  }

  /** The peer broke the protocol: closes the connection with the reason. */
  violate(reason: string): void {
    this.close(CloseCode.PROTOCOL_ERROR, `protocol error: ${reason}`);
  }

  /** Sends what waits and closes. Every call that has not ended fails. Idempotent. */
  close(code: number, reason: string): void {
    if (this.closed) return;
    this.#flushLanes();
    this.#end({ code, reason, by: 'local' });
    this.connection.close(code, reason);
  }

  onLane(lane: Lane): void {
    if (this.closed) return;
    if (!this.#isServer) return this.violate('the server opened a lane');
    if (this.lanes.length >= this.settings.maxLanes) return this.violate(`more than ${this.settings.maxLanes} lanes`);
    this.#addLane(lane);
  }

  onClose(info: CloseInfo): void {
    this.#end(info);
  }

  /** Every frame of every lane comes through here. */
  handleFrame(lane: LaneIo, frame: Frame): void {
    if (this.closed) return;
    try {
      this.#dispatch(lane, frame);
    } catch (error) {
      if (error instanceof MalformedBytesError) return this.violate(`${frameName(frame.type)}: ${error.message}`);
      // A mistake of this library: it must cost this connection and not the process.
      this.close(
        CloseCode.INTERNAL,
        `internal error at ${frameName(frame.type)}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  #dispatch(lane: LaneIo, frame: Frame): void {
    if (this.peer === undefined && frame.type !== FrameType.HELLO) return this.violate(`${frameName(frame.type)} came before HELLO`);
    switch (frame.type) {
      case FrameType.REQUEST:
      case FrameType.RESPONSE:
      case FrameType.END:
      case FrameType.ERROR:
      case FrameType.CANCEL:
      case FrameType.GOAWAY:
      case FrameType.METADATA:
        return this.#role.onFrame(lane, frame);
      case FrameType.MESSAGE:
        if (!this.credit.takeReceived(frame.charge)) return this.violate('more bytes than the connection has credit for');
        return this.#role.onFrame(lane, frame);
      case FrameType.CREDIT:
        return this.#onCredit(frame);
      case FrameType.HELLO:
        return this.#onHello(lane, frame);
      case FrameType.PING:
        return this.sendPing(FrameType.PONG, this.reader.reset(frame.bytes, frame.start, frame.end).readUint64());
      default:
        // PONG has done its work by arriving; types of later versions are skipped.
        return;
    }
  }

  #onCredit(frame: Frame): void {
    const bytes = this.reader.reset(frame.bytes, frame.start, frame.end).readVarint();
    if (frame.callId !== 0) return this.#role.onCallCredit(frame.callId, bytes);
    if (!this.credit.addForSending(bytes)) return this.violate('more credit for the connection than can be counted');
    this.#turns.connectionCreditCame();
    if (this.#turns.hasTurns) this.#scheduleFlush();
  }

  #onHello(lane: LaneIo, frame: Frame): void {
    if (this.peer !== undefined) return this.violate('a second HELLO');
    const peer = this.#hello.receive(lane, frame);
    if (peer === undefined) return;
    this.peer = peer;
    this.credit.addForSending(peer.connectionCreditBytes);
    if (this.#isServer) this.#hello.send();
    this.liveness.opened();
    this.#role.onOpen(peer);
  }

  #addLane(port: Lane): LaneIo {
    const lane = new LaneIo(port, this.lanes.length, this);
    this.lanes.push(lane);
    return lane;
  }

  #scheduleFlush(): void {
    if (this.#isFlushScheduled || this.closed) return;
    this.#isFlushScheduled = true;
    this.environment.nextTick(this.#flush);
  }

  #flushLanes(): void {
    if (this.closed) return;
    // Set while flushing too: what the senders write in their turn leaves with this flush.
    this.#isFlushScheduled = true;
    this.#turns.run();
    for (const lane of this.#dirtyLanes) lane.endTick();
    this.#dirtyLanes.length = 0;
    this.#isFlushScheduled = this.#turns.hasTurns;
    // More is ready than one tick may send: input gets its chance in between.
    if (this.#isFlushScheduled) this.environment.clock.afterInput(this.#flush);
  }

  #end(info: CloseInfo): void {
    if (this.closed) return;
    const error = closeError(info, { isOpen: this.peer !== undefined, address: this.connection.peer.address });
    this.closed = error;
    this.liveness.stop();
    for (const lane of this.lanes) lane.stop();
    this.#turns.clear();
    this.#role.onClosed(error, info);
  }
}

/** From here on a write of its own costs less than a copy. */
const DIRECT_BYTES = 16_384;

const EMPTY = Buffer.alloc(0);
