import type { float32, int8, int16, int32, int64, Json, Service, Stream, uint8, uint16, uint32, uint64 } from '../../../../src/index.ts';

/** Numbers with a size of their own. */
export interface Sizes {
  int8: int8;
  int16: int16;
  int32: int32;
  uint8: uint8;
  uint16: uint16;
  uint32: uint32;
  float32: float32;
  int64: int64;
  uint64: uint64;
}

export interface Containers {
  set: Set<string>;
  readonlySet: ReadonlySet<int32>;
  map: Map<int32, string[]>;
  readonlyMap: ReadonlyMap<string, Sizes>;
  record: Record<string, number>;
  index: { [name: string]: Date };
  open: Open;
  fixed: Record<'width' | 'height', number>;
  tuple: [string, int8, boolean];
  optionalTuple: readonly [name: string, size?: number, label?: string];
  restTuple: [boolean, ...uint8[]];
  empty: [];
  sparse: (string | undefined)[];
  nested: Map<string, Set<[number, Date | null]>>;
}

/** Any names, all with the same type. */
export interface Open {
  [name: string]: int32 | undefined;
}

export interface Literals {
  text: 'low' | 'high' | 'it\'s';
  number: 0 | 1 | -1 | 2.5;
  yes: true;
  big: 10n | -10n;
  mixed: 'auto' | 1 | false;
  both: true | false;
  nothing: null;
  optionalNull?: 'a' | null;
}

/** The five ways of not being there. */
export interface Absent {
  optional?: string;
  optionalUndefined?: string | undefined;
  undefinable: string | undefined;
  nullable: string | null;
  both: string | null | undefined;
  never?: never;
}

export type Event = { code: 1; text: string } | { code: 2; at: Date } | { code: 3 | 4 };

export type Outcome = { ok: true; event: Event } | { ok: false; reason?: string };

/** Told apart by what they are. */
export type Anything =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Uint8Array
  | Date
  | Anyone[]
  | Set<string>
  | Map<string, Anyone>
  | Outcome;

export type Anyone = 'nobody' | 'somebody';

/** @pattern ^[^@\s]+@[^@\s]+$ */
export type Email = string;

/** @min 0 @max 100 */
export type Percent = int32;

export interface Limited {
  /** @minLength 1 @maxLength 20 */
  name: string;
  email: Email;
  progress?: Percent | null;
  /** @min -5.5 */
  balance: number;
  /** @min 0 */
  visits: uint64 | null;
  /** @maxLength 3 */
  emails: Email[];
  /** @maxLength 1024 */
  data: Uint8Array | string;
}

export interface ValueStoreService extends Service {
  sizes(sizes: Sizes): Promise<Sizes>;
  containers(containers: Containers): Promise<Containers>;
  literals(literals: Literals): Promise<Literals>;
  absent(absent: Absent): Promise<Absent>;
  anything(value: Anything): Promise<Anything>;
  json(value: Json, known: unknown): Promise<Json>;
  /**
   * Takes only what its limits allow.
   *
   * @maxLength name 20
   * @min count 1
   * @deprecated Use `sizes`.
   */
  limited(name: string, count: int32, limited?: Limited): Promise<Limited>;
  numbers(numbers: Stream<int64>): Stream<float32>;
}
