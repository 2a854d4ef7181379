import type { Random } from '../../ports/random.ts';
import { type ActiveRule, type CompiledRule, compileRule, compileSplit, type LinkRule } from './link-rule.ts';

/** How the network treats everything that no {@link LinkRule} changes. */
export interface NetworkConditions {
  /** Shortest and longest way of a message in milliseconds, drawn evenly for each. Default 1 to 5. */
  readonly delayMs: readonly [number, number];
  /** Share of datagrams that are lost. Calls are slower for it instead. Default 0. */
  readonly loss: number;
  /** Share of datagrams that arrive twice. Default 0. */
  readonly duplicates: number;
  /** Share of datagrams that are held back for up to `reorderMs`, so that later ones overtake them. Default 0. */
  readonly reordered: number;
  /** For how long at most a datagram is held back, here and by rules, in milliseconds. Default 200. */
  readonly reorderMs: number;
}

/** What a network did to its messages, to prove that disturbances did disturb. */
export interface NetworkCounters {
  /** Datagrams that were sent. */
  sent: number;
  /** Of those, lost by chance or on a cut link. */
  lost: number;
  /** Of those, on a cut link. */
  cut: number;
  duplicated: number;
  reordered: number;
  /** Datagrams and calls that a rule made slower. */
  delayed: number;
  /** Calls, or answers to calls, that did not get through. */
  callsLost: number;
  /** Partitions of two groups or more that were begun, those in one direction included. */
  partitions: number;
  /** Of those, in one direction only. */
  oneWayCuts: number;
}

/** Loss, delay, duplication, reordering and cut links, drawn from one seeded source. */
export class SimulatedNetwork {
  readonly #random: Random;
  #conditions: NetworkConditions;
  #rules: CompiledRule[] = [];
  readonly counters: NetworkCounters = {
    sent: 0,
    lost: 0,
    cut: 0,
    duplicated: 0,
    reordered: 0,
    delayed: 0,
    callsLost: 0,
    partitions: 0,
    oneWayCuts: 0,
  };

  constructor(random: Random, conditions: Partial<NetworkConditions> = {}) {
    this.#random = random;
    this.#conditions = { ...DEFAULTS, ...conditions };
  }

  /** Changes the conditions from now on. */
  setConditions(conditions: Partial<NetworkConditions>): void {
    this.#conditions = { ...this.#conditions, ...conditions };
  }

  /** Disturbs some links until the rule is removed. */
  addRule(rule: LinkRule): ActiveRule {
    return this.#add(compileRule(rule));
  }

  /** Cuts all links between two groups, in both directions or only from the first to the second. */
  partition(groupA: readonly string[], groupB: readonly string[], options: { readonly isOneWay?: boolean } = {}): ActiveRule {
    this.counters.partitions += 1;
    if (options.isOneWay) this.counters.oneWayCuts += 1;
    const rules = [this.addRule({ from: groupA, to: groupB, loss: 1 })];
    if (!options.isOneWay) rules.push(this.addRule({ from: groupB, to: groupA, loss: 1 }));
    return {
      remove: () => {
        for (const rule of rules) rule.remove();
      },
    };
  }

  /**
   * Cuts all links between nodes that have no group in common: a partition of any shape. A node in two groups is a bridge between them, one in none
   * keeps all its links.
   */
  split(groups: readonly (readonly string[])[]): ActiveRule {
    this.counters.partitions += 1;
    return this.#add(compileSplit(groups));
  }

  /** Ends all rules. */
  heal(): void {
    this.#rules = [];
  }

  /** When the copies of one datagram arrive, in milliseconds from now: none when it is lost. */
  carryDatagram(from: string, to: string): readonly number[] {
    this.counters.sent += 1;
    const rules = this.#rulesFor(from, to, 'datagrams');
    if (this.#isLost(rules)) {
      this.counters.lost += 1;
      if (rules.some(({ loss }) => loss >= 1)) this.counters.cut += 1;
      return NO_COPY;
    }
    const { duplicates } = this.#conditions;
    const isDoubled = this.#happens(duplicates) || rules.some((rule) => this.#happens(rule.duplicates));
    if (!isDoubled) return [this.#datagramDelay(rules)];
    this.counters.duplicated += 1;
    return [this.#datagramDelay(rules), this.#datagramDelay(rules)];
  }

  /** How long one direction of a call takes, with what is lost sent again; undefined when it does not get through. */
  carryCall(from: string, to: string): number | undefined {
    const rules = this.#rulesFor(from, to, 'all');
    let delayMs = this.#delay(rules);
    for (let tries = 0; tries < MAX_CALL_TRIES; tries++) {
      if (!this.#isLost(rules)) return delayMs;
      delayMs += RESEND_AFTER_MS;
    }
    this.counters.callsLost += 1;
    return undefined;
  }

  #add(rule: CompiledRule): ActiveRule {
    this.#rules.push(rule);
    return {
      remove: () => {
        this.#rules = this.#rules.filter((other) => other !== rule);
      },
    };
  }

  #rulesFor(from: string, to: string, what: 'datagrams' | 'all'): readonly CompiledRule[] {
    if (this.#rules.length === 0) return NO_RULES;
    return this.#rules.filter((rule) => (what === 'datagrams' || rule.scope === 'all') && rule.concerns(from, to));
  }

  #isLost(rules: readonly CompiledRule[]): boolean {
    return this.#happens(this.#conditions.loss) || rules.some(({ loss }) => loss >= 1 || this.#happens(loss));
  }

  #datagramDelay(rules: readonly CompiledRule[]): number {
    const delayMs = this.#delay(rules);
    const { reordered, reorderMs } = this.#conditions;
    if (!this.#happens(reordered) && !rules.some((rule) => this.#happens(rule.reordered))) return delayMs;
    this.counters.reordered += 1;
    return delayMs + this.#random.next() * reorderMs;
  }

  #delay(rules: readonly CompiledRule[]): number {
    let delayMs = this.#between(this.#conditions.delayMs);
    for (const rule of rules) {
      if (rule.delayMs === undefined) continue;
      delayMs += this.#between(rule.delayMs);
      this.counters.delayed += 1;
    }
    return delayMs;
  }

  #between([shortest, longest]: readonly [number, number]): number {
    return shortest + this.#random.next() * (longest - shortest);
  }

  /** Asks chance only when both answers are possible. */
  #happens(share: number): boolean {
    return share > 0 && this.#random.next() < share;
  }
}

const DEFAULTS: NetworkConditions = { delayMs: [1, 5], loss: 0, duplicates: 0, reordered: 0, reorderMs: 200 };
const NO_RULES: readonly CompiledRule[] = [];
const NO_COPY: readonly number[] = [];
const MAX_CALL_TRIES = 8;
const RESEND_AFTER_MS = 50;
