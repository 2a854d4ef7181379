import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ByteReader, MalformedBytesError } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import { readText, writeText } from '../../../src/wire/values/text.ts';

const texts = fc.array(
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 300 }),
    fc.constantFrom('\ufffd', 'ASCII up to here, then \u00e9', 'a'.repeat(64), 'a'.repeat(65)),
  ),
  { maxLength: 40 },
);

describe('text', () => {
  test('arrives as it was, whatever is before and after it', () => {
    fc.assert(
      fc.property(texts, (values) => {
        const bytes = write(values);
        const reader = new ByteReader(bytes);
        assert.deepEqual(
          values.map(() => readText(reader)),
          values,
        );
        assert.equal(reader.remaining, 0);
      }),
    );
  });

  test('comes from the bytes that the reader was pointed at last', () => {
    const reader = new ByteReader(write(['twenty characters ...', 'and twenty more .....']));
    readText(reader);
    const others = write(['TWENTY CHARACTERS ...', 'AND TWENTY MORE .....']);
    reader.reset(others, 0, others.length);
    assert.deepEqual([readText(reader), readText(reader)], ['TWENTY CHARACTERS ...', 'AND TWENTY MORE .....']);
  });

  test('is read right when the reader goes back', () => {
    const values = ['a first text of some length', 'x'.repeat(300), 'a last text of some length'];
    const reader = new ByteReader(write(values));
    for (const value of values) assert.equal(readText(reader), value);
    reader.position = 0;
    for (const value of values) assert.equal(readText(reader), value);
  });

  test('that is not UTF-8 is malformed, at any length', () => {
    for (const length of [1, 12, 13, 40, 64, 65, 500]) {
      const bytes = write(['a'.repeat(length)]);
      bytes[bytes.length - 1] = 0x80;
      assert.throws(() => readText(new ByteReader(bytes)), MalformedBytesError, `${length} bytes`);
    }
  });

  test('that ends too soon is malformed, at any length', () => {
    for (const length of [1, 12, 13, 40, 64, 65, 500]) {
      const bytes = write(['a'.repeat(length)]);
      assert.throws(() => readText(new ByteReader(bytes, 0, bytes.length - 1)), MalformedBytesError, `${length} bytes`);
    }
  });
});

function write(values: readonly string[]): Buffer {
  const writer = new ByteWriter();
  for (const value of values) assert.ok(writeText(writer, value));
  return writer.take();
}
