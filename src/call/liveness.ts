import type { DeadlineEntry } from '../util/deadline-timer.ts';
import { FrameType } from '../wire/frame.ts';
import type { CallRole } from './call-role.ts';
import { CloseCode } from './close-code.ts';
import type { ConnectionCore } from './connection-core.ts';

/**
 * Finds out whether the peer still answers; one deadline of the process-wide heap.
 *
 * States: opening (the HELLO must come in time), busy (calls in flight: silence is answered with PING, and a PING that nothing follows within
 * `livenessTimeoutMs` ends the connection), idle (a client pings now and then, so that neither the transport nor a middlebox forgets it).
 */
export class Liveness implements DeadlineEntry {
  deadlineAt: number = Number.POSITIVE_INFINITY;
  heapIndex = -1;
  readonly #core: ConnectionCore;
  readonly #role: CallRole;
  readonly #isServer: boolean;
  #state: 'opening' | 'busy' | 'idle' = 'opening';
  #lastInputAt: number;
  /** When the PING left that nothing has followed yet. */
  #unansweredSince: number | undefined;
  #pings = 0n;

  constructor(core: ConnectionCore, role: CallRole, isServer: boolean) {
    this.#core = core;
    this.#role = role;
    this.#isServer = isServer;
    this.#lastInputAt = core.environment.clock.now();
  }

  start(): void {
    this.#checkAt(this.#lastInputAt + this.#core.settings.helloTimeoutMs);
  }

  opened(): void {
    this.#becomeIdle();
  }

  /** When bytes last came, on the monotonic clock. */
  get lastInputAt(): number {
    return this.#lastInputAt;
  }

  noteInput(): void {
    this.#lastInputAt = this.#core.environment.clock.now();
    this.#unansweredSince = undefined;
  }

  /** A call began: silence means something from now on. */
  callStarted(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'busy';
    this.#checkAt(this.#core.environment.clock.now() + this.#pingAfterMs());
  }

  /** Asks the peer for a sign of life now. */
  probe(): void {
    this.#ping(this.#core.environment.clock.now());
    this.#state = 'busy';
    this.#checkAt(this.#core.environment.clock.now() + this.#pingAfterMs());
  }

  stop(): void {
    this.#core.environment.deadlines.remove(this);
  }

  onDeadline(now: number): void {
    if (this.#core.closed) return;
    if (this.#state === 'opening') {
      this.#core.close(CloseCode.NO_HELLO, `no HELLO within ${Math.round(this.#core.settings.helloTimeoutMs)} ms`);
    } else if (this.#state === 'busy') {
      this.#checkBusy(now);
    } else {
      this.#checkIdle(now);
    }
  }

  #checkBusy(now: number): void {
    const { livenessTimeoutMs } = this.#core.settings;
    if (this.#unansweredSince !== undefined) {
      if (now - this.#unansweredSince >= livenessTimeoutMs) return this.#judge();
    } else if (this.#role.inFlight === 0) {
      return this.#becomeIdle();
    } else if (now - this.#lastInputAt >= this.#pingAfterMs()) {
      this.#ping(now);
    }
    this.#checkAt(now + this.#pingAfterMs());
  }

  /** The answer may already wait in the socket when this process was busy: input goes first. */
  #judge(): void {
    this.#core.environment.clock.afterInput(() => {
      if (this.#core.closed) return;
      if (this.#unansweredSince === undefined) return this.#checkAt(this.#lastInputAt + this.#pingAfterMs());
      this.#core.close(CloseCode.SILENT, `no sign of life for ${this.#core.settings.livenessTimeoutMs} ms after a ping`);
    });
  }

  #checkIdle(now: number): void {
    const { keepAliveMs } = this.#core.settings;
    if (now - this.#lastInputAt >= keepAliveMs) this.#ping(now);
    this.#unansweredSince = undefined;
    this.#checkAt(now + keepAliveMs);
  }

  #becomeIdle(): void {
    this.#state = 'idle';
    this.#core.environment.deadlines.remove(this);
    if (!this.#isServer) this.#checkAt(this.#lastInputAt + this.#core.settings.keepAliveMs);
  }

  #ping(now: number): void {
    this.#pings += 1n;
    this.#unansweredSince = now;
    this.#core.sendPing(FrameType.PING, this.#pings);
  }

  #pingAfterMs(): number {
    return this.#core.settings.livenessTimeoutMs / 4;
  }

  #checkAt(at: number): void {
    this.deadlineAt = at;
    this.#core.environment.deadlines.add(this);
  }
}
