/** Gives each field or parameter a local variable whose name clashes with nothing in its function. */
export class LocalNames {
  readonly #taken: Set<string>;
  readonly #reserved: ReadonlySet<string>;

  /** @param use where the names stand: in functions that write and read, or in the signatures of clients and handlers, which call little */
  constructor(taken: Iterable<string> = [], use: 'codec' | 'signature' = 'codec') {
    this.#taken = new Set(taken);
    this.#reserved = use === 'codec' ? CODEC_WORDS : WORDS;
  }

  /** A free identifier close to `name`. */
  claim(name: string): string {
    const base = toIdentifier(name);
    let candidate = this.#isReserved(base) ? `${base}_` : base;
    for (let i = 2; this.#taken.has(candidate); i++) candidate = `${base}${i}`;
    this.#taken.add(candidate);
    return candidate;
  }

  /** Reserved words, names of the library, and the patterns of names that generated files use themselves: `writeX`, `readX`, `computeMethods`, CONSTANTS. */
  #isReserved(name: string): boolean {
    return (
      this.#reserved.has(name) || /^(?:write|read)[A-Z]/u.test(name) || /(?:Methods|Codec|Service)$/u.test(name) || /^[A-Z]/u.test(name)
    );
  }
}

function toIdentifier(name: string): string {
  const joined = name.replace(/[^\w$]+(.)?/gu, (_, next: string | undefined) => next?.toUpperCase() ?? '');
  return /^[A-Za-z_$]/u.test(joined) ? joined : `_${joined}`;
}

const WORDS: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function ' +
    'if implements import in instanceof interface let new null package private protected public return static super switch this throw true try ' +
    'typeof undefined var void while with yield NaN Infinity error context handler options'
  ).split(' '),
);

const CODEC_WORDS: ReadonlySet<string> = new Set([
  ...WORDS,
  ...(
    'value writer reader depth mismatch within toEncodeError toDecodeError checkReadDepth checkWriteDepth openStruct closeStruct enterStruct ' +
    'leaveStruct isObject isList skipPresence createTypedError hasDetails unknownVariant isLiteral isSet isMap isRecord isTuple tupleLength ' +
    'checkTupleCount checkDistinct areDistinctFloats setEntry outOfLimits receivedOutOfLimits emptyCodec'
  ).split(' '),
]);
