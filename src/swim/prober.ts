import type { SwimContext } from './context.ts';
import type { Gossip } from './gossip.ts';
import type { Member } from './member.ts';
import type { Membership } from './membership.ts';
import { isActive } from './precedence.ts';
import { RoundTripWindow } from './round-trip-window.ts';

/** How the reliable ping of a probe ended. */
export type ReliablePingResult =
  | { readonly kind: 'answered'; readonly nodeId: string; readonly epoch: number; readonly incarnation: number }
  | { readonly kind: 'failed' };

/**
 * Probes: one member a round, in shuffled order.
 *
 * ```
 * direct    -> answered   an ack in time                          (the member is fine)
 *           -> indirect   no ack within the direct timeout: relays and the reliable transport are asked
 * indirect  -> answered   an ack by any way, the late direct one included
 *           -> failed     the verdict's time has come              (the member is suspected)
 * ```
 * When phi crosses its threshold a probe begins in `indirect` at once, with the direct ping beside.
 */
export class Prober {
  readonly #context: SwimContext;
  readonly #gossip: Gossip;
  readonly #membership: Membership;
  readonly #roundTrips = new RoundTripWindow();
  readonly #probes = new Map<number, Probe>();

  constructor(context: SwimContext, parts: { readonly gossip: Gossip; readonly membership: Membership }) {
    this.#context = context;
    this.#gossip = parts.gossip;
    this.#membership = parts.membership;
  }

  /** A round is due: probes the next member and asks for the next round. */
  tick(now: number): void {
    const { timers, health, settings, probeList } = this.#context;
    timers.set('probe', 0, health.scale(settings.probeIntervalMs));
    const member = probeList.next();
    if (member !== undefined) this.begin(member, now);
  }

  /** Probes one member. With `isFull` all ways are tried at once. */
  begin(member: Member, now: number, isFull = false): void {
    const { timers, counters } = this.#context;
    const sequence = this.#context.nextSequence();
    const probe = {
      nodeId: member.nodeId,
      epoch: member.epoch,
      sentMs: now,
      stage: 'direct',
      relays: [],
      nacks: new Set<string>(),
    } satisfies Probe;
    this.#probes.set(sequence, probe);
    counters.probesSent += 1;
    this.#ping(member, sequence);
    const directMs = this.directTimeoutMs;
    if (isFull) this.#goIndirect(sequence, probe);
    else timers.set('probeDirect', sequence, directMs);
    timers.set('probeVerdict', sequence, isFull ? this.#indirectMs(0) : directMs + this.#indirectMs(directMs));
  }

  /** How long a direct answer may take before others are asked. */
  get directTimeoutMs(): number {
    const { probeTimeoutMinMs, probeTimeoutMs } = this.#context.settings;
    return this.#roundTrips.timeoutMs(probeTimeoutMinMs, probeTimeoutMs);
  }

  /** A measured round trip to any member. */
  noteRoundTrip(roundTripMs: number): void {
    this.#roundTrips.add(roundTripMs);
  }

  /** No direct answer so far. */
  handleDirectTimeout(sequence: number): void {
    const probe = this.#probes.get(sequence);
    if (probe?.stage !== 'direct') return;
    if (this.#context.table.get(probe.nodeId)?.state === 'alive') this.#context.loss.note(false);
    this.#goIndirect(sequence, probe);
  }

  /** True when the answer belonged to a probe. */
  handleAck(sender: Member, sequence: number, now: number): boolean {
    const probe = this.#probes.get(sequence);
    if (probe === undefined) return false;
    if (sender.nodeId === probe.nodeId) {
      if (sender.epoch !== probe.epoch) return false;
      this.noteRoundTrip(now - probe.sentMs);
      if (probe.stage === 'direct') this.#context.loss.note(true);
    } else if (!probe.relays.includes(sender.nodeId)) return false;
    else this.#context.counters.probesSavedIndirectly += 1;
    this.#succeed(sequence);
    return true;
  }

  /** True when the nack belonged to a probe. */
  handleNack(sender: Member, sequence: number): boolean {
    const probe = this.#probes.get(sequence);
    if (!probe?.relays.includes(sender.nodeId)) return false;
    probe.nacks.add(sender.nodeId);
    return true;
  }

  /** The reliable transport has asked. */
  handleReliable(sequence: number, result: ReliablePingResult): void {
    const probe = this.#probes.get(sequence);
    if (probe === undefined || result.kind === 'failed') return;
    const member = this.#context.table.get(probe.nodeId);
    if (result.nodeId === probe.nodeId && result.epoch === probe.epoch) {
      this.#context.counters.probesSavedIndirectly += 1;
      this.#succeed(sequence);
    } else if (member !== undefined && result.nodeId === probe.nodeId && result.epoch > member.epoch) {
      this.#context.requestSync(member, 'newLife');
    }
  }

  /** The time is up. */
  handleVerdict(sequence: number, now: number): void {
    const probe = this.#probes.get(sequence);
    if (probe === undefined) return;
    this.#end(sequence);
    const { counters, health, settings, table } = this.#context;
    counters.probesFailed += 1;
    health.add(this.#ownFault(probe));
    const member = table.get(probe.nodeId);
    if (member === undefined || member.epoch !== probe.epoch || !isActive(member.state)) return;
    if (member.lastCallMs !== undefined && now - member.lastCallMs < settings.probeIntervalMs) counters.probesVetoed += 1;
    else this.#membership.suspect(member, now);
  }

  /** This process stood still: nothing can be said about the probes in flight. */
  voidAll(): void {
    for (const sequence of [...this.#probes.keys()]) this.#end(sequence);
  }

  /**
   * How far a failed probe speaks against this node itself: relays that sent no nack may have been cut off from it. While others are heard, only those
   * relays count that are provably there: after the loss of many nodes at once most relays are lost too, and that is not this node's fault.
   */
  #ownFault(probe: Probe): number {
    const { lastHeardMs, table, without } = this.#context;
    if (probe.relays.length === 0 || without.has('nack')) return 1;
    const silent = probe.relays.filter((nodeId) => !probe.nacks.has(nodeId));
    if (lastHeardMs < probe.sentMs) return silent.length;
    return silent.filter((nodeId) => (table.get(nodeId)?.lastContactMs ?? -1) >= probe.sentMs).length;
  }

  #ping(member: Member, sequence: number): void {
    const { nodeId, epoch, incarnation } = member;
    if (member.state !== 'suspect' || this.#context.without.has('buddy')) return this.#gossip.ping(member, sequence);
    // Lifeguard's buddy rule: the suspect is the first who must hear of it.
    this.#gossip.ping(member, sequence, { kind: 'suspect', nodeId, epoch, incarnation, from: this.#context.self.nodeId });
  }

  #goIndirect(sequence: number, probe: Probe): void {
    const { table, settings, random } = this.#context;
    probe.stage = 'indirect';
    const target = table.get(probe.nodeId);
    if (target === undefined) return;
    const timeoutMs = Math.round(settings.probeTimeoutMs);
    const relays = table.sampleActive(settings.indirectProbes, random, (member) => member.state === 'alive' && member !== target);
    probe.relays = relays.map((member) => member.nodeId);
    for (const relay of relays) {
      const { nodeId, epoch } = probe;
      this.#gossip.send(relay.gossipAddress, { kind: 'pingRequest', sequence, targetId: nodeId, targetEpoch: epoch, timeoutMs });
    }
    if (!settings.isReliablePingOn) return;
    this.#context.push({ kind: 'sendReliablePing', token: sequence, nodeId: probe.nodeId, address: target.address, timeoutMs });
  }

  /** What is left for the indirect answers: longer when this node is slow, but never beyond the round. */
  #indirectMs(directMs: number): number {
    const { health, settings } = this.#context;
    return Math.min(health.scale(settings.probeTimeoutMs), health.scale(settings.probeIntervalMs) - directMs);
  }

  #succeed(sequence: number): void {
    this.#end(sequence);
    this.#context.health.add(-1);
  }

  #end(sequence: number): void {
    this.#probes.delete(sequence);
    this.#context.timers.cancel('probeDirect', sequence);
    this.#context.timers.cancel('probeVerdict', sequence);
  }
}

interface Probe {
  readonly nodeId: string;
  readonly epoch: number;
  readonly sentMs: number;
  stage: 'direct' | 'indirect';
  /** Who was asked to ping the member. */
  relays: readonly string[];
  /** Which of them said that it did not answer them either. */
  readonly nacks: Set<string>;
}
