import type { int32, Json, Service } from '../../../../src/index.ts';
import type { Level, Paged } from './reexports.ts';

export interface User {
  id: int32;
  name: string;
  email?: string;
  level: Level;
}

/** One page of a longer list. */
export interface Page<T, C = string> {
  items: T[];
  meta: { first: T | undefined; cursor: C };
  next?: Page<T, C>;
}

export type Result<T, E> = { ok: true; value: T } | { ok: false; error: E };

export type Maybe<T> = T | null;

export type Pair<A, B = A> = readonly [A, B];

export interface Tree<T> {
  value: T;
  children: Tree<T>[];
}

/** A later field of the same name replaces that of a base. */
export interface Admin extends Omit<User, 'email'>, Pick<Page<User>, 'items'> {
  level: 'high';
  scope: string;
}

export type Stamped = { at: Date };

export type StampedUser = User & Stamped;

export type StampedResult = Result<User, string> & Stamped;

/** Is made of partial copies of itself. */
export interface Draft {
  title: string;
  previous?: Partial<Draft>;
  fixed?: Readonly<Required<Pick<Draft, 'title'>>>;
}

export type Changes = Partial<Omit<User, 'id'>>;

export type Failure<T> = { kind: 'missing'; what: T } | { kind: 'denied' };

export interface GenericStoreService extends Service<Failure<string>> {
  page(page: Page<User>): Promise<Page<User>>;
  nested(page: Page<Page<string, int32>, { from: Date }>): Promise<Paged<User>>;
  result(result: Result<User, Failure<int32>>): Promise<Result<string[], string>>;
  maybe(user: Maybe<User>, text: Maybe<Maybe<string>>): Promise<Maybe<Pair<int32>>>;
  pairs(pairs: Pair<string, User>[]): Promise<Pair<User>>;
  tree(tree: Tree<string>): Promise<Tree<Maybe<User>>>;
  admin(admin: Admin): Promise<Admin>;
  stamped(user: StampedUser, result: StampedResult): Promise<User & { note: string }>;
  draft(draft: Draft): Promise<Partial<Draft>>;
  change(id: int32, changes: Changes): Promise<Required<Pick<User, 'name' | 'email'>>>;
  open(page: Page<unknown>): Promise<Page<Json>>;
  sure(user: NonNullable<Maybe<User>>): Promise<Readonly<User>>;
}
