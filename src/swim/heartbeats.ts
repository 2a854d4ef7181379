import type { SwimContext } from './context.ts';
import type { Gossip } from './gossip.ts';
import type { Member } from './member.ts';
import { isActive } from './precedence.ts';
import type { Prober } from './prober.ts';

/**
 * Heartbeats: pings to the few peers that are watched, one round a fixed delay after the other, so that a pause of this process is not followed
 * by a burst. When a peer's phi crosses the threshold a full probe starts at once; phi itself declares nothing.
 */
export class Heartbeats {
  readonly #context: SwimContext;
  readonly #gossip: Gossip;
  readonly #prober: Prober;
  readonly #inFlight = new Map<string, Heartbeat>();
  /** Until when a peer whose phi stays high is left to the ordinary probes. */
  readonly #quietUntilMs = new Map<string, number>();

  constructor(context: SwimContext, parts: { readonly gossip: Gossip; readonly prober: Prober }) {
    this.#context = context;
    this.#gossip = parts.gossip;
    this.#prober = parts.prober;
  }

  /** A round is due. */
  tick(now: number): void {
    const { timers, settings, phi, table } = this.#context;
    timers.set('heartbeat', 0, settings.heartbeatIntervalMs);
    for (const nodeId of phi.watched()) {
      const member = table.get(nodeId);
      if (member === undefined || !isActive(member.state)) continue;
      this.#beat(member, now);
      this.#armCheck(nodeId, now);
    }
    this.#forgetUnwatched();
  }

  /** True when the answer belonged to a heartbeat. */
  handleAck(sender: Member, sequence: number, now: number): boolean {
    const beat = this.#inFlight.get(sender.nodeId);
    if (beat === undefined || beat.sequence !== sequence) return false;
    this.#inFlight.delete(sender.nodeId);
    this.#prober.noteRoundTrip(now - beat.sentMs);
    this.#context.phi.heartbeat(sender.nodeId, now);
    this.#context.timers.cancel('phiCheck', sender.nodeId);
    return true;
  }

  /** A peer has been silent until its phi should have crossed the threshold. */
  handlePhiCheck(nodeId: string, now: number): void {
    const { phi, table, settings } = this.#context;
    const member = table.get(nodeId);
    const crossingMs = phi.crossingMs(nodeId);
    if (member === undefined || crossingMs === undefined || !isActive(member.state)) return;
    if (now < crossingMs) return this.#armCheck(nodeId, now);
    if (now < (this.#quietUntilMs.get(nodeId) ?? 0)) return;
    this.#quietUntilMs.set(nodeId, now + QUIET_ROUNDS * settings.heartbeatIntervalMs);
    this.#prober.begin(member, now, true);
  }

  /** This process stood still: answers may be lost through its own fault. */
  voidAll(now: number): void {
    this.#inFlight.clear();
    this.#context.phi.restart(now);
  }

  #beat(member: Member, now: number): void {
    const sequence = this.#context.nextSequence();
    this.#context.phi.begin(member.nodeId, now);
    this.#inFlight.set(member.nodeId, { sequence, sentMs: now });
    this.#context.counters.heartbeatsSent += 1;
    this.#gossip.ping(member, sequence);
  }

  /** Only a peer that is late gets a timer: while all is well the next round comes first. */
  #armCheck(nodeId: string, now: number): void {
    const { phi, timers, settings } = this.#context;
    const crossingMs = phi.crossingMs(nodeId);
    if (crossingMs === undefined || crossingMs - now > settings.heartbeatIntervalMs) return;
    if (now < (this.#quietUntilMs.get(nodeId) ?? 0)) return;
    timers.set('phiCheck', nodeId, crossingMs - now);
  }

  #forgetUnwatched(): void {
    const { phi } = this.#context;
    for (const nodeId of this.#inFlight.keys()) if (!phi.isWatched(nodeId)) this.#inFlight.delete(nodeId);
    for (const nodeId of this.#quietUntilMs.keys()) if (!phi.isWatched(nodeId)) this.#quietUntilMs.delete(nodeId);
  }
}

interface Heartbeat {
  readonly sequence: number;
  readonly sentMs: number;
}

/** Rounds after a full probe in which no other is started for the same peer. */
const QUIET_ROUNDS = 5;
