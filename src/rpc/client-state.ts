import type { RpcError } from '../errors/rpc-error.ts';

/**
 * Whether calls can go.
 *
 * | state | what it means | what leaves it |
 * |---|---|---|
 * | `idle` | no connection, and nobody needs one | a call or `connect()`: `connecting`, or `open` over a connection it shares |
 * | `connecting` | an attempt runs, or calls wait for the next one | success: `open`; a failure with no call waiting: `idle` |
 * | `open` | calls go | the connection is lost or the server drains: `idle`, or `connecting` when calls need another one at once |
 * | `closed` | `close()` was called | nothing |
 */
export type ClientState = 'idle' | 'connecting' | 'open' | 'closed';

/** A client went from one state to another. */
export interface ClientStateChange {
  readonly state: ClientState;
  readonly previous: ClientState;
  /** Why, when something failed: the connection was lost, the server is going away, an attempt came to nothing. */
  readonly error: RpcError | undefined;
}
