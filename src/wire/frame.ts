/**
 * Frames: what travels on a lane. A frame is a header of 8 bytes and a payload of at most 16 KiB; integers are little endian.
 *
 *     0      2      3       4         8
 *     length  type   flags   call id   payload …
 *
 * The folder `wire/` turns bytes into frames and messages and back. It knows no calls, lanes, sockets or clocks.
 */
export const FrameType = {
  /** First frame of each side, on the first lane. See hello.ts. */
  HELLO: 1,
  /** Starts a call: head (see request-head.ts), then the first message or its first fragment when DATA is set. Needs no credit. */
  REQUEST: 2,
  /** A message of a stream, or a further fragment of any message. Charged against the credit of the call and of the connection. */
  MESSAGE: 3,
  /** The sender's stream is complete. */
  END: 4,
  /** The result of a unary or client-streaming call, or its first fragment. Needs no credit. Ends the call when complete. */
  RESPONSE: 5,
  /** The call failed; ends it. See error-payload.ts. */
  ERROR: 6,
  /** The client no longer wants the call. */
  CANCEL: 7,
  /** More bytes may be sent: a varint. Call id 0 is the connection's credit. */
  CREDIT: 8,
  /** Asks for PONG with the same 8 bytes. */
  PING: 9,
  PONG: 10,
  /** No call after the last one that was taken will be served here: u32 last call id, text. */
  GOAWAY: 11,
  /** Metadata of the server for a call that goes on: before the items of a stream, or between them. */
  METADATA: 12,
} as const;

export const FrameFlag = {
  /** The message goes on in the next MESSAGE frame of this call (for HELLO: in the next HELLO frame). */
  MORE: 1,
  /** The payload begins with a metadata block. */
  METADATA: 4,
  /** REQUEST: the method is given by name and not by its place in the server's HELLO. */
  NAMED: 8,
  /** REQUEST: the remaining time is given. */
  DEADLINE: 16,
  /** REQUEST: a message, or its first fragment, follows the head. */
  DATA: 32,
  /** ERROR: the call never reached a handler, so that it is safe to send again. */
  NOT_TAKEN: 64,
} as const;

/**
 * A frame as it was received. One object is reused for all frames of a lane; the payload is `bytes` from `start` to `end`.
 *
 * A MESSAGE frame that goes on in the next one (MORE) may be given in pieces, each of which looks like such a frame.
 */
export interface Frame {
  type: number;
  flags: number;
  callId: number;
  /** The bytes may serve again after the call; they do so only in fragments of a message that goes on. */
  isBorrowed: boolean;
  /** What it takes of the sender's credit if it is a MESSAGE: its bytes and, once a frame, {@link MESSAGE_CHARGE_BYTES}. */
  charge: number;
  bytes: Buffer;
  start: number;
  end: number;
}

/** How messages name a frame's type. */
export function frameName(type: number): string {
  return Object.entries(FrameType).find(([, value]) => value === type)?.[0] ?? `frame type ${type}`;
}
