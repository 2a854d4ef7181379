import { fromUnknown } from '../errors/from-unknown.ts';
import type { Logger } from '../ports/logger.ts';

/** What is said while a node joins and nobody waits for it. */
export interface JoinMeanwhileOptions {
  readonly nodeId: string;
  readonly logger: Logger;
  /** Whether there is still something to join for. */
  readonly isPending: () => boolean;
}

/** Joins again and again until one attempt succeeds or it is not wanted any more. What goes wrong is logged when it is something new. Never rejects. */
export async function joinMeanwhile(join: () => Promise<void>, options: JoinMeanwhileOptions): Promise<void> {
  const { nodeId, logger, isPending } = options;
  for (let logged = ''; isPending(); ) {
    try {
      await join();
    } catch (thrown) {
      const { code, message } = fromUnknown(thrown);
      if (code === 'CANCELLED' || message === logged) continue;
      logged = message;
      logger.warn('this node could not join yet and goes on trying', { nodeId, code, message });
    }
  }
}
