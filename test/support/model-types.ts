import fc from 'fast-check';
import type { Scalar, TypeModel } from '../../src/codegen/model/type-model.ts';
import { fieldModel, shapeModel, structModel } from './emit-model.ts';

/** Every scalar. */
export const SCALARS: readonly Scalar[] = [
  'string',
  'number',
  'boolean',
  'bytes',
  'date',
  'bigint',
  'null',
  'int8',
  'int16',
  'int32',
  'uint8',
  'uint16',
  'uint32',
  'float32',
  'int64',
  'uint64',
  'json',
];

/** A scalar type. */
export function scalarModel(scalar: Scalar): TypeModel {
  return { kind: 'scalar', scalar };
}

/** Types at random, of every kind and nested. */
export function anyType(): fc.Arbitrary<TypeModel> {
  return fc.letrec<{ type: TypeModel; key: TypeModel }>((tie) => {
    const inner = tie('type');
    return {
      // Keys whose equality is that of their content: two objects of equal content are two keys.
      key: fc.constantFrom<Scalar>('string', 'number', 'boolean', 'bigint', 'int32', 'uint16', 'int64').map(scalarModel),
      type: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.constantFrom(...SCALARS).map(scalarModel),
        fc.constantFrom<TypeModel>(
          { kind: 'literals', values: ['low', 'high'] },
          { kind: 'literals', values: [1, -2.5, true, 'x', 5n] },
          { kind: 'limited', inner: scalarModel('int16'), limits: { min: -3, max: 9 } },
          { kind: 'limited', inner: scalarModel('string'), limits: { minLength: 1, maxLength: 6 } },
          { kind: 'limited', inner: { kind: 'nullable', inner: scalarModel('bigint') }, limits: { min: 0.5 } },
          { kind: 'choice', members: [scalarModel('string'), scalarModel('uint8'), scalarModel('boolean'), scalarModel('bytes')] },
        ),
        inner.map((item): TypeModel => ({ kind: 'list', item, readonly: true })),
        tie('key').map((item): TypeModel => ({ kind: 'set', item })),
        fc.tuple(tie('key'), inner).map(([key, value]): TypeModel => ({ kind: 'map', key, value })),
        inner.map((value): TypeModel => ({ kind: 'record', value })),
        fc
          .tuple(fc.array(inner, { maxLength: 3 }), fc.option(inner, { nil: undefined }), fc.nat(3))
          .map(([items, rest, required]): TypeModel => ({ kind: 'tuple', items, rest, required: Math.min(required, items.length) })),
        inner.map((type): TypeModel => ({ kind: 'nullable', inner: type })),
        inner.map((type): TypeModel => ({ kind: 'undefinable', inner: type })),
        inner.map(
          (item): TypeModel => ({
            kind: 'choice',
            members: [structModel('Member', [fieldModel('inner', item)]), { kind: 'list', item, readonly: false }],
          }),
        ),
        fc.array(fc.tuple(inner, fc.boolean()), { maxLength: 5 }).map((fields) =>
          structModel(
            'Struct',
            fields.map(([type, optional], index) => fieldModel(`f${index}`, type, optional)),
          ),
        ),
        fc.array(inner, { minLength: 1, maxLength: 3 }).map((types) =>
          shapeModel('Union', {
            kind: 'union',
            discriminant: 'kind',
            variants: types.map((type, index) => ({ tag: index === 0 ? 'first' : index, fields: [fieldModel('value', type)] })),
          }),
        ),
      ),
    };
  }).type;
}
