import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByteReader, MalformedBytesError } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';

/** One value of each kind that can be written, with how to write and read it. */
const value = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map((v) => step('uint8', v)),
  fc.integer({ min: 0, max: 0xffff }).map((v) => step('uint16', v)),
  fc.integer({ min: 0, max: 0xffff_ffff }).map((v) => step('uint32', v)),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((v) => step('uint64', v)),
  fc.double().map((v) => step('float64', v)),
  fc.maxSafeNat().map((v) => step('varint', v)),
  fc.string({ unit: 'binary', maxLength: 80 }).map((v) => step('string', v)),
  fc.uint8Array({ maxLength: 100 }).map((v) => step('bytes', v)),
);

describe('a byte writer and a byte reader', () => {
  it('agree on every value, in any order', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), (steps) => {
        const writer = new ByteWriter(4);
        for (const { write } of steps) write(writer);
        const reader = new ByteReader(writer.take());
        for (const { expected, read } of steps) assert.deepEqual(read(reader), expected);
        assert.equal(reader.remaining, 0);
      }),
    );
  });

  it('say that the bytes end too soon, wherever they are cut', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 10 }), fc.nat(), (steps, cut) => {
        const writer = new ByteWriter();
        for (const { write } of steps) write(writer);
        const bytes = writer.take();
        const reader = new ByteReader(bytes.subarray(0, cut % bytes.length));
        assert.throws(() => {
          for (const { read } of steps) read(reader);
        }, MalformedBytesError);
      }),
    );
  });

  it('survive any bytes: a value or MalformedBytesError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(value, { maxLength: 10 }), (bytes, steps) => {
        const reader = new ByteReader(bytes);
        try {
          for (const { read } of steps) read(reader);
        } catch (error) {
          assert.ok(error instanceof MalformedBytesError);
        }
      }),
    );
  });
});

describe('a byte reader', () => {
  it('refuses a list that claims more items than the bytes could hold', () => {
    const writer = new ByteWriter();
    writer.writeVarint(1_000_000);
    assert.throws(() => new ByteReader(writer.take()).readCount(4), /claims 1000000 items in 0 bytes/);
  });

  it('that is pointed at other bytes reads those, whatever it has read before', () => {
    const many = Array.from({ length: 40 }, (_, i) => i + 0.5);
    const first = floats(many);
    const second = floats(many.map((value) => -value));
    const reader = new ByteReader(first);
    for (const value of many) assert.equal(reader.readFloat64(), value);
    reader.reset(second, 0, second.length);
    for (const value of many) assert.equal(reader.readFloat64(), -value);
    reader.reset(second.subarray(0, 8), 0, 8);
    assert.equal(reader.readFloat64(), -0.5);
  });

  it('refuses a varint above 2^53 - 1', () => {
    assert.throws(() => new ByteReader(Buffer.alloc(9, 0xff)).readVarint(), /above 2\^53/);
  });
});

describe('a byte writer', () => {
  it('drops what was written after a place it is set back to', () => {
    const writer = new ByteWriter();
    writer.writeString('keep');
    const { position } = writer;
    writer.writeString('drop');
    writer.position = position;
    assert.equal(new ByteReader(writer.take()).readString(), 'keep');
  });

  it('gives a copy that later writes do not touch', () => {
    const writer = new ByteWriter();
    writer.writeUint32(1);
    const copy = writer.take();
    writer.reset();
    writer.writeUint32(2);
    assert.equal(new ByteReader(copy).readUint32(), 1);
  });
});

function floats(values: readonly number[]): Buffer {
  const writer = new ByteWriter();
  for (const value of values) writer.writeFloat64(value);
  return writer.take();
}

interface Step {
  readonly expected: unknown;
  write(writer: ByteWriter): void;
  read(reader: ByteReader): unknown;
}

function step(kind: string, expected: number | bigint | string | Uint8Array): Step {
  const writers: Record<string, (writer: ByteWriter) => void> = {
    uint8: (writer) => writer.writeUint8(expected as number),
    uint16: (writer) => writer.writeUint16(expected as number),
    uint32: (writer) => writer.writeUint32(expected as number),
    uint64: (writer) => writer.writeUint64(expected as bigint),
    float64: (writer) => writer.writeFloat64(expected as number),
    varint: (writer) => writer.writeVarint(expected as number),
    string: (writer) => writer.writeString(expected as string),
    bytes: (writer) => writer.writeBytes(expected as Uint8Array),
  };
  const readers: Record<string, (reader: ByteReader) => unknown> = {
    uint8: (reader) => reader.readUint8(),
    uint16: (reader) => reader.readUint16(),
    uint32: (reader) => reader.readUint32(),
    uint64: (reader) => reader.readUint64(),
    float64: (reader) => reader.readFloat64(),
    varint: (reader) => reader.readVarint(),
    string: (reader) => reader.readString(),
    bytes: (reader) => new Uint8Array(reader.readBytesView()),
  };
  const wellFormed = typeof expected === 'string' ? expected.toWellFormed() : expected;
  return {
    expected: wellFormed,
    write: writers[kind] as Step['write'],
    read: readers[kind] as Step['read'],
  };
}
