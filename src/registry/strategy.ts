import type { Tags } from '../swim/node-info.ts';

/** What a strategy may look at when it chooses. */
export interface Candidate {
  readonly nodeId: string;
  readonly tags: Tags;
  /** Calls in flight on it, as far as is known: own ones, and those of others as it reported them. */
  readonly activeConnections: number;
  /**
   * What to compare workers by: own calls in full, those of others at half, because whoever else hears the same report sends calls there too, and less the
   * older the report is. In steps of a half.
   */
  readonly cost: number;
}

/** For whom a worker is chosen. */
export interface PickContext {
  /** Stands for the filter: the same object at every pick with an equal filter. A strategy that remembers something keeps it per pool. */
  readonly pool: object;
  /** Calls with the same key belong on the same worker for as long as it is among the candidates. */
  readonly key?: string;
}

/**
 * How one of several workers is chosen. Who is there and how loaded each is, is not its business.
 *
 * The registry has sorted out before who may be chosen at all: a strategy sees neither failed nor excluded workers, and suspect ones only
 * when there are no others.
 */
export interface Strategy {
  /** For messages and logs, for example `leastConnections`. */
  readonly name: string;
  /** Whether it looks at loads: then the loads of the workers are kept fresh while calls are made. Default true. */
  readonly usesLoad?: boolean;
  /** Chooses one of `candidates`: never none, in ascending order of node id, and not to be changed or kept. */
  pick<T extends Candidate>(candidates: readonly T[], context: PickContext): T;
}
