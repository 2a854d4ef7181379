import type { Logger } from '../ports/logger.ts';

/** Calls a listener of the application. Its mistake is logged: it must keep neither the other listeners nor the membership from going on. */
export function callListener(logger: Logger, event: string, listener: () => void): void {
  try {
    listener();
  } catch (error) {
    logger.error('a membership listener failed', { event, error: error instanceof Error ? error.stack : String(error) });
  }
}
