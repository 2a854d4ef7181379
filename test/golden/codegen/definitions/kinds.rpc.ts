import type { float32, int16, int32, int64, int8, Json, Service, Stream, uint16, uint32, uint64, uint8 } from '../../../../src/index.ts';

export interface Sizes {
  tiny: int8;
  small: int16;
  plain: int32;
  tinyCount: uint8;
  smallCount: uint16;
  count: uint32;
  rounded: float32;
  long: int64;
  longCount: uint64;
}

export interface User {
  id: uint32;
  name: string;
  email?: string;
  readonly tags: ReadonlySet<string>;
}

export interface Page<T> {
  items: T[];
  next?: string;
}

export type Pair<A, B> = [A, B];
export type Result<T> = { ok: true; value: T } | { ok: false; reason: string };

export interface Limited {
  /**
   * @min 1
   * @max 10
   */
  count: int32;
  /**
   * @maxLength 5
   * @pattern ^[a-z/]+$
   */
  name?: string;
  /** @maxLength 2 */
  list: string[];
  /** @min 0 */
  big: bigint | null;
}

export interface Collections {
  set: Set<string>;
  map: Map<string, User>;
  ids: Map<int32, boolean>;
  keyed: Map<Date, Set<bigint>>;
  record: Record<string, number>;
  index: { [key: string]: User };
  pair: [string, number];
  optional: [string, number?];
  rest: [string, ...number[]];
  readonlyPair: readonly [User, User];
  holes: (string | undefined)[];
  required: string | undefined;
}

export interface Unions {
  choice: string | number | User | Uint8Array | Date | string[];
  mode: 'auto' | number | null;
  status: 200 | 404 | true;
  nothing: null;
  json: Json;
  anything: unknown;
}

export interface Derived {
  page: Page<User>;
  partial: Partial<User>;
  picked: Pick<User, 'id' | 'name'>;
  both: User & { extra: boolean };
  result: Result<User>;
}

export type KindError = { code: 404 } | { code: 500; reason: string };

export type Missing = { type: 'not-found'; path: readonly string[] } | { type: 'NOT_FOUND'; at?: Date };
export type OddError =
  | Missing
  | { type: '__proto__' }
  | { type: 'delete'; 'quoted-name': string; options?: int32 }
  | { type: "it's"; page: Page<User> }
  | { type: 7; of: Set<string> }
  | { type: false };

/** Fails in every way. */
export interface OddService extends Service<OddError> {
  fail(): Promise<void>;
}

/** Values of every kind. */
export interface KindService extends Service<KindError> {
  sizes(): Promise<Sizes>;
  /** @deprecated use `derived` */
  page(user: User): Promise<Page<User>>;
  pair(): Promise<Pair<string, User>>;
  limited(value: Limited, list?: uint8[]): Promise<Limited>;
  collections(): Promise<Collections>;
  unions(): Promise<Unions>;
  derived(): Promise<Derived>;
  json(value: Json, anything: unknown): Promise<unknown>;
  maybe(): Promise<User | undefined>;
  choices(): Stream<string | number | null>;
  result(): Promise<Result<Page<User>>>;
}
