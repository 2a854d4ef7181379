import type { Service } from '../../../../src/index.ts';
import type { Base, Level } from './common.ts';

/** Every kind of field, some of them with awkward names. */
export interface Everything extends Base {
  text: string;
  number: number;
  flag: boolean;
  bytes: Uint8Array;
  big: bigint;
  level: Level;
  only: 'one';
  'quoted-name': string;
  value: number;
  writer: string;
  readText: string;
  class: boolean;
  tags: readonly string[];
  matrix: number[][];
  maybe: (string | null)[];
  nullable: Inner | null;
  nested: Inner;
  inners: Inner[];
  point: { x: number; y?: number };
  points: { x: number; level: Level }[];
  shape: Shape;
  shapes: ReadonlyArray<Shape>;
  alias: Names;
}

export interface Inner {
  name: string;
}

export type Names = Array<string>;

export interface Circle {
  kind: 'circle';
  radius: number;
  label?: string;
}

export interface Square {
  kind: 'square';
  side: number;
}

export type Round = Circle | { kind: 'ellipse'; a: number; b: number };

export type Shape = Round | Square | { kind: 'none' };

/** Optional fields of every kind. */
export interface Optional {
  id: number;
  text?: string;
  date?: Date;
  inner?: Inner;
  list?: number[];
  nullable?: string | null;
  loose?: boolean | undefined;
  shape?: Shape;
}

/** More optional fields than one presence word holds. */
export interface Many {
  f00?: number; f01?: number; f02?: number; f03?: number; f04?: number; f05?: number; f06?: number; f07?: number; f08?: number; f09?: number;
  f10?: number; f11?: number; f12?: number; f13?: number; f14?: number; f15?: number; f16?: number; f17?: number; f18?: number; f19?: number;
  f20?: number; f21?: number; f22?: number; f23?: number; f24?: number; f25?: number; f26?: number; f27?: number; f28?: string; f29?: string;
}

export type Tree = { kind: 'leaf'; value: number } | { kind: 'node'; children: Tree[] };

/** Refers to itself through another type. */
export interface Chain {
  next?: Link;
}

export interface Link {
  chain: Chain;
  parent: Chain | null;
}

/** Has the name of a library type, and the next one that of a library function. */
export interface Codec {
  id: string;
}

export interface Text {
  text: string;
}

export interface Empty {}

export interface ShapeFailure {
  reason: string;
  shape?: Shape;
}

export interface ShapeStoreService extends Service<ShapeFailure> {
  everything(): Promise<Everything>;
  optional(): Promise<Optional>;
  many(): Promise<Many>;
  tree(): Promise<Tree>;
  chain(): Promise<Chain>;
  clash(codec: Codec, text: Text): Promise<Codec>;
  empty(): Promise<Empty>;
  text(): Promise<string>;
  texts(): Promise<string[]>;
  maybe(): Promise<Inner | null>;
  level(): Promise<Level>;
  numbers(): Promise<number[]>;
  boolean(): Promise<boolean>;
  date(): Promise<Date>;
  big(): Promise<bigint>;
  bytes(): Promise<Uint8Array>;
  optionalParameters(options: string, context?: number, request?: Inner): Promise<void>;
  delete(computeMethods: string, class_?: string): Promise<void>;
}
