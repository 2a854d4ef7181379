import type { Tags } from '../swim/node-info.ts';

/** What a strategy may look at when it chooses. */
export interface Candidate {
  readonly nodeId: string;
  readonly tags: Tags;
  /** The load: own calls in flight on this worker plus what it reported itself. */
  readonly activeConnections: number;
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
  /** Chooses one of `candidates`: never none, in ascending order of node id, and not to be changed or kept. */
  pick<T extends Candidate>(candidates: readonly T[], context: PickContext): T;
}
