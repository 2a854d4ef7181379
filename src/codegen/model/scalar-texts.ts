import type { Scalar } from './type-model.ts';

/** How scalars are written in TypeScript: sized numbers as what they are there. `Json` has a name to import. */
export const SCALAR_TEXTS: Readonly<Record<Exclude<Scalar, 'json'>, string>> = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  bytes: 'Uint8Array',
  date: 'Date',
  bigint: 'bigint',
  null: 'null',
  int8: 'number',
  int16: 'number',
  int32: 'number',
  uint8: 'number',
  uint16: 'number',
  uint32: 'number',
  float32: 'number',
  int64: 'bigint',
  uint64: 'bigint',
};
