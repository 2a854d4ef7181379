import type { SwimContext } from './context.ts';
import type { Gossip } from './gossip.ts';
import { type Member, toNodeInfo } from './member.ts';
import { baseSuspicionMs } from './settings-checks.ts';
import { confirmationsNeeded, Suspicion, suspicionMinMs } from './suspicion.ts';
import { type Transitions, versionOf } from './transitions.ts';

/** The suspicions of a node's view: each begins, is confirmed by others, and runs out by its timer unless the suspect objects. */
export class Suspicions {
  readonly #context: SwimContext;
  readonly #gossip: Gossip;
  readonly #transitions: Transitions;

  constructor(context: SwimContext, parts: { readonly gossip: Gossip; readonly transitions: Transitions }) {
    this.#context = context;
    this.#gossip = parts.gossip;
    this.#transitions = parts.transitions;
  }

  /** A member is suspected: by `from`, with the version that the member has now. */
  begin(member: Member, from: string, now: number): void {
    const { settings, clusterSize, without } = this.#context;
    const wasSuspect = member.state === 'suspect';
    this.#transitions.setState(member, 'suspect', now);
    const minMs = suspicionMinMs(baseSuspicionMs(settings), clusterSize);
    const window = {
      minMs,
      maxMs: minMs * settings.suspicionMaxMult,
      needed: without.has('confirmations') ? 0 : confirmationsNeeded(clusterSize),
    };
    member.suspicion = new Suspicion(window, from, now);
    if (!wasSuspect) {
      this.#context.counters.suspicionsRaised += 1;
      if (member.isAnnounced) this.emit(member, now);
    }
    this.#transitions.tell(member, 'suspect', from);
    this.arm(member, now);
  }

  /** Tells the subscribers. */
  emit(member: Member, now: number): void {
    const { nodeId } = member;
    this.#context.emit({ kind: 'nodeSuspect', node: toNodeInfo(member), phi: this.#context.phi.phi(nodeId, now) });
  }

  /** One more accuser of a suspect. */
  confirm(member: Member, from: string, now: number): void {
    if (!member.suspicion?.confirm(from)) return;
    this.#gossip.spreadAlso({ kind: 'suspect', ...versionOf(member), from });
    this.arm(member, now);
  }

  /** Sets the timer of a member's suspicion, if it has one. */
  arm(member: Member, now: number): void {
    if (member.suspicion === undefined) return;
    this.#context.timers.set('suspicion', member.nodeId, member.suspicion.deadlineMs - now);
  }

  /** Time that nobody could use to object is added to all suspicions. */
  shift(byMs: number, now: number): void {
    for (const member of this.#context.table.active) {
      if (member.suspicion === undefined) continue;
      member.suspicion.shift(byMs);
      this.arm(member, now);
    }
  }
}
