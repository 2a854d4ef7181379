/** What one program sends to the other and what comes of it. */
export interface Talk {
  /** The method's name in the definition; default `m`. */
  readonly method?: string;
  readonly request?: unknown;
  /** What the handler sees; default: the request. */
  readonly received?: unknown;
  /** What the handler gives, or throws if it is an error. */
  readonly answer?: unknown;
  /** What the caller sees; default: the answer. */
  readonly got?: unknown;
  /** Instead of an answer: the error that the call fails with. */
  readonly fails?: { readonly code: string; readonly message: RegExp; readonly details?: unknown };
  /** The handler must not have been reached. */
  readonly unseen?: true;
}

/** A change of a definition, and what becomes of an old client with a new server and the reverse. */
export interface EvolutionCase {
  /** The row of the table in docs/generator.md that it proves. */
  readonly row: string;
  readonly what: string;
  /** What `--check-breaking` says; `none` is no change at all. */
  readonly check: 'compatible' | 'breaking' | 'none';
  /** How it names the change; default: any way. */
  readonly says?: RegExp;
  readonly before: string;
  readonly after: string;
  readonly oldToNew: readonly Talk[];
  readonly newToOld: readonly Talk[];
}

const SERVICE = 'export interface TestService extends Service { m(p: A): Promise<A> }\n';
/** A service whose method takes and gives an object with these fields. */
export const A = (fields: string, more = ''): string => `${SERVICE}export interface A { ${fields} }\n${more}`;
/** A service with these methods. */
export const withMethods = (methods: string, more = ''): string => `export interface TestService extends Service { ${methods} }\n${more}`;
/** A service with this error type. */
export const withError = (error: string): string => `export interface TestService extends Service<E> { m(): Promise<string> }\n${error}`;

/** The definitions are compared before anything is encoded, so the request matters to nobody. */
export const refused = (message: RegExp): readonly Talk[] => [
  { request: { p: {} }, fails: { code: 'FAILED_PRECONDITION', message }, unseen: true },
];

/** The request of a method without parameters. */
export const EMPTY_REQUEST: undefined = undefined;
