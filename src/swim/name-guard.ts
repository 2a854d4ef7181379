import type { SwimContext } from './context.ts';
import type { Gossip } from './gossip.ts';
import type { Member } from './member.ts';
import type { MembershipEvent } from './membership-event.ts';
import type { ReliablePingResult } from './prober.ts';
import type { SelfClaim, SelfDefence } from './self-defence.ts';

type NameConflict = Extract<MembershipEvent, { readonly kind: 'nameConflict' }>;

/** Whom to ask whether it still lives under a name. */
interface Question {
  readonly nodeId: string;
  readonly epoch: number;
  readonly address: string;
  readonly gossipAddress: string;
  /** Everybody who waits for the answer. */
  readonly decide: ((isAnswered: boolean) => void)[];
}

/**
 * Settles who owns a name when it turns up at two addresses: the known owner is asked at once, by datagram and over the reliable transport. If it
 * answers within the probe timeout there are two live processes; if not, it was an earlier life.
 */
export class NameGuard {
  readonly #context: SwimContext;
  readonly #gossip: Gossip;
  readonly #questions = new Map<number, Question>();
  #rivalToldMs = Number.NEGATIVE_INFINITY;
  #toldOwner: string | undefined;

  constructor(context: SwimContext, gossip: Gossip) {
    this.#context = context;
    this.#gossip = gossip;
  }

  /** Asks whether `owner` still answers; `decide` is called once, later. Who is asked already is not asked again: the answer counts for all who wait for it. */
  ask(owner: Member, decide: (isAnswered: boolean) => void): void {
    const { nodeId, epoch, address, gossipAddress } = owner;
    for (const question of this.#questions.values())
      if (question.nodeId === nodeId && question.epoch === epoch && question.gossipAddress === gossipAddress)
        return void question.decide.push(decide);
    this.#ask({ nodeId, epoch, address, gossipAddress, decide: [decide] });
  }

  /**
   * Somebody with a newer life has this node's own name: this node yields if it answers, and outlives it if not. A few are asked at a time: a claim can be made up,
   * and whoever is asked gets a datagram and a connection. A claim that is dropped is heard again if it is true.
   */
  checkRival(claim: SelfClaim, defence: SelfDefence, stop: () => void): void {
    const { self } = this.#context;
    let rivals = 0;
    for (const question of this.#questions.values()) {
      if (question.nodeId !== self.nodeId) continue;
      if (question.epoch === claim.epoch) return;
      rivals += 1;
    }
    if (rivals >= MAX_RIVALS_ASKED) return this.#context.drop('overloaded', claim.gossipAddress);
    const { epoch, address, gossipAddress } = claim;
    const decide = (isAnswered: boolean): void => {
      if (!isAnswered) return defence.goAbove(epoch);
      this.#report({ nodeId: self.nodeId, ownerAddress: address, rivalAddress: self.address, hasStopped: true });
      stop();
    };
    this.#ask({ nodeId: self.nodeId, epoch, address, gossipAddress, decide: [decide] });
  }

  /** A process at `rivalAddress` wanted the name of this live member and is refused: the member is told too. */
  noteRefused(owner: Member, rivalAddress: string): void {
    const { nodeId, address, gossipAddress } = owner;
    this.#report({ nodeId, ownerAddress: address, rivalAddress, hasStopped: false });
    this.#gossip.send(gossipAddress, { kind: 'rival', address: rivalAddress });
  }

  /** Another process has this node's own name and has to give it up. Told at most once a second: it may try again and again. */
  noteRival(rivalAddress: string, now: number): void {
    const { nodeId, address } = this.#context.self;
    if (rivalAddress === address || now - this.#rivalToldMs < TELL_EVERY_MS) return;
    this.#rivalToldMs = now;
    this.#report({ nodeId, ownerAddress: address, rivalAddress, hasStopped: false });
  }

  /** This node was refused because another one has its name. Told once for each owner. */
  noteOwner(ownerAddress: string): void {
    const { nodeId, address } = this.#context.self;
    if (ownerAddress === this.#toldOwner) return;
    this.#toldOwner = ownerAddress;
    this.#context.emit({ kind: 'nameConflict', nodeId, ownerAddress, rivalAddress: address, hasStopped: false });
  }

  /** True when the answer belonged to a question. The sender's id and epoch stand in the header of its datagram. */
  handleAck(sender: { readonly nodeId: string; readonly epoch: number }, sequence: number): boolean {
    const question = this.#questions.get(sequence);
    if (question === undefined || question.nodeId !== sender.nodeId || question.epoch !== sender.epoch) return false;
    this.#settle(sequence, true);
    return true;
  }

  /** See {@link handleAck}. A failure is not yet an answer: the datagram may still come back. */
  handleReliable(sequence: number, result: ReliablePingResult): boolean {
    if (!this.#questions.has(sequence)) return false;
    if (result.kind === 'answered') this.handleAck(result, sequence);
    return true;
  }

  handleTimer(sequence: number): void {
    this.#settle(sequence, false);
  }

  #report(conflict: Omit<NameConflict, 'kind'>): void {
    const { nodeId, ownerAddress, rivalAddress, hasStopped } = conflict;
    this.#context.emit({ kind: 'nameConflict', ...conflict });
    const [address, otherAddress] = hasStopped ? [rivalAddress, ownerAddress] : [ownerAddress, rivalAddress];
    this.#context.push({ kind: 'nameConflict', nodeId, address, otherAddress, isLocal: hasStopped });
  }

  #ask(question: Question): void {
    const { settings, timers } = this.#context;
    const sequence = this.#context.nextSequence();
    const timeoutMs = settings.probeTimeoutMs;
    this.#questions.set(sequence, question);
    timers.set('nameCheck', sequence, timeoutMs);
    const { nodeId, epoch, address, gossipAddress } = question;
    // The owner may not know this node, and answers nobody it does not know.
    this.#gossip.send(gossipAddress, { kind: 'ping', sequence, targetId: nodeId, targetEpoch: epoch }, this.#gossip.selfPart());
    this.#context.push({ kind: 'sendReliablePing', token: sequence, nodeId, address, timeoutMs });
  }

  #settle(sequence: number, isAnswered: boolean): void {
    const question = this.#questions.get(sequence);
    if (question === undefined) return;
    this.#questions.delete(sequence);
    this.#context.timers.cancel('nameCheck', sequence);
    for (const decide of question.decide) decide(isAnswered);
  }
}

const TELL_EVERY_MS = 1000;
/** At the same time, each for as long as a probe may take. */
const MAX_RIVALS_ASKED = 4;
