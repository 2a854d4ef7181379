import type { Scalar } from '../model/type-model.ts';

/** The runtime functions of a scalar, how a mismatch describes it, and the fewest bytes it takes. */
export const SCALAR_CALLS: Readonly<Record<Scalar, ScalarCalls>> = {
  string: { write: 'writeText', read: 'readText', expected: 'a string', minBytes: 1 },
  number: { write: 'writeNumber', read: 'readNumber', expected: 'a number', minBytes: 8 },
  boolean: { write: 'writeBoolean', read: 'readBoolean', expected: 'a boolean', minBytes: 1 },
  bytes: { write: 'writeBytes', read: 'readBytes', expected: 'a Uint8Array', minBytes: 1 },
  date: { write: 'writeDate', read: 'readDate', expected: 'a valid Date', minBytes: 8 },
  bigint: { write: 'writeBigint', read: 'readBigint', expected: 'a bigint', minBytes: 1 },
  null: { write: 'writeNull', read: 'readNull', expected: 'null', minBytes: 1 },
  int8: signed(8),
  int16: signed(16),
  int32: signed(32),
  uint8: unsigned(8),
  uint16: unsigned(16),
  uint32: unsigned(32),
  float32: { write: 'writeFloat32', read: 'readFloat32', expected: 'a number in the range of float32', minBytes: 4 },
  int64: { write: 'writeInt64', read: 'readInt64', expected: 'a bigint from -2^63 to 2^63 - 1', minBytes: 8 },
  uint64: { write: 'writeUint64', read: 'readUint64', expected: 'a bigint from 0 to 2^64 - 1', minBytes: 8 },
  json: { write: 'writeJson', read: 'readJson', expected: 'a JSON value', minBytes: 1 },
};

/** One row of {@link SCALAR_CALLS}. */
export interface ScalarCalls {
  readonly write: string;
  readonly read: string;
  /** The largest value, for integers of several sizes that share functions: their last argument. */
  readonly max?: number;
  readonly expected: string;
  readonly minBytes: number;
}

function signed(bits: number): ScalarCalls {
  const max = 2 ** (bits - 1) - 1;
  return { write: 'writeSigned', read: 'readSigned', max, expected: `an integer from ${-max - 1} to ${max}`, minBytes: 1 };
}

function unsigned(bits: number): ScalarCalls {
  const max = 2 ** bits - 1;
  return { write: 'writeUnsigned', read: 'readUnsigned', max, expected: `an integer from 0 to ${max}`, minBytes: 1 };
}
