import { type Random, randomInteger } from '../ports/random.ts';
import type { Member } from './member.ts';
import { type MemberTable, shuffled } from './member-table.ts';
import { isActive } from './precedence.ts';

/**
 * Whom to probe next: a shuffled round robin, so that every node is probed once a round and the time to the first failing probe is bounded
 * (SWIM, section 4.3). No round begins with the node the last one ended with, which would leave the others unprobed for longest.
 */
export class ProbeList {
  readonly #table: MemberTable;
  readonly #random: Random;
  #round: string[] = [];
  readonly #inRound = new Set<string>();
  #next = 0;
  #last: string | undefined;

  constructor(table: MemberTable, random: Random) {
    this.#table = table;
    this.#random = random;
  }

  /** Puts a member that begins to take part at a random place of what is left of the round; one that comes back keeps the place it has. */
  add(nodeId: string): void {
    if (this.#inRound.has(nodeId)) return;
    this.#inRound.add(nodeId);
    const place = this.#next + randomInteger(this.#random, this.#round.length - this.#next + 1);
    // Whoever stood there goes to the end: what is left of a round is in no order.
    const displaced = this.#round[place];
    this.#round[place] = nodeId;
    if (displaced !== undefined) this.#round.push(displaced);
  }

  /** The next member to probe; undefined when there is none. Members that are down are passed over. */
  next(): Member | undefined {
    if (this.#table.active.length === 0) return undefined;
    return this.#take() ?? this.#nextRound();
  }

  #take(): Member | undefined {
    while (this.#next < this.#round.length) {
      const member = this.#table.get(this.#round[this.#next++] as string);
      if (member === undefined || !isActive(member.state)) continue;
      this.#last = member.nodeId;
      return member;
    }
    return undefined;
  }

  #nextRound(): Member | undefined {
    this.#round = shuffled(this.#table.active, this.#random).map((member) => member.nodeId);
    this.#next = 0;
    this.#inRound.clear();
    for (const nodeId of this.#round) this.#inRound.add(nodeId);
    const first = this.#round[0];
    if (first !== undefined && first === this.#last && this.#round.length > 1) {
      const other = 1 + randomInteger(this.#random, this.#round.length - 1);
      this.#round[0] = this.#round[other] as string;
      this.#round[other] = first;
    }
    return this.#take();
  }
}
