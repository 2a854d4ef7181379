import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteReader, MalformedBytesError } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';

test('few floats and many come back as they went, at any offset', () => {
  fc.assert(
    fc.property(fc.array(fc.double(), { maxLength: 40 }), fc.nat(9), (values, offset) => {
      const writer = new ByteWriter(1);
      for (let i = 0; i < offset; i++) writer.writeUint8(i);
      for (const value of values) writer.writeFloat64(value);
      const reader = new ByteReader(writer.take(), offset);
      for (const value of values) assert.ok(Object.is(reader.readFloat64(), value));
      assert.equal(reader.remaining, 0);
    }),
  );
});

test('a float is little endian', () => {
  const writer = new ByteWriter();
  writer.writeFloat64(1);
  assert.equal(writer.take().toString('hex'), '000000000000f03f');
});

test('a writer whose buffer was replaced writes floats into the new one', () => {
  const writer = new ByteWriter(16);
  writer.writeFloat64(1);
  writer.buffer = Buffer.alloc(16);
  writer.position = 0;
  writer.writeFloat64(2);
  assert.equal(writer.buffer.readDoubleLE(0), 2);
});

test('a float that the bytes do not hold is malformed', () => {
  const reader = new ByteReader(new Uint8Array(7));
  assert.throws(() => reader.readFloat64(), MalformedBytesError);
});
