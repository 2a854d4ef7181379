import { invalidArgument } from '../errors/expect.ts';
import type { RpcError } from '../errors/rpc-error.ts';
import type { Tags } from '../swim/node-info.ts';

/**
 * Which nodes are meant, by their tags: all pairs of `"role=worker,zone=eu"` or of `{ role: 'worker', zone: 'eu' }`, or whatever a function
 * says. The function must look at nothing but the tags: what it said is remembered until a node changes.
 */
export type TagFilterInput = string | Tags | ((tags: Tags) => boolean);

/** A {@link TagFilterInput} that has been read and found right. */
export interface TagFilter {
  matches(tags: Tags): boolean;
  /** For messages: `role=worker,zone=eu`, `any tags`, or the name of the function. Equal for filters that match the same pairs. */
  describe(): string;
}

/**
 * Reads a filter.
 * @throws RpcError `INVALID_ARGUMENT` saying what is wrong with it.
 */
export function parseTagFilter(input: TagFilterInput): TagFilter {
  if (typeof input === 'string') return new PairsFilter(parsePairs(input));
  if (typeof input === 'function') return new PredicateFilter(input);
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return new PairsFilter(checkPairs(input));
  throw invalidArgument('filter', EXPECTED, input);
}

type Pair = readonly [key: string, value: string];

class PairsFilter implements TagFilter {
  readonly #pairs: readonly Pair[];

  constructor(pairs: readonly Pair[]) {
    this.#pairs = [...pairs].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  matches(tags: Tags): boolean {
    for (const [key, value] of this.#pairs) {
      if (tags[key] !== value) return false;
    }
    return true;
  }

  describe(): string {
    if (this.#pairs.length === 0) return 'any tags';
    return this.#pairs.map(([key, value]) => `${quoteIfNeeded(key)}=${quoteIfNeeded(value)}`).join(',');
  }
}

class PredicateFilter implements TagFilter {
  readonly #predicate: (tags: Tags) => boolean;

  constructor(predicate: (tags: Tags) => boolean) {
    this.#predicate = predicate;
  }

  matches(tags: Tags): boolean {
    return this.#predicate(tags) === true;
  }

  describe(): string {
    return this.#predicate.name === '' ? 'a function' : `the function ${this.#predicate.name}`;
  }
}

function parsePairs(text: string): Pair[] {
  if (text.trim() === '') throw wrongFilter(text, 'it is empty; leave the filter out, or pass {}, to match any tags');
  const pairs = new Map<string, string>();
  for (const part of text.split(',')) {
    const [key, value] = parsePair(part, text);
    const earlier = pairs.get(key);
    if (earlier !== undefined && earlier !== value) throw wrongFilter(text, `no node can have both ${key}=${earlier} and ${key}=${value}`);
    pairs.set(key, value);
  }
  return [...pairs];
}

function parsePair(part: string, text: string): Pair {
  if (part.trim() === '') throw wrongFilter(text, 'there is nothing between two commas, or before the first or after the last');
  const [key = '', value, ...rest] = part.split('=').map((side) => side.trim());
  if (value === undefined) throw wrongFilter(text, `"${part.trim()}" has no "="; write ${part.trim()}=value`);
  if (key === '') throw wrongFilter(text, `"${part.trim()}" has no key before "="`);
  if (rest.length > 0) throw wrongFilter(text, `"${part.trim()}" has more than one "="; pass an object for values with "=" or ","`);
  if (value === '')
    throw wrongFilter(text, `"${part.trim()}" has no value after "="; pass { ${JSON.stringify(key)}: "" } to match an empty one`);
  return [key, value];
}

function checkPairs(tags: Tags): readonly Pair[] {
  for (const [key, value] of Object.entries(tags)) {
    if (typeof value !== 'string') throw invalidArgument(`filter.${key}`, 'a string', value);
  }
  return Object.entries(tags);
}

function wrongFilter(text: string, reason: string): RpcError {
  return invalidArgument('filter', `${EXPECTED}: ${reason}`, text);
}

/** Keeps two different filters from being described alike. */
function quoteIfNeeded(text: string): string {
  return /^[^\s,="]+$/.test(text) ? text : JSON.stringify(text);
}

const EXPECTED = '"key=value" pairs with commas between them, an object of tags, or a function';
