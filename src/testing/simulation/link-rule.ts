/** A disturbance of some links, as long as it is in force. It comes on top of the conditions of the whole network. */
export interface LinkRule {
  /** Node ids on the sending side; all when left out. */
  readonly from?: readonly string[];
  /** Node ids on the receiving side; all when left out. */
  readonly to?: readonly string[];
  /** Share that is lost; 1 cuts the link. Default 0. */
  readonly loss?: number;
  /** Share of datagrams that arrive twice. Default 0. */
  readonly duplicates?: number;
  /** Share of datagrams that are held back, so that later ones overtake them. Default 0. */
  readonly reordered?: number;
  /** Shortest and longest extra delay of every message in milliseconds. Default 0 to 0. */
  readonly delayMs?: readonly [number, number];
  /** What it concerns: `datagrams`, or `all` with calls (joins, syncs, reliable pings). Default `all`. */
  readonly scope?: 'datagrams' | 'all';
}

/** A rule in force. */
export interface ActiveRule {
  /** Ends it. */
  remove(): void;
}

/** A {@link LinkRule} in the form in which it is asked for each message. */
export interface CompiledRule {
  readonly scope: 'datagrams' | 'all';
  readonly loss: number;
  readonly duplicates: number;
  readonly reordered: number;
  readonly delayMs: readonly [number, number] | undefined;
  concerns(from: string, to: string): boolean;
}

/** Prepares a rule. */
export function compileRule(rule: LinkRule): CompiledRule {
  const from = rule.from && new Set(rule.from);
  const to = rule.to && new Set(rule.to);
  const { loss = 0, duplicates = 0, reordered = 0, delayMs, scope = 'all' } = rule;
  const concerns = (sender: string, receiver: string): boolean => from?.has(sender) !== false && to?.has(receiver) !== false;
  return { scope, loss, duplicates, reordered, delayMs, concerns };
}

/** Cuts every link between two nodes that are both in some group and have none in common. */
export function compileSplit(groups: readonly (readonly string[])[]): CompiledRule {
  const groupsOf = new Map<string, Set<number>>();
  groups.forEach((group, index) => {
    for (const nodeId of group) groupsOf.set(nodeId, (groupsOf.get(nodeId) ?? new Set()).add(index));
  });
  const concerns = (sender: string, receiver: string): boolean => {
    const [a, b] = [groupsOf.get(sender), groupsOf.get(receiver)];
    return a !== undefined && b !== undefined && ![...a].some((group) => b.has(group));
  };
  return { scope: 'all', loss: 1, duplicates: 0, reordered: 0, delayMs: undefined, concerns };
}
