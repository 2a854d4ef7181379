import type { CloseInfo, Connection, Lane } from '../../src/ports/transport.ts';
import { Deferred } from '../../src/util/deferred.ts';

/** A connection whose end a test can wait for. */
export interface WatchedConnection {
  readonly connection: Connection;
  readonly closed: Promise<CloseInfo>;
  /** How often `onClose` was called. */
  readonly closeCount: () => number;
}

/** Sets a handler that notes the end and hands on the lanes. */
export function watchConnection(connection: Connection, onLane: (lane: Lane) => void = ignoreLane): WatchedConnection {
  const closed = new Deferred<CloseInfo>();
  let count = 0;
  connection.setHandler({
    onLane,
    onClose: (info) => {
      count += 1;
      closed.resolve(info);
    },
  });
  return { connection, closed: closed.promise, closeCount: () => count };
}

function ignoreLane(lane: Lane): void {
  lane.setHandler({ onData: () => undefined, onDrain: () => undefined, onEnd: () => undefined });
}

/** Fails after a while instead of letting a test hang without a word. */
export async function within<T>(timeoutMs: number, what: string, promise: Promise<T>): Promise<T> {
  let timeout: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timeout = setTimeout(() => reject(new Error(`${what} did not happen within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timeout);
  }
}
