import type { Random } from '../../ports/random.ts';

/** How the network treats everything that no {@link LinkRule} changes. */
export interface NetworkConditions {
  /** Shortest and longest way of a message in milliseconds, drawn evenly for each. Default 1 to 5. */
  readonly delayMs: readonly [number, number];
  /** Share of datagrams that are lost. Calls are slower for it instead. Default 0. */
  readonly loss: number;
  /** Share of datagrams that arrive twice. Default 0. */
  readonly duplicates: number;
}

/** A disturbance of some links, as long as it is in force. */
export interface LinkRule {
  /** Node ids on the sending side; all when left out. */
  readonly from?: readonly string[];
  /** Node ids on the receiving side; all when left out. */
  readonly to?: readonly string[];
  /** Share that is lost on top; 1 cuts the link. */
  readonly loss: number;
  /** What it concerns: `datagrams`, or `all` with calls (joins, syncs, reliable pings). Default `all`. */
  readonly scope?: 'datagrams' | 'all';
}

/** A rule in force. */
export interface ActiveRule {
  /** Ends it. */
  remove(): void;
}

/** Loss, delay, duplication and cut links, drawn from one seeded source. */
export class SimulatedNetwork {
  readonly #random: Random;
  #conditions: NetworkConditions;
  #rules: CompiledRule[] = [];
  /** What happened, to prove that disturbances did disturb. */
  readonly counters: { sent: number; lost: number; duplicated: number; callsLost: number } = {
    sent: 0,
    lost: 0,
    duplicated: 0,
    callsLost: 0,
  };

  constructor(random: Random, conditions: Partial<NetworkConditions> = {}) {
    this.#random = random;
    this.#conditions = { ...DEFAULTS, ...conditions };
  }

  /** Changes the conditions from now on. */
  setConditions(conditions: Partial<NetworkConditions>): void {
    this.#conditions = { ...this.#conditions, ...conditions };
  }

  addRule(rule: LinkRule): ActiveRule {
    const compiled = { from: asSet(rule.from), to: asSet(rule.to), loss: rule.loss, scope: rule.scope ?? 'all' };
    this.#rules.push(compiled);
    return {
      remove: () => {
        this.#rules = this.#rules.filter((other) => other !== compiled);
      },
    };
  }

  /** Cuts all links between two groups, in both directions or only from the first to the second. */
  partition(groupA: readonly string[], groupB: readonly string[], options: { readonly isOneWay?: boolean } = {}): ActiveRule {
    const rules = [this.addRule({ from: groupA, to: groupB, loss: 1 })];
    if (!options.isOneWay) rules.push(this.addRule({ from: groupB, to: groupA, loss: 1 }));
    return {
      remove: () => {
        for (const rule of rules) rule.remove();
      },
    };
  }

  /** Ends all rules. */
  heal(): void {
    this.#rules = [];
  }

  /** When the copies of one datagram arrive, in milliseconds from now: none when it is lost. */
  carryDatagram(from: string, to: string): readonly number[] {
    this.counters.sent += 1;
    if (this.#isLost(from, to, 'datagrams')) {
      this.counters.lost += 1;
      return [];
    }
    if (this.#random.next() >= this.#conditions.duplicates) return [this.#delay()];
    this.counters.duplicated += 1;
    return [this.#delay(), this.#delay()];
  }

  /** How long one direction of a call takes, with what is lost sent again; undefined when it does not get through. */
  carryCall(from: string, to: string): number | undefined {
    let delayMs = this.#delay();
    for (let tries = 0; tries < MAX_CALL_TRIES; tries++) {
      if (!this.#isLost(from, to, 'all')) return delayMs;
      delayMs += RESEND_AFTER_MS;
    }
    this.counters.callsLost += 1;
    return undefined;
  }

  #isLost(from: string, to: string, what: 'datagrams' | 'all'): boolean {
    if (this.#random.next() < this.#conditions.loss) return true;
    for (const rule of this.#rules) {
      if (what === 'all' && rule.scope === 'datagrams') continue;
      if (rule.from?.has(from) === false || rule.to?.has(to) === false) continue;
      if (rule.loss >= 1 || this.#random.next() < rule.loss) return true;
    }
    return false;
  }

  #delay(): number {
    const [shortest, longest] = this.#conditions.delayMs;
    return shortest + this.#random.next() * (longest - shortest);
  }
}

interface CompiledRule {
  readonly from: ReadonlySet<string> | undefined;
  readonly to: ReadonlySet<string> | undefined;
  readonly loss: number;
  readonly scope: 'datagrams' | 'all';
}

function asSet(nodeIds: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return nodeIds === undefined ? undefined : new Set(nodeIds);
}

const DEFAULTS: NetworkConditions = { delayMs: [1, 5], loss: 0, duplicates: 0 };
const MAX_CALL_TRIES = 8;
const RESEND_AFTER_MS = 50;
