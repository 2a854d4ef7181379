import type { Clock } from '../ports/clock.ts';
import type { DeadlineTimer } from '../util/deadline-timer.ts';
import {
  DEFAULT_CALL_CREDIT_BYTES,
  DEFAULT_CONNECTION_CREDIT_BYTES,
  DEFAULT_MAX_CALLS_PER_CONNECTION,
  DEFAULT_MAX_LANES,
  DEFAULT_MAX_MESSAGE_BYTES,
  DEFAULT_MAX_METADATA_BYTES,
} from '../wire/limits.ts';

/** What one side of a connection accepts and how long it waits. */
export interface CallSettings {
  /** The largest message accepted, in bytes. Default 4 MiB. */
  readonly maxMessageBytes: number;
  /** The largest metadata of a call sent or accepted, one way, encoded; at most 15 KiB. Default 8 KiB. */
  readonly maxMetadataBytes: number;
  /** Unread bytes accepted in one direction of one call, at least 64 KiB. Default 256 KiB. Raising it makes single streams faster over long distances and costs memory per slow stream. */
  readonly callCreditBytes: number;
  /** Unread bytes accepted of all calls together, at least 64 KiB. Default 4 MiB: what slow readers of one connection can cost. */
  readonly connectionCreditBytes: number;
  /** Lanes a connection may grow to. Default 8. */
  readonly maxLanes: number;
  /** Calls served at once on one connection. Default 16,384. */
  readonly maxCalls: number;
  /** An idle connection is pinged after this many milliseconds of silence. Default 30,000. */
  readonly keepAliveMs: number;
  /** With calls in flight, a peer that stays silent this long after a ping has failed. Default 1,500 ms. Raise it when handlers block the event loop for longer. */
  readonly livenessTimeoutMs: number;
  /** The peer's HELLO must come within this many milliseconds. Default 5,000. */
  readonly helloTimeoutMs: number;
}

export const DEFAULT_CALL_SETTINGS: CallSettings = {
  maxMessageBytes: DEFAULT_MAX_MESSAGE_BYTES,
  maxMetadataBytes: DEFAULT_MAX_METADATA_BYTES,
  callCreditBytes: DEFAULT_CALL_CREDIT_BYTES,
  connectionCreditBytes: DEFAULT_CONNECTION_CREDIT_BYTES,
  maxLanes: DEFAULT_MAX_LANES,
  maxCalls: DEFAULT_MAX_CALLS_PER_CONNECTION,
  keepAliveMs: 30_000,
  livenessTimeoutMs: 1_500,
  helloTimeoutMs: 5_000,
};

/** What the engine needs from outside. */
export interface CallEnvironment {
  readonly clock: Clock;
  /** One for all connections of the process: the deadlines of calls whose time is near are in its heap. */
  readonly deadlines: DeadlineTimer;
  /** Runs the task when the current callback is done, before any input is handled (`process.nextTick`): the frames of one tick leave together. */
  readonly nextTick: (task: () => void) => void;
}
