import type { Connection } from '../ports/transport.ts';

/** Closes a connection that is not to be served, saying why. */
export function turnAway(connection: Connection, code: number, reason: string): void {
  connection.setHandler({ onLane: () => undefined, onClose: () => undefined });
  connection.close(code, reason);
}
