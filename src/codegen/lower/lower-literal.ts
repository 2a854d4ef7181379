import type { TSLiteralType } from 'oxc-parser';
import type { LiteralValue, TypeModel } from '../model/type-model.ts';
import type { TypePlace } from './lower-context.ts';
import type { TypeLowering } from './lower-type.ts';
import { REFUSED_SYNTAX, type Refusal } from './refusals.ts';

/** Lowers `'a'`, `1`, `-1`, `true` or `10n` where a type stands. */
export function lowerLiteral(lowering: TypeLowering, node: TSLiteralType, place: TypePlace): TypeModel | undefined {
  const value = literalValue(node.literal);
  if (value === undefined) return lowering.refuse(node, place, TEMPLATE);
  if (typeof value === 'number' && !Number.isFinite(value)) return lowering.refuse(node, place, TOO_LARGE);
  if (typeof value === 'string' && !value.isWellFormed()) return lowering.refuse(node, place, LONE_SURROGATE);
  return { kind: 'literals', values: [value] };
}

function literalValue(literal: TSLiteralType['literal']): LiteralValue | undefined {
  if (literal.type === 'Literal') return isLiteralValue(literal.value) ? literal.value : undefined;
  if (literal.type === 'TemplateLiteral')
    return literal.expressions.length === 0 ? (literal.quasis[0]?.value.cooked ?? undefined) : undefined;
  const { argument, operator } = literal;
  if (operator !== '-' || argument.type !== 'Literal') return undefined;
  // Minus zero is the same type as zero.
  if (typeof argument.value === 'number') return argument.value === 0 ? 0 : -argument.value;
  return typeof argument.value === 'bigint' ? -argument.value : undefined;
}

function isLiteralValue(value: unknown): value is LiteralValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
}

const TEMPLATE = REFUSED_SYNTAX.TSTemplateLiteralType as Refusal;
const TOO_LARGE: Refusal = {
  message: 'this number is larger than any number',
  hint: 'write a smaller one, or a bigint with an n at its end',
};
const LONE_SURROGATE: Refusal = {
  message: 'this text is no valid Unicode: it has half of a surrogate pair',
  hint: 'write the whole character',
};
