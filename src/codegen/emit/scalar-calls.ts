import type { Scalar } from '../model/type-model.ts';

/** The runtime functions of a scalar, how a mismatch describes it, and the fewest bytes it takes. */
export const SCALAR_CALLS: Readonly<Record<Scalar, ScalarCalls>> = {
  string: { write: 'writeText', read: 'readText', expected: 'a string', minBytes: 1 },
  number: { write: 'writeNumber', read: 'readNumber', expected: 'a number', minBytes: 8 },
  boolean: { write: 'writeBoolean', read: 'readBoolean', expected: 'a boolean', minBytes: 1 },
  bytes: { write: 'writeBytes', read: 'readBytes', expected: 'a Uint8Array', minBytes: 1 },
  date: { write: 'writeDate', read: 'readDate', expected: 'a valid Date', minBytes: 8 },
  bigint: { write: 'writeBigint', read: 'readBigint', expected: 'a bigint', minBytes: 1 },
};

/** One row of {@link SCALAR_CALLS}. */
export interface ScalarCalls {
  readonly write: string;
  readonly read: string;
  readonly expected: string;
  readonly minBytes: number;
}
