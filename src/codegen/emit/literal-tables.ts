import { quote, wrapItems } from './source-printer.ts';

/** The constants that hold the literals of a file's string unions; equal lists share one. */
export class LiteralTables {
  readonly #names = new Map<string, string>();
  readonly #taken: ReadonlySet<string>;
  readonly #tables: { readonly name: string; readonly values: readonly string[] }[] = [];

  /** @param taken names of types in the same file */
  constructor(taken: ReadonlySet<string>) {
    this.#taken = taken;
  }

  /** The constant for a list of literals. */
  nameOf(values: readonly string[], hint: string): string {
    const key = JSON.stringify(values);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const base = toConstantCase(hint);
    let name = base;
    for (let i = 2; this.#taken.has(name) || this.#tables.some((table) => table.name === name); i++) name = `${base}_${i}`;
    this.#names.set(key, name);
    this.#tables.push({ name, values });
    return name;
  }

  /** The declarations of all constants. */
  lines(): string[] {
    return this.#tables.flatMap(({ name, values }) => wrapItems(`const ${name} = [`, values.map(quote), '] as const;'));
  }
}

function toConstantCase(hint: string): string {
  const words = hint
    .replace(/([a-z\d])([A-Z])/gu, '$1_$2')
    .replace(/\W+/gu, '_')
    .toUpperCase();
  return /^[A-Z_]/u.test(words) ? words : `_${words}`;
}
