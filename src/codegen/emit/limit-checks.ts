import { type Limits, type Scalar, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import type { LiteralTables } from './literal-tables.ts';

/** One check of a limit: code that is true when the value is outside, and what was expected in words. */
export interface LimitCheck {
  readonly isOutside: string;
  readonly expected: string;
}

/**
 * A limited type with the limits where they bite: on `T | null` they are T's, on a union those of the members they have a meaning for.
 * What comes back is a limited type only if its inner one can be checked at once.
 */
export function placeLimits(inner: TypeModel, limits: Limits): TypeModel {
  const bare = unwrapAlias(inner);
  switch (bare.kind) {
    case 'nullable':
    case 'undefinable':
      return { kind: bare.kind, inner: placeLimits(bare.inner, limits) };
    case 'choice':
      return { kind: 'choice', members: bare.members.map((member) => placeLimits(member, limits)) };
    case 'limited': {
      const placed = placeLimits(bare.inner, bare.limits);
      return placed.kind === 'limited' ? { kind: 'limited', inner: placed, limits } : placeLimits(placed, limits);
    }
    default:
      return sizeOf(bare, 'x') === undefined && !isNumeric(bare) ? inner : { kind: 'limited', inner, limits };
  }
}

/** The checks for a value in a local variable whose type is known to fit. */
export function limitChecks(type: TypeModel, limits: Limits, place: LimitPlace): readonly LimitCheck[] {
  const bare = coreOf(type);
  const checks: LimitCheck[] = [];
  if (isNumeric(bare)) checks.push(...rangeCheck(bare, limits, place.local));
  const size = sizeOf(bare, place.local);
  if (size !== undefined) checks.push(...sizeCheck(size, limits));
  if (limits.pattern !== undefined && bare.kind === 'scalar' && bare.scalar === 'string') {
    const pattern = place.tables.patternOf(limits.pattern, place.hint);
    checks.push({ isOutside: `!${pattern}.test(${place.local})`, expected: `text that matches ${new RegExp(limits.pattern, 'u')}` });
  }
  return checks;
}

/** Where the value is, and where patterns are kept. */
export interface LimitPlace {
  readonly local: string;
  readonly hint: string;
  readonly tables: LiteralTables;
}

function coreOf(type: TypeModel): TypeModel {
  const bare = unwrapAlias(type);
  return bare.kind === 'limited' ? coreOf(bare.inner) : bare;
}

function isNumeric(type: TypeModel): type is Extract<TypeModel, { kind: 'scalar' }> {
  return type.kind === 'scalar' && (NUMBERS.has(type.scalar) || BIGINTS.has(type.scalar));
}

function rangeCheck({ scalar }: { readonly scalar: Scalar }, { min, max }: Limits, local: string): LimitCheck[] {
  const isBigint = BIGINTS.has(scalar);
  // A bound that is no integer leaves a bigint the integers inside of it.
  const low = min === undefined ? undefined : isBigint ? `${BigInt(Math.ceil(min))}n` : numberText(min);
  const high = max === undefined ? undefined : isBigint ? `${BigInt(Math.floor(max))}n` : numberText(max);
  const inside = [...(low === undefined ? [] : [`${local} >= ${low}`]), ...(high === undefined ? [] : [`${local} <= ${high}`])];
  if (inside.length === 0) return [];
  return [{ isOutside: `!(${inside.join(' && ')})`, expected: rangeText(isBigint ? 'a bigint' : 'a number', min, max) }];
}

function sizeCheck(size: Size, { minLength, maxLength }: Limits): LimitCheck[] {
  const outside = [
    ...(minLength === undefined ? [] : [`${size.code} < ${minLength}`]),
    ...(maxLength === undefined ? [] : [`${size.code} > ${maxLength}`]),
  ];
  if (outside.length === 0) return [];
  const text = minLength !== undefined && minLength === maxLength ? `exactly ${minLength}` : rangeText('', minLength, maxLength).trim();
  return [{ isOutside: outside.join(' || '), expected: `${text} ${size.unit}` }];
}

function rangeText(what: string, min: number | undefined, max: number | undefined): string {
  if (max === undefined) return `${what}${what === '' ? '' : ' of '}at least ${min}`;
  return min === undefined ? `${what}${what === '' ? '' : ' of '}at most ${max}` : `${what} from ${min} to ${max}`;
}

/** How the length of a value is read, and in what it is counted. */
interface Size {
  readonly code: string;
  readonly unit: string;
}

function sizeOf(type: TypeModel, local: string): Size | undefined {
  switch (type.kind) {
    case 'scalar':
      if (type.scalar === 'string') return { code: `${local}.length`, unit: 'characters' };
      return type.scalar === 'bytes' ? { code: `${local}.length`, unit: 'bytes' } : undefined;
    case 'list':
      return { code: `${local}.length`, unit: 'items' };
    case 'set':
      return { code: `${local}.size`, unit: 'items' };
    case 'map':
      return { code: `${local}.size`, unit: 'entries' };
    case 'record':
      return { code: `Object.keys(${local}).length`, unit: 'entries' };
    default:
      return undefined;
  }
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '0' : String(value);
}

const NUMBERS: ReadonlySet<Scalar> = new Set(['number', 'int8', 'int16', 'int32', 'uint8', 'uint16', 'uint32', 'float32']);
const BIGINTS: ReadonlySet<Scalar> = new Set(['bigint', 'int64', 'uint64']);
