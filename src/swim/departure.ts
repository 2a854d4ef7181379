import type { SwimContext } from './context.ts';
import type { Gossip } from './gossip.ts';

/** How a node goes: with a goodbye that is passed on for a moment, or at once. */
export class Departure {
  readonly #context: SwimContext;
  readonly #gossip: Gossip;

  constructor(context: SwimContext, gossip: Gossip) {
    this.#context = context;
    this.#gossip = gossip;
  }

  /** Says goodbye: straight to as many as is reasonable; gossip reaches the rest, and those whose datagram is lost. */
  begin(): void {
    const { self, timers, settings, table } = this.#context;
    const { nodeId, epoch, incarnation } = self;
    this.#context.phase = 'leaving';
    self.state = 'left';
    timers.cancelAll();
    this.#context.push({ kind: 'memberChanged', nodeId, epoch, incarnation, state: 'left' });
    if (table.active.length === 0) return this.finish();
    timers.set('leave', 0, settings.leaveLingerMs);
    timers.set('gossip', 0, settings.gossipIntervalMs);
    const goodbye = { kind: 'left', nodeId, epoch, incarnation } as const;
    this.#gossip.spread(goodbye);
    for (const member of table.active.slice(0, DIRECT_GOODBYES)) this.#gossip.send(member.gossipAddress, goodbye);
  }

  /** A round of gossip is over: perhaps the goodbye was sent often enough. */
  noteRound(): void {
    const { phase, queue, self } = this.#context;
    if (phase === 'leaving' && !queue.has(self.nodeId)) this.finish();
  }

  /** Nothing is left to say. */
  finish(): void {
    if (this.#context.phase !== 'leaving') return;
    this.halt();
    this.#context.push({ kind: 'leaveFinished' });
  }

  /** Stops at once. */
  halt(): void {
    this.#context.phase = 'stopped';
    this.#context.timers.cancelAll();
  }
}

/** Members that a leaving node tells itself. */
const DIRECT_GOODBYES = 128;
