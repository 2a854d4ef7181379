import type { Clock } from '../ports/clock.ts';
import type { NodeInfo } from '../swim/node-info.ts';

/** What a watch works with. */
export interface UnreadableWatchOptions {
  readonly clock: Clock;
  readonly nodes: () => readonly NodeInfo[];
  /** Exchange views, and the gossip keys with them, with the node at an RPC address. */
  readonly sync: (address: string) => void;
}

/**
 * Datagrams that cannot be opened, though they come from a member's address: one of the two missed a change of the gossip key. An exchange over the reliable transport
 * tells which, and mends it. Anybody can send such datagrams, under any address, so they cause at most one exchange a second, and only with a member.
 */
export class UnreadableWatch {
  readonly #options: UnreadableWatchOptions;
  #second = 0;
  #looks = 0;
  #isAsked = false;

  constructor(options: UnreadableWatchOptions) {
    this.#options = options;
  }

  /** A datagram with an unknown key, or that was not authentic, came from a gossip address. */
  note(from: string): void {
    const { clock, nodes, sync } = this.#options;
    const second = Math.floor(clock.now() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#looks = 0;
      this.#isAsked = false;
    }
    if (this.#isAsked || this.#looks++ >= MAX_LOOKS) return;
    const sender = nodes().find((node) => node.gossipAddress === from && !node.isLocal && node.state !== 'left');
    if (!sender) return;
    this.#isAsked = true;
    sync(sender.address);
  }
}

/** Looks through the list of nodes in a second. */
const MAX_LOOKS = 20;
