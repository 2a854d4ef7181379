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
  #next = 0;
  #last: string | undefined;

  constructor(table: MemberTable, random: Random) {
    this.#table = table;
    this.#random = random;
  }

  /** Puts a new member at a random place of what is left of the round. */
  add(nodeId: string): void {
    const place = this.#next + randomInteger(this.#random, this.#round.length - this.#next + 1);
    this.#round.splice(place, 0, nodeId);
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
    const first = this.#round[0];
    if (first !== undefined && first === this.#last && this.#round.length > 1) {
      const other = 1 + randomInteger(this.#random, this.#round.length - 1);
      this.#round[0] = this.#round[other] as string;
      this.#round[other] = first;
    }
    return this.#take();
  }
}
