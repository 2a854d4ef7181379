import type { LiteralValue } from '../model/type-model.ts';

/**
 * Collects the lines of one generated file and owns its imports: emitters ask for a name where they use it, and the printer writes each import once,
 * sorted, type-only where nothing is used as a value.
 */
export class SourcePrinter {
  readonly #lines: string[] = [];
  readonly #imports = new Map<string, Map<string, Import>>();
  #indent = 0;

  /** Names a type of another module, under a `local` name if its own is taken; gives the local name back for use in a line. */
  type(name: string, specifier: string, local: string = name): string {
    const names = this.#namesOf(specifier);
    if (!names.has(name)) names.set(name, { kind: 'type', local });
    return local;
  }

  /** Names a value of another module; see {@link type}. */
  value(name: string, specifier: string, local: string = name): string {
    this.#namesOf(specifier).set(name, { kind: 'value', local });
    return local;
  }

  /** Adds a line at the current indentation; without text an empty one, never two in a row. */
  line(text = ''): void {
    if (text === '' && this.#lines.at(-1) === '') return;
    this.#lines.push(text === '' ? '' : '  '.repeat(this.#indent) + text);
  }

  /** Adds `open`, the lines of `body` one level deeper, and `close`. */
  block(open: string, body: () => void, close = '}'): void {
    this.line(open);
    this.#indent++;
    body();
    this.#indent--;
    this.line(close);
  }

  /** Adds a block that is an entry of the object or array literal around it, one level deeper than the current line. */
  nested(open: string, body: () => void): void {
    this.#indent++;
    this.block(open, body, '},');
    this.#indent--;
  }

  /** Adds a line one level deeper. */
  nestedLine(text: string): void {
    this.#indent++;
    this.line(text);
    this.#indent--;
  }

  /** Adds blocks that belong together, such as `try {` and `catch {`: each closes on the line that opens the next. */
  branches(parts: readonly (readonly [open: string, body: () => void])[]): void {
    parts.forEach(([open, body], index) => {
      this.line(index === 0 ? open : `} ${open}`);
      this.#indent++;
      body();
      this.#indent--;
    });
    this.line('}');
  }

  /** Adds a doc comment; nothing for no lines. */
  doc(lines: readonly string[]): void {
    const [first] = lines;
    if (first === undefined) return;
    if (lines.length === 1) return this.line(`/** ${first} */`);
    this.line('/**');
    for (const line of lines) this.line(line === '' ? ' *' : ` * ${line}`);
    this.line(' */');
  }

  /** The whole file: header, imports, lines. */
  print(header: readonly string[]): string {
    const imports = [...this.#imports].sort(([a], [b]) => compareText(a, b)).map(([specifier, names]) => printImport(specifier, names));
    const parts = [header.map((line) => `// ${line}`).join('\n'), imports.join('\n'), this.#lines.join('\n').trim()];
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
  }

  #namesOf(specifier: string): Map<string, Import> {
    const known = this.#imports.get(specifier);
    if (known !== undefined) return known;
    const names = new Map<string, Import>();
    this.#imports.set(specifier, names);
    return names;
  }
}

/** A string as a single-quoted literal. */
export function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replace(/\\"/gu, '"').replace(/'/gu, "\\'");
  return `'${escaped.replace(/[\u2028\u2029]/gu, (character) => `\\u${character.charCodeAt(0).toString(16)}`)}'`;
}

/** A literal as TypeScript. */
export function literalText(value: LiteralValue): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'bigint':
      return `${value}n`;
    default:
      return Object.is(value, -0) ? '-0' : String(value);
  }
}

/** A property name, quoted if it must be. */
export function propertyKey(name: string): string {
  return IDENTIFIER.test(name) ? name : quote(name);
}

/** A property access, with brackets if it must be. */
export function propertyAccess(object: string, name: string): string {
  return IDENTIFIER.test(name) ? `${object}.${name}` : `${object}[${quote(name)}]`;
}

/** An opening, items and a closing on one line, or one item a line where that is too long. */
export function wrapItems(open: string, items: readonly string[], close: string): string[] {
  const flat = `${open}${items.join(', ')}${close}`;
  if (flat.length <= MAX_LINE) return [flat];
  return [open.trimEnd(), ...items.map((item) => `  ${item},`), close.trimStart()];
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/u;

/** Room for the indentation of a class member is left. */
const MAX_LINE = 130;

/** How a name of another module is used. */
interface Import {
  readonly kind: 'type' | 'value';
  readonly local: string;
}

function printImport(specifier: string, names: ReadonlyMap<string, Import>): string {
  const sorted = [...names].sort(([a], [b]) => compareText(a.toLowerCase(), b.toLowerCase()) || compareText(a, b));
  const typeOnly = sorted.every(([, { kind }]) => kind === 'type');
  const items = sorted.map(([name, { kind, local }]) => {
    const renamed = local === name ? name : `${name} as ${local}`;
    return kind === 'type' && !typeOnly ? `type ${renamed}` : renamed;
  });
  return wrapItems(typeOnly ? 'import type { ' : 'import { ', items, ` } from ${quote(specifier)};`).join('\n');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
