import { RpcError } from '../../errors/rpc-error.ts';
import type { ScheduledTask } from '../../ports/clock.ts';
import type { CloseInfo, Connection, ConnectionHandler, Lane, Peer } from '../../ports/transport.ts';
import { cutCloseReason } from '../close-reason.ts';
import { MemoryLane } from './memory-lane.ts';
import { MemoryPipe } from './memory-pipe.ts';
import type { MemorySocket, MemoryWorld } from './memory-world.ts';

/** What one end of a connection is made of. */
export interface MemoryConnectionOptions {
  /** `host:port` of this end. */
  readonly address: string;
  readonly peer: Peer;
  readonly idleTimeoutMs: number;
  readonly isServer: boolean;
  readonly onEnded?: (connection: MemoryConnection) => void;
}

/**
 * One end of a connection in memory.
 *
 * Open until `close` here or there, the idle timeout, or a crash. What comes before `setHandler` waits for it.
 */
export class MemoryConnection implements Connection, MemorySocket {
  readonly address: string;
  readonly peer: Peer;
  readonly #world: MemoryWorld;
  readonly #options: MemoryConnectionOptions;
  readonly #out: MemoryPipe;
  readonly #lanes = new Map<number, MemoryLane>();
  #other: MemoryConnection | undefined;
  #handler: ConnectionHandler | undefined;
  #waiting: (() => void)[] = [];
  #openedLanes = 0;
  #lastArrivalMs: number;
  #idleTimer: ScheduledTask | undefined;
  #end: CloseInfo | undefined;
  #hasVanished = false;

  constructor(world: MemoryWorld, options: MemoryConnectionOptions) {
    this.#world = world;
    this.#options = options;
    this.address = options.address;
    this.peer = options.peer;
    this.#out = new MemoryPipe(world, options.address, options.peer.address);
    this.#lastArrivalMs = world.clock.now();
    world.addEnd(this);
    this.#watchIdle(options.idleTimeoutMs);
  }

  get isClosed(): boolean {
    return this.#end !== undefined || this.#hasVanished;
  }

  /** Joins the two ends. */
  join(other: MemoryConnection): void {
    this.#other = other;
  }

  setHandler(handler: ConnectionHandler): void {
    this.#handler = handler;
    if (this.#waiting.length > 0) this.#world.clock.afterInput(() => this.#deliverWaiting());
  }

  openLane(): Lane {
    if (this.isClosed) {
      throw new RpcError('UNAVAILABLE', `The connection to ${this.peer.address} is closed: ${this.#end?.reason ?? 'its endpoint crashed'}`);
    }
    if (this.#openedLanes >= MAX_LANES) throw new RpcError('RESOURCE_EXHAUSTED', 'The peer allows no more lanes on this connection');
    const lane = new MemoryLane(this, this.#openedLanes * 2 + (this.#options.isServer ? 1 : 0));
    this.#openedLanes += 1;
    this.#lanes.set(lane.id, lane);
    return lane;
  }

  close(code: number, reason: string): void {
    if (this.isClosed) return;
    const cut = cutCloseReason(reason);
    this.#out.send(() => this.#other?.onPeerClosed(code, cut));
    this.#finish({ code, reason: cut, by: 'local' });
  }

  sendData(lane: MemoryLane, bytes: Uint8Array): void {
    this.#out.send(() => {
      if (this.#other === undefined || this.#other.#hasVanished) return;
      this.#other.onData(lane.id, bytes);
      if (this.isClosed) return;
      // An acknowledgement is a sign of life too.
      this.#lastArrivalMs = this.#world.clock.now();
      lane.onDelivered(bytes.length);
    });
  }

  onData(laneId: number, bytes: Uint8Array): void {
    this.#arrive(() => this.#laneOf(laneId).receive(bytes));
  }

  onPeerClosed(code: number, reason: string): void {
    this.#finish({ code, reason, by: 'remote' });
  }

  vanish(): void {
    this.#hasVanished = true;
    this.#release();
    this.#handler = undefined;
    this.#waiting = [];
    this.#out.stop();
  }

  onHealed(): void {
    this.#out.arm();
  }

  #arrive(deliver: () => void): void {
    if (this.isClosed) return;
    this.#lastArrivalMs = this.#world.clock.now();
    if (this.#handler === undefined || this.#waiting.length > 0) this.#waiting.push(deliver);
    else deliver();
  }

  #laneOf(laneId: number): MemoryLane {
    const known = this.#lanes.get(laneId);
    if (known !== undefined) return known;
    const lane = new MemoryLane(this, laneId);
    this.#lanes.set(laneId, lane);
    this.#handler?.onLane(lane);
    return lane;
  }

  #deliverWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const deliver of waiting) {
      // Closed here by one of the handlers: what is left of the peer's bytes is not reported, and the end waits in a list of its own.
      if (this.#end?.by === 'local' && this.#waiting.length > 0) return;
      deliver();
    }
  }

  #finish(end: CloseInfo): void {
    if (this.isClosed) return;
    this.#end = end;
    this.#release();
    const tell = (): void => this.#handler?.onClose(end);
    this.#waiting = end.by === 'local' ? [tell] : [...this.#waiting, tell];
    if (this.#handler !== undefined) this.#world.clock.afterInput(() => this.#deliverWaiting());
  }

  #release(): void {
    this.#idleTimer?.cancel();
    this.#world.removeEnd(this);
    this.#options.onEnded?.(this);
  }

  #watchIdle(delayMs: number): void {
    this.#idleTimer = this.#world.clock.schedule(delayMs, () => this.#onIdleTimer(), { unref: true });
  }

  #onIdleTimer(): void {
    const { idleTimeoutMs } = this.#options;
    const leftMs = this.#lastArrivalMs + idleTimeoutMs - this.#world.clock.now();
    if (leftMs > 0) return this.#watchIdle(leftMs);
    this.#out.stop();
    this.#finish({ code: 0, reason: 'nothing came from the peer within the idle timeout', by: 'network' });
  }
}

/** The same as on QUIC. */
const MAX_LANES = 256;
