import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MAX_SCHEMA_DEPTH, readSchemaField, readSchemaType, SchemaSyntaxError } from '../../../../src/util/schema/read-schema.ts';
import type { SchemaField, SchemaType } from '../../../../src/util/schema/schema.ts';
import { schemaFieldText, schemaText } from '../../../../src/util/schema/schema-text.ts';

const name = fc.oneof(fc.constantFrom('id', 'list', 'true', 'null', 'content-type', '', "it's", '"', '0', '#', '-x'), fc.string());
const literal = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.bigInt());

const types = fc.letrec<{ type: SchemaType; field: SchemaField }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('string', 'int8', 'bytes', 'json').map((scalar): SchemaType => ({ kind: 'scalar', name: scalar })),
    fc.array(literal, { minLength: 1, maxLength: 4 }).map((values): SchemaType => ({ kind: 'literals', values })),
    name.map((reference): SchemaType => ({ kind: 'reference', name: reference })),
    fc
      .tuple(fc.constantFrom('list', 'map', 'tuple', 'choice'), fc.array(tie('type'), { maxLength: 3 }))
      .map(([composite, parts]): SchemaType => ({ kind: 'composite', name: composite, parts })),
    fc.array(tie('field'), { maxLength: 3 }).map((fields): SchemaType => ({ kind: 'struct', fields })),
    fc
      .tuple(
        name,
        fc.array(fc.record({ tag: literal, fields: fc.array(tie('field'), { maxLength: 2 }) }, { noNullPrototype: true }), {
          minLength: 1,
          maxLength: 3,
        }),
      )
      .map(([discriminant, variants]): SchemaType => ({ kind: 'union', discriminant, variants })),
  ),
  field: fc.record({ name, type: tie('type'), optional: fc.boolean(), isReserved: fc.boolean() }, { noNullPrototype: true }),
}));

describe('the text of a type', () => {
  test('is read back as the same type, in both styles', () => {
    fc.assert(
      fc.property(types.type, (type) => {
        assert.deepEqual(readSchemaType(schemaText(type)), type);
        assert.deepEqual(readSchemaType(schemaText(type, 'readable')), type);
      }),
    );
  });

  test('of a field is read back as the same field', () => {
    fc.assert(fc.property(types.field, (field) => assert.deepEqual(readSchemaField(schemaFieldText(field, 'readable')), field)));
  });

  test('is short and plain', () => {
    const text = '{id:string,level:"low"|"high"|5|true|-7n,"content-type"?:list(bytes),-gone?:map(string,#3),e:<kind:"a"{x:number}|"b"{}>}';
    assert.equal(schemaText(readSchemaType(text)), text);
  });

  test('that is no type is refused with the place, and never in another way', () => {
    for (const [text, message] of [
      ['', /expected a type at character 1, found ""/u],
      ['list(string', /expected '\)' at character 12/u],
      ['{id}', /expected ':' at character 4/u],
      ['string extra', /expected the end at character 8, found "extra"/u],
      ['"a"|', /expected a literal at character 5/u],
      ['"\\u12"', /expected a text in quotes/u],
      ['<kind:>', /expected a literal/u],
    ] as const) {
      assert.throws(() => readSchemaType(text), { name: 'SchemaSyntaxError', message });
    }
  });

  test('from a peer is a type or a SchemaSyntaxError', () => {
    const pieces = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '<',
        '>',
        '(',
        ')',
        '"',
        "'",
        '|',
        ',',
        ':',
        '?',
        '-',
        '#',
        '1',
        'n',
        '.',
        'e',
        'id',
        'true',
        '\\',
        ' ',
        '\n',
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((list) => list.join('')),
        ),
        (text) => {
          try {
            readSchemaType(text);
          } catch (error) {
            assert.ok(error instanceof SchemaSyntaxError, String(error));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('nested without end does not take the stack', () => {
    for (const open of ['list(', '{a:', '<k:"a"{a:']) {
      assert.throws(() => readSchemaType(open.repeat(10_000)), {
        name: 'SchemaSyntaxError',
        message: new RegExp(`${MAX_SCHEMA_DEPTH} levels`, 'u'),
      });
    }
  });
});
