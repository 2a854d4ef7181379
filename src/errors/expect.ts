import { RpcError } from './rpc-error.ts';

/** Throws unless `value` is an integer of at least `min`: "Expected probeIntervalMs to be an integer of at least 1, got -5". */
export function expectInteger(name: string, value: unknown, min: number): asserts value is number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min) return;
  throw invalidArgument(name, `an integer of at least ${min}`, value);
}

/** Throws unless `value` is a finite number of at least `min`. */
export function expectNumber(name: string, value: unknown, min: number): asserts value is number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= min) return;
  throw invalidArgument(name, `a number of at least ${min}`, value);
}

/** Throws unless `value` is a string that is not empty. */
export function expectText(name: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && value.length > 0) return;
  throw invalidArgument(name, 'a string that is not empty', value);
}

/**
 * Throws unless `value` is an object whose names are all among the keys of `known`, and none of whose values is null: "Expected phi to be made of known names
 * (threshold, windowSize), got "treshold"".
 */
export function expectNames(name: string, value: unknown, known: object): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidArgument(name, 'an object', value);
  for (const [key, given] of Object.entries(value)) {
    if (!Object.hasOwn(known, key)) throw invalidArgument(name, `made of known names (${Object.keys(known).join(', ')})`, key);
    if (given === null) throw invalidArgument(key, 'left out, or to have a value', given);
  }
}

/** The error for a caller's mistake: what was expected and what came. */
export function invalidArgument(name: string, expected: string, got: unknown): RpcError {
  return new RpcError('INVALID_ARGUMENT', `Expected ${name} to be ${expected}, got ${describe(got)}`);
}

/** The error for a mistake in what may be secret: what came is not shown. */
export function invalidSecret(name: string, expected: string): RpcError {
  return new RpcError('INVALID_ARGUMENT', `Expected ${name} to be ${expected}; what came is not shown, because it may be secret`);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}
