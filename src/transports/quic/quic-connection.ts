import { RpcError } from '../../errors/rpc-error.ts';
import type { CloseInfo, Connection, ConnectionHandler, Lane, Peer } from '../../ports/transport.ts';
import { cutCloseReason } from '../close-reason.ts';
import { type EngineSession, type EngineStream, MAX_LANES } from './quic-engine.ts';
import { APPLICATION_CODE_BASE, laneError, toCloseInfo, tooManyLanes } from './quic-error.ts';
import { QuicLane } from './quic-lane.ts';

/** What a connection is made of. */
export interface QuicConnectionOptions {
  readonly session: EngineSession;
  readonly peer: Peer;
  /** Called when it has ended, before the handler hears of it. */
  readonly onEnded?: (connection: QuicConnection) => void;
}

/**
 * One QUIC session, from either side.
 *
 * Open from the moment it is made until `close` or until the engine reports an end; the engine's later events are then ignored. Lanes and an end that come before
 * `setHandler` wait for it.
 */
export class QuicConnection implements Connection {
  readonly peer: Peer;
  readonly protocol = 'quic';
  readonly #session: EngineSession;
  readonly #onEnded: ((connection: QuicConnection) => void) | undefined;
  readonly #lanes = new Set<QuicLane>();
  #handler: ConnectionHandler | undefined;
  #waitingLanes: QuicLane[] = [];
  #openedLanes = 0;
  #end: CloseInfo | undefined;

  constructor(options: QuicConnectionOptions) {
    this.peer = options.peer;
    this.#session = options.session;
    this.#onEnded = options.onEnded;
    options.session.on('stream', (stream) => this.#onStream(stream));
    options.session.on('close', (info) => this.#finish(toCloseInfo(info)));
    options.session.on('error', (error) => this.#fail(error));
  }

  get isClosed(): boolean {
    return this.#end !== undefined;
  }

  setHandler(handler: ConnectionHandler): void {
    this.#handler = handler;
    if (this.#waitingLanes.length > 0 || this.#end !== undefined) process.nextTick(() => this.#deliverWaiting(handler));
  }

  openLane(): Lane {
    if (this.#end !== undefined) throw new RpcError('UNAVAILABLE', `The connection to ${this.peer.address} is closed: ${this.#end.reason}`);
    // The engine refuses only on the client; on the server a stream too many would just never be sent.
    if (this.#openedLanes >= MAX_LANES) throw tooManyLanes();
    const lane = this.#track(this.#openStream());
    this.#openedLanes += 1;
    return lane;
  }

  close(code: number, reason: string): void {
    if (this.#end !== undefined) return;
    const cut = cutCloseReason(reason);
    this.#finish({ code, reason: cut, by: 'local' });
    endSession(this.#session, code, cut);
  }

  #openStream(): EngineStream {
    try {
      return this.#session.openStream();
    } catch (error) {
      throw laneError(error);
    }
  }

  #track(stream: EngineStream): QuicLane {
    const lane = new QuicLane(stream);
    this.#lanes.add(lane);
    return lane;
  }

  #onStream(stream: EngineStream): void {
    const lane = this.#track(stream);
    if (this.#end !== undefined) return lane.markClosed();
    if (this.#handler === undefined || this.#waitingLanes.length > 0) this.#waitingLanes.push(lane);
    else this.#handler.onLane(lane);
  }

  #deliverWaiting(handler: ConnectionHandler): void {
    const lanes = this.#waitingLanes;
    this.#waitingLanes = [];
    for (const lane of lanes) if (this.#end === undefined) handler.onLane(lane);
    if (this.#end !== undefined) this.#tellEnd(this.#end);
  }

  /** An error of a session is the engine's own (its thread or socket failed): whether a close event follows is not certain. */
  #fail(error: Error): void {
    if (this.#end !== undefined) return;
    this.#finish({ code: 0, reason: `the QUIC engine failed: ${error.message}`, by: 'network' });
    endSession(this.#session, 0, '');
  }

  /** Every way to the end comes through here, the first one counts. The handler hears of it after the caller of `close` has finished. */
  #finish(end: CloseInfo): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    for (const lane of this.#lanes) lane.markClosed();
    this.#onEnded?.(this);
    if (this.#handler !== undefined) process.nextTick(() => this.#tellEnd(end));
  }

  #tellEnd(end: CloseInfo): void {
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.onClose(end);
  }
}

/** Closes a session of the engine for good, whatever state it is in: this is what gives its thread and its sockets back. */
export function endSession(session: EngineSession, code: number, reason: string): void {
  const closed: unknown = session.close(APPLICATION_CODE_BASE + code, reason);
  // Only a client's session gives a promise. When closing fails there is nothing left to do for this side: it has let go of the session.
  if (closed instanceof Promise) closed.catch(() => undefined);
}
