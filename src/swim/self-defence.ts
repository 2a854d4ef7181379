import { randomInteger } from '../ports/random.ts';
import type { SwimContext } from './context.ts';
import type { Gossip } from './gossip.ts';
import { ownTags } from './large-tags.ts';
import { MAX_EPOCH, MAX_INCARNATION } from './limits.ts';
import type { NodeState, Tags } from './node-info.ts';
import { isActive, type Version } from './precedence.ts';

/** What somebody says about this node. */
export interface SelfClaim extends Version {
  readonly state: NodeState;
  /** Empty when the claim does not carry it. */
  readonly address: string;
  readonly gossipAddress: string;
}

/**
 * This node's own entry: only it may raise its incarnation, and it does so to object to a suspicion and to publish new tags. It goes above an
 * epoch that an earlier life left behind, but not above that of another process that answers under its name.
 */
export class SelfDefence {
  readonly #context: SwimContext;
  readonly #gossip: Gossip;
  /** Called when another live process may own the name; the answer decides who yields. */
  onRival: (claim: SelfClaim, now: number) => void = () => {};

  constructor(context: SwimContext, gossip: Gossip) {
    this.#context = context;
    this.#gossip = gossip;
  }

  /** Hears a claim about this node; true when it was objected to. */
  hear(claim: SelfClaim, now: number): boolean {
    const { self, phase } = this.#context;
    if (phase !== 'running' || claim.epoch < self.epoch) return false;
    if (claim.epoch > self.epoch) return this.#hearNewerLife(claim, now);
    if (claim.state === 'alive') {
      // Somebody knows a later announcement of this very life than this process remembers making.
      if (claim.incarnation <= self.incarnation) return false;
      this.#raiseIncarnation(claim.incarnation);
      return true;
    }
    if (claim.incarnation < self.incarnation) return false;
    this.#context.health.add(1);
    this.#context.counters.refutations += 1;
    this.#raiseIncarnation(claim.incarnation);
    return true;
  }

  /** Starts a life above `epoch`, by a random step: an earlier life of a machine whose clock goes wrong may have gone above the same one, and should not have been this one. */
  goAbove(epoch: number): void {
    const { self, random } = this.#context;
    if (epoch < self.epoch) return;
    self.epoch = Math.min(epoch + 1 + randomInteger(random, MAX_STEP), MAX_EPOCH);
    self.incarnation = 0;
    this.announce();
  }

  /** Announces this very life once more, above all that it announced before. */
  insist(): void {
    this.#raiseIncarnation(this.#context.self.incarnation);
  }

  /** Publishes new tags; before the start they are simply what the first announcement carries. */
  setTags(tags: Tags): void {
    const { self, phase, hashTags } = this.#context;
    Object.assign(self, ownTags(tags, hashTags));
    if (phase === 'running') this.insist();
  }

  /** Spreads this node's entry as it is. */
  announce(): void {
    const { self } = this.#context;
    self.detailsEpoch = self.epoch;
    self.detailsIncarnation = self.incarnation;
    this.#gossip.spread(this.#gossip.selfPart());
    this.#context.push({
      kind: 'memberChanged',
      nodeId: self.nodeId,
      epoch: self.epoch,
      incarnation: self.incarnation,
      state: self.state,
    });
  }

  #hearNewerLife(claim: SelfClaim, now: number): boolean {
    const { self } = this.#context;
    const isElsewhere = claim.address !== '' && claim.address !== self.address;
    if (isElsewhere && isActive(claim.state)) {
      this.onRival(claim, now);
      return false;
    }
    this.goAbove(claim.epoch);
    return true;
  }

  #raiseIncarnation(above: number): void {
    const { self } = this.#context;
    if (above >= MAX_INCARNATION) {
      this.goAbove(self.epoch);
      return;
    }
    self.incarnation = above + 1;
    this.announce();
  }
}

/** Milliseconds, as epochs are. */
const MAX_STEP = 1000;
