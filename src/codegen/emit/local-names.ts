/** Gives each field or parameter a local variable whose name clashes with nothing in its function. */
export class LocalNames {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** A free identifier close to `name`. */
  claim(name: string): string {
    const base = toIdentifier(name);
    let candidate = isReserved(base) ? `${base}_` : base;
    for (let i = 2; this.#taken.has(candidate); i++) candidate = `${base}${i}`;
    this.#taken.add(candidate);
    return candidate;
  }
}

function toIdentifier(name: string): string {
  const joined = name.replace(/[^\w$]+(.)?/gu, (_, next: string | undefined) => next?.toUpperCase() ?? '');
  return /^[A-Za-z_$]/u.test(joined) ? joined : `_${joined}`;
}

/** Reserved words, globals, and the patterns of names that generated files use themselves: `writeX`, `readX`, `computeMethods`, CONSTANTS. */
function isReserved(name: string): boolean {
  return RESERVED.has(name) || /^(?:write|read)[A-Z]/u.test(name) || /(?:Methods|Codec|Service)$/u.test(name) || /^[A-Z]/u.test(name);
}

const RESERVED: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function ' +
    'if implements import in instanceof interface let new null package private protected public return static super switch this throw true try ' +
    'typeof undefined var void while with yield NaN Infinity ' +
    'value writer reader depth error context handler options mismatch within toEncodeError toDecodeError checkReadDepth checkWriteDepth ' +
    'openStruct closeStruct enterStruct leaveStruct isObject isList skipPresence createTypedError hasDetails'
  ).split(' '),
);
