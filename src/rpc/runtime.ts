import type { CallEnvironment } from '../call/call-settings.ts';
import type { Logger } from '../ports/logger.ts';
import type { Random } from '../ports/random.ts';
import type { SharedConnections } from './shared-connections.ts';

/**
 * Time, chance and log output of clients and servers. The entry points pass the real ones; tests pass virtual ones.
 *
 * The folder `rpc/` is the shell around the call engine: promises, iterators, handlers, connecting and closing. It chooses no transport and reads
 * no clock of its own.
 */
export interface Runtime extends CallEnvironment {
  readonly random: Random;
  readonly logger: Logger;
  /** The connections that clients may share; without it each client has its own. */
  readonly connections?: SharedConnections;
}
