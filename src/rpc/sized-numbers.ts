/**
 * Numbers that say how they travel: a definition file imports them, and to TypeScript they are `number` and `bigint`. Values out of range are refused
 * when they are sent and when they arrive.
 */

/** An integer from -128 to 127. */
export type int8 = number;

/** An integer from -32,768 to 32,767. */
export type int16 = number;

/** An integer from -2^31 to 2^31 - 1; small ones take few bytes. */
export type int32 = number;

/** An integer from 0 to 255. */
export type uint8 = number;

/** An integer from 0 to 65,535. */
export type uint16 = number;

/** An integer from 0 to 2^32 - 1; small ones take few bytes. */
export type uint32 = number;

/** A number in 4 bytes: it arrives rounded to the nearest value that fits, with about 7 digits. */
export type float32 = number;

/** A bigint from -2^63 to 2^63 - 1, always in 8 bytes. */
export type int64 = bigint;

/** A bigint from 0 to 2^64 - 1, always in 8 bytes. */
export type uint64 = bigint;
