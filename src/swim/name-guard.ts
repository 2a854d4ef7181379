import type { SwimContext } from './context.ts';
import type { Gossip } from './gossip.ts';
import type { Member } from './member.ts';
import type { ReliablePingResult } from './prober.ts';
import type { SelfClaim, SelfDefence } from './self-defence.ts';

/** Whom to ask whether it still lives under a name. */
interface Question {
  readonly nodeId: string;
  readonly epoch: number;
  readonly address: string;
  readonly gossipAddress: string;
  readonly decide: (isAnswered: boolean) => void;
}

/**
 * Settles who owns a name when it turns up at two addresses: the known owner is asked at once, by datagram and over the reliable transport. If it
 * answers within the probe timeout there are two live processes; if not, it was an earlier life.
 */
export class NameGuard {
  readonly #context: SwimContext;
  readonly #gossip: Gossip;
  readonly #questions = new Map<number, Question>();

  constructor(context: SwimContext, gossip: Gossip) {
    this.#context = context;
    this.#gossip = gossip;
  }

  /** Asks whether `owner` still answers; `decide` is called once, later. */
  ask(owner: Member, decide: (isAnswered: boolean) => void): void {
    const { nodeId, epoch, address, gossipAddress } = owner;
    this.#ask({ nodeId, epoch, address, gossipAddress, decide });
  }

  /** Somebody with a newer life has this node's own name: this node yields if it answers, and outlives it if not. */
  checkRival(claim: SelfClaim, defence: SelfDefence, stop: () => void): void {
    const { self } = this.#context;
    for (const question of this.#questions.values()) if (question.nodeId === self.nodeId && question.epoch === claim.epoch) return;
    const { epoch, address, gossipAddress } = claim;
    const decide = (isAnswered: boolean): void => {
      if (!isAnswered) return defence.goAbove(epoch);
      this.#context.push({ kind: 'nameConflict', nodeId: self.nodeId, address: self.address, otherAddress: address, isLocal: true });
      stop();
    };
    this.#ask({ nodeId: self.nodeId, epoch, address, gossipAddress, decide });
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
    question.decide(isAnswered);
  }
}
