import type { LiteralValue } from '../model/type-model.ts';
import { literalText, wrapItems } from './source-printer.ts';

/** The constants of a file: the values of literal unions, and the patterns that text must match. Equal ones share a name. */
export class LiteralTables {
  readonly #names = new Map<string, string>();
  readonly #taken: Set<string>;
  readonly #lines: string[] = [];

  /** @param taken names of types in the same file */
  constructor(taken: ReadonlySet<string>) {
    this.#taken = new Set(taken);
  }

  /** The constant for a list of literals. */
  nameOf(values: readonly LiteralValue[], hint: string): string {
    const items = values.map(literalText);
    return this.#constant(items.join(), hint, (name) => wrapItems(`const ${name} = [`, items, '] as const;'));
  }

  /** The constant for a regular expression. */
  patternOf(pattern: string, hint: string): string {
    // The source of an expression has its slashes and line breaks escaped, so it can stand between slashes.
    const code = `/${new RegExp(pattern, 'u').source}/u`;
    return this.#constant(code, `${hint}Pattern`, (name) => [`const ${name} = ${code};`]);
  }

  /** The declarations of all constants. */
  lines(): readonly string[] {
    return this.#lines;
  }

  #constant(key: string, hint: string, declare: (name: string) => readonly string[]): string {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const base = toConstantCase(hint);
    let name = base;
    for (let i = 2; this.#taken.has(name); i++) name = `${base}_${i}`;
    this.#taken.add(name);
    this.#names.set(key, name);
    this.#lines.push(...declare(name));
    return name;
  }
}

function toConstantCase(hint: string): string {
  const words = hint
    .replace(/([a-z\d])([A-Z])/gu, '$1_$2')
    .replace(/\W+/gu, '_')
    .toUpperCase();
  return /^[A-Z_]/u.test(words) ? words : `_${words}`;
}
