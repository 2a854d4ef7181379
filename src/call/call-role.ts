import type { RpcError } from '../errors/rpc-error.ts';
import type { CloseInfo } from '../ports/transport.ts';
import type { Frame } from '../wire/frame.ts';
import type { Hello, HelloMethod } from '../wire/hello.ts';
import type { LaneIo } from './lane-io.ts';

/** The half of a connection that knows calls: the client's or the server's. */
export interface CallRole {
  /** Calls that have not ended. */
  readonly inFlight: number;
  /** Announced in HELLO; empty for a client. */
  readonly methods: readonly HelloMethod[];
  /** HELLO came back: calls may go. */
  onOpen(peer: Hello): void;
  /** A frame that belongs to a call, or GOAWAY. */
  onFrame(lane: LaneIo, frame: Frame): void;
  /** Credit for the sending side of a call. */
  onCallCredit(callId: number, bytes: number): void;
  /** The connection has ended and every call with it. Called once. */
  onClosed(error: RpcError, info: CloseInfo): void;
}
