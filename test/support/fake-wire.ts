import type { CallEnvironment } from '../../src/call/call-settings.ts';
import type { CloseInfo, Connection, ConnectionHandler, Lane, LaneHandler, Peer } from '../../src/ports/transport.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { DeadlineTimer } from '../../src/util/deadline-timer.ts';

/**
 * Two connected ends without any network: bytes wait until {@link deliver} moves them, cut into pieces as the test likes, and the tick ends when
 * the test says so. With it the call engine runs on virtual time.
 */
export class FakeWire {
  readonly clock: FakeClock = new FakeClock();
  readonly client: FakeConnection;
  readonly server: FakeConnection;
  readonly environment: CallEnvironment;
  /** Cuts what is delivered; default: as it was written. */
  split: (bytes: Uint8Array) => Uint8Array[] = (bytes) => [bytes];
  /** Bytes a lane takes before `write` says false; they count until delivered. */
  laneRoom: number = Number.POSITIVE_INFINITY;
  /** While true, nothing arrives anywhere. */
  isCut = false;
  #ticks: (() => void)[] = [];

  constructor() {
    this.environment = {
      clock: this.clock,
      deadlines: new DeadlineTimer(this.clock),
      nextTick: (task) => this.#ticks.push(task),
    };
    this.client = new FakeConnection(this, { address: 'server:1' });
    this.server = new FakeConnection(this, { address: 'client:1' });
    this.client.other = this.server;
    this.server.other = this.client;
  }

  /** Runs what was put off to the end of the tick. */
  endTick(): void {
    for (let task = this.#ticks.shift(); task; task = this.#ticks.shift()) task();
  }

  /** Delivers everything, ticks included, until nothing moves. */
  run(): void {
    for (let moved = true; moved; ) {
      this.endTick();
      this.clock.advance(0);
      moved = this.#ticks.length > 0;
      if (this.isCut) continue;
      moved = this.client.deliver() || moved;
      moved = this.server.deliver() || moved;
    }
  }

  /** Lets time pass in small steps, delivering all the while. */
  pass(ms: number): void {
    for (let rest = ms; rest > 0; rest -= 10) {
      this.run();
      this.clock.advance(Math.min(10, rest));
    }
    this.run();
  }
}

export class FakeConnection implements Connection {
  readonly peer: Peer;
  readonly lanes: FakeLane[] = [];
  other!: FakeConnection;
  closed: CloseInfo | undefined;
  readonly wire: FakeWire;
  #handler: ConnectionHandler | undefined;

  constructor(wire: FakeWire, peer: Peer) {
    this.wire = wire;
    this.peer = peer;
  }

  setHandler(handler: ConnectionHandler): void {
    this.#handler = handler;
    const { closed } = this;
    if (closed) this.wire.environment.nextTick(() => handler.onClose(closed));
  }

  openLane(): Lane {
    const here = new FakeLane(this);
    const there = new FakeLane(this.other);
    here.other = there;
    there.other = here;
    this.lanes.push(here);
    this.other.lanes.push(there);
    return here;
  }

  close(code: number, reason: string): void {
    this.#end({ code, reason, by: 'local' });
    this.other.#end({ code, reason, by: 'remote' });
  }

  /** The process at the other end is gone, and this side learns of it. */
  lose(): void {
    this.#end({ code: 0, reason: 'lost', by: 'network' });
  }

  announce(lane: Lane): void {
    this.#handler?.onLane(lane);
  }

  deliver(): boolean {
    let moved = false;
    for (const lane of this.lanes) moved = lane.deliver() || moved;
    return moved;
  }

  #end(info: CloseInfo): void {
    if (this.closed) return;
    this.closed = info;
    this.#handler?.onClose(info);
  }
}

export class FakeLane implements Lane {
  other!: FakeLane;
  readonly connection: FakeConnection;
  /** All that was ever written to this end. */
  writtenBytes = 0;
  #handler: LaneHandler | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isFull = false;

  constructor(connection: FakeConnection) {
    this.connection = connection;
  }

  setHandler(handler: LaneHandler): void {
    this.#handler = handler;
  }

  write(bytes: Uint8Array): boolean {
    if (this.connection.closed) return false;
    this.#waiting.push(bytes);
    this.writtenBytes += bytes.length;
    this.#waitingBytes += bytes.length;
    this.#isFull = this.#waitingBytes > this.connection.wire.laneRoom;
    return !this.#isFull;
  }

  /** Bytes as if the peer had sent them. */
  inject(bytes: Uint8Array): void {
    if (!this.#handler) this.connection.announce(this);
    this.#handler?.onData(bytes);
  }

  end(reason: string): void {
    this.#handler?.onEnd(reason);
  }

  deliver(): boolean {
    const batch = this.#waiting;
    if (batch.length === 0) return false;
    this.#waiting = [];
    this.#waitingBytes = 0;
    const { wire } = this.connection;
    for (const bytes of batch) for (const piece of wire.split(bytes)) if (!this.connection.other.closed) this.other.inject(piece);
    if (this.#isFull) {
      this.#isFull = false;
      this.#handler?.onDrain();
    }
    return true;
  }
}
