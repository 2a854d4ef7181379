import { orderAfterStall, type StallPlace, type WaitingInput } from './stalled-loop.ts';

/**
 * What stands between the world and the engine of a simulated node: lets input through while its event loop runs, and keeps it while the loop stands
 * still (`stalled`), or what it would have to read while it does not get to its messages (`deaf`).
 */
export class InputGate {
  #stalledSinceMs: number | undefined;
  #isDeaf = false;
  #waiting: WaitingInput[] = [];
  #datagrams = 0;

  get isStalled(): boolean {
    return this.#stalledSinceMs !== undefined;
  }

  /** Runs the action, or keeps it for later. False when it is lost, because the socket is full. */
  pass(kind: WaitingInput['kind'], action: () => void): boolean {
    const mustWait = this.#stalledSinceMs !== undefined || (this.#isDeaf && kind !== 'timer');
    if (!mustWait) action();
    else if (kind === 'datagram' && this.#datagrams >= SOCKET_BUFFER) return false;
    else {
      if (kind === 'datagram') this.#datagrams += 1;
      this.#waiting.push({ kind, action });
    }
    return true;
  }

  /** The event loop stands still: what arrives waits in the socket, timers are late. */
  stall(nowMs: number): void {
    this.#stalledSinceMs ??= nowMs;
  }

  /** The event loop goes on. Gives when it stood still; undefined when it did not. */
  endStall(): number | undefined {
    const sinceMs = this.#stalledSinceMs;
    this.#stalledSinceMs = undefined;
    return sinceMs;
  }

  /** Stops or begins to read what arrives. */
  setDeaf(isDeaf: boolean): void {
    this.#isDeaf = isDeaf;
  }

  /** Runs what waited, in the order of Node.js after a standstill in such a place, for as long as `goesOn`. Nothing while the loop stands still. */
  release(place: StallPlace, goesOn: () => boolean): void {
    if (this.isStalled) return;
    const waiting = this.#waiting;
    this.clear();
    for (const input of orderAfterStall(waiting, place)) if (goesOn()) input.action();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting = [];
    this.#datagrams = 0;
  }
}

/** Small datagrams that a socket of Linux holds by default (208 KiB, 768 bytes for each) while nobody reads. */
const SOCKET_BUFFER = 277;
