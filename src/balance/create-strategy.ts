/**
 * How to choose among workers, and whom to leave alone for a while. Pure arithmetic on what the registry and the callers tell: this folder
 * knows no clock, no connection and no membership.
 */
import { invalidArgument } from '../errors/expect.ts';
import type { Random } from '../ports/random.ts';
import type { Strategy } from '../registry/strategy.ts';
import { AffinityStrategy } from './affinity.ts';
import { LeastConnectionsStrategy } from './least-connections.ts';
import { RandomStrategy } from './random.ts';
import { RoundRobinStrategy } from './round-robin.ts';

/** The strategies that are built in; `leastConnections` is the default. */
export type StrategyName = 'roundRobin' | 'random' | 'leastConnections';

/** What is used when nothing is asked for. */
export const DEFAULT_STRATEGY: StrategyName = 'leastConnections';

/**
 * Makes a strategy that chooses by `name`, and by the key for calls that have one.
 * @throws RpcError `INVALID_ARGUMENT` when there is none of that name.
 */
export function createStrategy(name: StrategyName, random: Random): Strategy {
  return new AffinityStrategy(createPlainStrategy(name, random));
}

function createPlainStrategy(name: StrategyName, random: Random): Strategy {
  switch (name) {
    case 'roundRobin':
      return new RoundRobinStrategy(random);
    case 'random':
      return new RandomStrategy(random);
    case 'leastConnections':
      return new LeastConnectionsStrategy(random);
    default:
      throw invalidArgument('strategy', '"roundRobin", "random" or "leastConnections"', name);
  }
}
