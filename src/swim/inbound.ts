import { assertNever } from '../util/assert-never.ts';
import type { SwimContext } from './context.ts';
import type { Gossip } from './gossip.ts';
import type { Heal } from './heal.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { LoadFollower } from './load-follower.ts';
import type { Member } from './member.ts';
import type { Membership } from './membership.ts';
import { type Datagram, readDatagram } from './message-codec.ts';
import type { Part, PingPart, YouArePart } from './messages.ts';
import type { NameGuard } from './name-guard.ts';
import type { Prober } from './prober.ts';
import type { Relay } from './relay.ts';
import type { SelfDefence } from './self-defence.ts';

/** Who takes which parts. */
export interface InboundParts {
  readonly gossip: Gossip;
  readonly selfDefence: SelfDefence;
  readonly membership: Membership;
  readonly prober: Prober;
  readonly relay: Relay;
  readonly heartbeats: Heartbeats;
  readonly nameGuard: NameGuard;
  readonly heal: Heal;
  readonly loads: LoadFollower;
}

/**
 * Received datagrams: judges the sender first, then hands each part to whom it concerns.
 *
 * | the sender is | what happens |
 * |---|---|
 * | expelled | nothing is used |
 * | unknown | announcements are heard; if its own is not among them nothing else is used, and somebody is asked who it is |
 * | in an older life than is known | it is told, if that came from the address that is known |
 * | in a newer life than is known | announcements are heard first; its parts are used; it is asked who it is now |
 * | known, but suspect, failed or left | its parts are used; it is told, so that it can object |
 * | known | its parts are used |
 *
 * Answers go to the address that the table has for the sender, and to no other: whoever replays a datagram with another's source address makes
 * nobody send anything there.
 */
export class Inbound {
  readonly #context: SwimContext;
  readonly #parts: InboundParts;

  constructor(context: SwimContext, parts: InboundParts) {
    this.#context = context;
    this.#parts = parts;
  }

  handleDatagram(bytes: Uint8Array, from: string, now: number): void {
    const { phase, counters } = this.#context;
    if (phase === 'stopped' || phase === 'idle') return this.#context.drop('stopped', from);
    counters.datagramsReceived += 1;
    const datagram = readDatagram(bytes);
    if (typeof datagram === 'string') return this.#context.drop(datagram, from);
    for (const reason of datagram.dropped) this.#context.drop(reason, from);
    const sender = this.#admit(datagram, from, now);
    if (sender === undefined) return;
    for (const part of datagram.parts) this.#hear(part, { sender, epoch: datagram.header.epoch, now });
  }

  /** The member whose parts are to be used. */
  #admit(datagram: Datagram, from: string, now: number): Member | undefined {
    const { header } = datagram;
    const { self, table } = this.#context;
    if (header.nodeId === self.nodeId) return this.#hearNamesake(datagram, from, now);
    if (this.#context.expelled.has(header.nodeId)) {
      this.#context.drop('expelled', from);
      return undefined;
    }
    const known = table.get(header.nodeId);
    if (known === undefined || header.epoch > known.epoch) this.#hearAnnouncements(datagram, now);
    const member = table.get(header.nodeId);
    if (member === undefined) {
      this.#context.drop('unknownSender', from);
      this.#parts.heal.askAbout(undefined, now);
      return undefined;
    }
    if (header.epoch < member.epoch) {
      if (from === member.gossipAddress) this.#parts.heal.tell(member, now);
      this.#context.drop('oldLife', from);
      return undefined;
    }
    if (header.epoch > member.epoch) {
      this.#parts.heal.askAbout(member, now);
      return member;
    }
    member.lastContactMs = now;
    this.#context.lastHeardMs = now;
    this.#context.phi.contact(member.nodeId, now);
    this.#parts.loads.note(member, header.load, now);
    if (member.state !== 'alive') this.#parts.heal.tell(member, now);
    return member;
  }

  /** A sender with this node's own name can only answer the question whether it lives, or ask it. */
  #hearNamesake(datagram: Datagram, from: string, now: number): undefined {
    const { self } = this.#context;
    const own = datagram.parts.find((part) => part.kind === 'alive' && part.nodeId === self.nodeId);
    // An older life that asks about this one has met it: no datagram that was only late, but a process of its own, which yields now.
    const isAsking = datagram.parts.some(
      (part) => part.kind === 'ping' && part.targetId === self.nodeId && part.targetEpoch === self.epoch,
    );
    if (isAsking && own?.kind === 'alive' && own.epoch < self.epoch) this.#parts.nameGuard.noteRival(own.address, now);
    const isAnswer = datagram.parts.some((part) => part.kind === 'ack' && this.#parts.nameGuard.handleAck(datagram.header, part.sequence));
    if (!isAnswer) this.#context.drop('ownId', from);
  }

  /** Announcements may be believed, because they carry their own version; perhaps the sender's own is among them, and says where answers go. */
  #hearAnnouncements(datagram: Datagram, now: number): void {
    for (const part of datagram.parts) if (part.kind === 'alive') this.#parts.membership.hearNews(part, datagram.header.nodeId, now);
  }

  #hear(part: Part, source: Source): void {
    const { sender, now } = source;
    switch (part.kind) {
      case 'ping':
        return this.#answerPing(part, sender.gossipAddress);
      case 'ack':
        return this.#hearAck(part.sequence, source);
      case 'nack':
        if (!this.#parts.prober.handleNack(sender, part.sequence)) this.#context.drop('unmatched', sender.gossipAddress);
        return;
      case 'pingRequest':
        return this.#parts.relay.begin(sender, part);
      case 'alive':
      case 'suspect':
      case 'failed':
      case 'left':
        return this.#parts.membership.hearNews(part, sender.nodeId, now);
      case 'youAre':
        return this.#hearYouAre(part, source);
      case 'rival':
        return this.#parts.nameGuard.noteRival(part.address, now);
      default:
        assertNever(part, 'part');
    }
  }

  #answerPing(part: PingPart, to: string): void {
    const { self } = this.#context;
    if (part.targetId === self.nodeId && part.targetEpoch === self.epoch) {
      return this.#parts.gossip.send(to, { kind: 'ack', sequence: part.sequence });
    }
    this.#context.drop('wrongTarget', to);
    // Another life of this name was meant: the sender learns of this one.
    if (part.targetId === self.nodeId && part.targetEpoch < self.epoch) this.#parts.gossip.send(to, this.#parts.gossip.selfPart());
  }

  #hearAck(sequence: number, source: Source): void {
    const { sender, epoch, now } = source;
    const { prober, relay, heartbeats, nameGuard, loads } = this.#parts;
    if (epoch !== sender.epoch) return;
    if (heartbeats.handleAck(sender, sequence, now) || prober.handleAck(sender, sequence, now)) return;
    if (loads.handleAck(sender, sequence)) return;
    if (relay.handleAck(sender, sequence) || nameGuard.handleAck(sender, sequence)) return;
    this.#context.drop('unmatched', sender.gossipAddress);
  }

  /** Objects if the claim is about this life, and shows the sender how things are. */
  #hearYouAre(part: YouArePart, source: Source): void {
    const { self } = this.#context;
    this.#parts.selfDefence.hear(part, source.now);
    const { nodeId, epoch, incarnation } = self;
    const truth: Part = self.state === 'left' ? { kind: 'left', nodeId, epoch, incarnation } : this.#parts.gossip.selfPart();
    if (part.epoch <= epoch) this.#parts.gossip.send(source.sender.gossipAddress, truth);
  }
}

interface Source {
  readonly sender: Member;
  /** From the header of the datagram. */
  readonly epoch: number;
  readonly now: number;
}
