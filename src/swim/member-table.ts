import { type Random, randomInteger } from '../ports/random.ts';
import type { Member } from './member.ts';
import { isActive } from './precedence.ts';

/**
 * All other nodes that are known. Looking one up, counting, and picking at random take the same time at any size: members in use (alive, suspect)
 * and those that are down (failed, left) stand in two lists without order.
 */
export class MemberTable {
  readonly #members = new Map<string, Member>();
  readonly #active: Member[] = [];
  readonly #down: Member[] = [];

  get(nodeId: string): Member | undefined {
    return this.#members.get(nodeId);
  }

  all(): IterableIterator<Member> {
    return this.#members.values();
  }

  get size(): number {
    return this.#members.size;
  }

  /** Alive and suspect members. Do not keep it across changes. */
  get active(): readonly Member[] {
    return this.#active;
  }

  /** Failed and left members. Do not keep it across changes. */
  get down(): readonly Member[] {
    return this.#down;
  }

  add(member: Member): void {
    this.#members.set(member.nodeId, member);
    this.#insert(member);
  }

  /** Changes the state and the list it stands in. */
  setState(member: Member, state: Member['state'], nowMs: number): void {
    const wasActive = isActive(member.state);
    if (member.state !== state) member.stateSinceMs = nowMs;
    if (wasActive === isActive(state)) {
      member.state = state;
      return;
    }
    this.#take(member);
    member.state = state;
    this.#insert(member);
  }

  remove(member: Member): void {
    this.#members.delete(member.nodeId);
    this.#take(member);
  }

  /** Up to `count` different active members for which `isWanted` holds, at random. */
  sampleActive(count: number, random: Random, isWanted: (member: Member) => boolean = () => true): Member[] {
    return sample(this.#active, { count, random, isWanted });
  }

  /** Up to `count` different members that are down and for which `isWanted` holds, at random. */
  sampleDown(count: number, random: Random, isWanted: (member: Member) => boolean): Member[] {
    return sample(this.#down, { count, random, isWanted });
  }

  #insert(member: Member): void {
    const list = isActive(member.state) ? this.#active : this.#down;
    member.position = list.length;
    list.push(member);
  }

  #take(member: Member): void {
    const list = isActive(member.state) ? this.#active : this.#down;
    const last = list.pop() as Member;
    if (last === member) return;
    list[member.position] = last;
    last.position = member.position;
  }
}

interface SampleOptions {
  readonly count: number;
  readonly random: Random;
  readonly isWanted: (member: Member) => boolean;
}

/** Small lists are shuffled as a whole; in large ones positions are drawn, so that the cost does not grow with the list. */
function sample(list: readonly Member[], options: SampleOptions): Member[] {
  const { count, random, isWanted } = options;
  if (list.length <= SMALL_LIST) return shuffled(list.filter(isWanted), random).slice(0, count);
  const picked: Member[] = [];
  for (let tries = 0; tries < count * TRIES_EACH && picked.length < count; tries++) {
    const member = list[randomInteger(random, list.length)] as Member;
    if (isWanted(member) && !picked.includes(member)) picked.push(member);
  }
  return picked;
}

/** A shuffled copy (Fisher-Yates). */
export function shuffled<T>(list: readonly T[], random: Random): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const other = randomInteger(random, i + 1);
    const item = copy[i] as T;
    copy[i] = copy[other] as T;
    copy[other] = item;
  }
  return copy;
}

const SMALL_LIST = 16;
const TRIES_EACH = 8;
