/**
 * The closed table of error codes: gRPC's names and numbers. Code tells what happened; text is for people.
 *
 * | code | when RpcNet raises it |
 * |---|---|
 * | `CANCELLED` | the caller aborted, broke out of a stream, or its connection went away |
 * | `UNKNOWN` | a peer sent a code that this version does not know |
 * | `INVALID_ARGUMENT` | a value does not fit its type, an option is wrong, bytes of a request are malformed |
 * | `DEADLINE_EXCEEDED` | the call's time was up, or connecting or joining took too long |
 * | `NOT_FOUND` | a named thing (file, node, tag) does not exist |
 * | `ALREADY_EXISTS` | already joined, a node name in use, a port in use, a file that would be overwritten |
 * | `PERMISSION_DENIED` | the peer is known but may not do this (internal methods without a verified certificate) |
 * | `RESOURCE_EXHAUSTED` | a limit was reached: message size, calls in flight, connections |
 * | `FAILED_PRECONDITION` | the state does not allow it: not joined, closed, schemas or protocol versions differ |
 * | `ABORTED` | a handler ended the call with a typed error of its own: see `details` |
 * | `OUT_OF_RANGE` | left to applications |
 * | `UNIMPLEMENTED` | the server has no such method, or has it with another call kind |
 * | `INTERNAL` | a handler threw something else (its text stays on the server), or a response is malformed |
 * | `UNAVAILABLE` | no connection, a lost connection, a draining server, no worker that matches |
 * | `DATA_LOSS` | left to applications |
 * | `UNAUTHENTICATED` | TLS refused a side: unknown CA, expired certificate, wrong server name |
 */
export const ERROR_CODES = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** One of the sixteen code names. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** The number of a code on the wire. */
export function codeNumber(code: ErrorCode): number {
  return ERROR_CODES[code];
}

/** The code for a number from the wire; an unknown number is `UNKNOWN`. */
export function codeFromNumber(value: number): ErrorCode {
  return CODE_NAMES[value] ?? 'UNKNOWN';
}

const CODE_NAMES: readonly (ErrorCode | undefined)[] = (() => {
  const names: (ErrorCode | undefined)[] = [];
  for (const [name, value] of Object.entries(ERROR_CODES)) names[value] = name as ErrorCode;
  return names;
})();
