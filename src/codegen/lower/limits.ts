import { type Limits, type Scalar, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import type { DefinitionFile } from '../parse/definition-file.ts';
import type { DocTag } from '../parse/doc-comment.ts';
import type { SourceRange } from '../source/source-file.ts';
import { withoutLimits } from './bare-type.ts';
import { LIMIT_TAGS } from './known-tags.ts';
import { rangeOf } from './lower-context.ts';
import type { TypeLowering } from './lower-type.ts';

/** The limits of a doc comment, each with its place. */
export interface TaggedLimits {
  readonly limits: Limits;
  readonly ranges: ReadonlyMap<keyof Limits, SourceRange>;
}

/** Reads the limits among tags; `undefined` when there is none that can be read. */
export function readLimits(lowering: TypeLowering, file: DefinitionFile, tags: readonly DocTag[]): TaggedLimits | undefined {
  const ranges = new Map<keyof Limits, SourceRange>();
  const limits: { -readonly [K in keyof Limits]: Limits[K] } = {};
  const report = (tag: DocTag, message: string, hint: string): void => lowering.diagnostics.report(rangeOf(file, tag), message, hint);
  for (const tag of tags) {
    if (!isLimit(tag.name)) continue;
    if (ranges.has(tag.name)) report(tag, `'@${tag.name}' is given twice`, 'remove one of them');
    if (tag.name === 'pattern') {
      const pattern = tag.text.replace(/^\/(.*)\/$/u, '$1');
      if (pattern === '' || !isPattern(pattern))
        report(tag, `cannot read the pattern '${tag.text}'`, "write a regular expression for the u flag, for example '@pattern ^[a-z]+$'");
      else limits.pattern = pattern;
    } else {
      const [word = ''] = tag.text.split(/\s/u);
      const value = word === '' ? Number.NaN : Number(word);
      const isLength = tag.name === 'minLength' || tag.name === 'maxLength';
      if (!Number.isFinite(value) || (isLength && !(Number.isSafeInteger(value) && value >= 0)))
        report(tag, `cannot read the limit '${tag.text}'`, `write a number, for example '@${tag.name} ${isLength ? '20' : '1'}'`);
      else limits[tag.name] = value;
    }
    ranges.set(tag.name, rangeOf(file, tag));
  }
  checkOrder(lowering, limits, ranges);
  return Object.keys(limits).length === 0 ? undefined : { limits, ranges };
}

/** The type with limits on the part of it that they are for: below null and undefined, and in a union on the members that have such values. */
export function limited(lowering: TypeLowering, type: TypeModel, tagged: TaggedLimits): TypeModel | undefined {
  const unused = new Map(tagged.ranges);
  const result = apply(type, tagged.limits, (name) => unused.delete(name));
  for (const [name, range] of unused) {
    if (tagged.limits[name] === undefined) continue;
    lowering.diagnostics.report(range, `'@${name}' does not fit this type`, FITS[name]);
  }
  checkRange(lowering, result, tagged);
  return result;
}

function apply(type: TypeModel, limits: Limits, used: (name: keyof Limits) => void): TypeModel {
  const bare = unwrapAlias(type);
  if (bare.kind === 'nullable' || bare.kind === 'undefinable') return { kind: bare.kind, inner: apply(bare.inner, limits, used) };
  if (bare.kind === 'choice') return { kind: 'choice', members: bare.members.map((member) => apply(member, limits, used)) };
  const fitting = Object.fromEntries(Object.entries(limits).filter(([name]) => fits(type, name as keyof Limits)));
  for (const name of Object.keys(fitting)) used(name as keyof Limits);
  return Object.keys(fitting).length === 0 ? type : { kind: 'limited', inner: type, limits: fitting };
}

function fits(type: TypeModel, limit: keyof Limits): boolean {
  const bare = withoutLimits(type);
  const name = bare.kind === 'scalar' ? bare.scalar : bare.kind;
  if (limit === 'pattern') return name === 'string';
  return limit === 'min' || limit === 'max' ? NUMBERS.has(name) : MEASURED.has(name);
}

function checkOrder(lowering: TypeLowering, limits: Limits, ranges: ReadonlyMap<keyof Limits, SourceRange>): void {
  for (const [low, high] of [
    ['min', 'max'],
    ['minLength', 'maxLength'],
  ] as const) {
    const range = ranges.get(high);
    if (range === undefined || (limits[low] ?? -Infinity) <= (limits[high] ?? Infinity)) continue;
    lowering.diagnostics.report(range, `@${low} ${limits[low]} is above @${high} ${limits[high]}`, 'no value would be left; swap them');
  }
}

/** A limit that a sized number cannot reach is a mistake; one of a bigint must be a whole number. */
function checkRange(lowering: TypeLowering, type: TypeModel | undefined, { limits, ranges }: TaggedLimits): void {
  if (type?.kind !== 'limited') return;
  const bare = withoutLimits(type);
  if (bare.kind !== 'scalar') return;
  const [lowest, highest] = INTEGERS[bare.scalar] ?? [-Infinity, Infinity];
  for (const name of ['min', 'max'] as const) {
    const range = ranges.get(name);
    const limit = limits[name];
    if (range === undefined || limit === undefined) continue;
    if (limit < lowest || limit > highest)
      lowering.diagnostics.report(range, `${bare.scalar} never reaches @${name} ${limit}`, `it holds ${lowest} to ${highest}`);
    else if (BIGINTS.has(bare.scalar) && !Number.isSafeInteger(limit))
      lowering.diagnostics.report(range, `the limit of a bigint must be a whole number, not ${limit}`, 'write at most 2^53 - 1');
  }
}

function isLimit(name: string): name is keyof Limits {
  return LIMIT_TAGS.has(name);
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    // The engine says what is wrong only in its own words; the report shows the pattern itself.
    return false;
  }
}

const BIGINTS: ReadonlySet<string> = new Set<Scalar>(['bigint', 'int64', 'uint64']);

const INTEGERS: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-128, 127],
  int16: [-32_768, 32_767],
  int32: [-2_147_483_648, 2_147_483_647],
  uint8: [0, 255],
  uint16: [0, 65_535],
  uint32: [0, 4_294_967_295],
  uint64: [0, Infinity],
};

/** Scalars with a size of their own. */
const NUMBERS: ReadonlySet<string> = new Set<Scalar>([
  'number',
  'float32',
  'int8',
  'int16',
  'int32',
  'uint8',
  'uint16',
  'uint32',
  'bigint',
  'int64',
  'uint64',
]);

/** Scalars and kinds of types whose values have a length. */
const MEASURED: ReadonlySet<string> = new Set(['string', 'bytes', 'list', 'set', 'map', 'record']);

const FITS: Readonly<Record<keyof Limits, string>> = {
  min: '@min and @max are for numbers and bigints; for the items of a list, declare an alias with the limit',
  max: '@min and @max are for numbers and bigints; for the items of a list, declare an alias with the limit',
  minLength: '@minLength and @maxLength are for strings, bytes, lists, sets, maps and records',
  maxLength: '@minLength and @maxLength are for strings, bytes, lists, sets, maps and records',
  pattern: '@pattern is for strings; for the items of a list, declare an alias with the pattern',
};
