import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByteReader } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import { jsonCodec, jsonList, jsonProperty, jsonText } from '../../../src/wire/json-codec.ts';

const codec = jsonCodec<unknown>(
  (value) => value,
  (json) => json,
);

describe('a value as JSON', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const writer = new ByteWriter();
        codec.encode(value, writer);
        assert.deepEqual(read(writer.take()), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('may be left out: no bytes are an empty object', () => {
    assert.deepEqual(read(Buffer.alloc(0)), {});
  });

  it('that is none, or not what its reader takes, is malformed whatever the bytes are', () => {
    const strict = jsonCodec(
      (value: string) => ({ name: value }),
      (json) => jsonText(json, 'name'),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        assert.throws(() => strict.decode(new ByteReader(Buffer.from(bytes))), { name: 'MalformedBytesError' });
      }),
    );
  });
});

describe('a property of a JSON object', () => {
  it('is never one that every object has', () => {
    assert.equal(jsonProperty({}, 'toString'), undefined);
    assert.equal(jsonProperty(JSON.parse('{"__proto__":1}'), '__proto__'), 1);
  });

  it('of another type is refused with its name', () => {
    assert.throws(() => jsonText({ name: 7 }, 'name'), /expected name to be a string, got a number/);
    assert.throws(() => jsonText([], 'name'), /expected an object, got a list/);
    assert.throws(() => jsonList({ items: null }, 'items', String), /expected items to be a list, got null/);
    assert.equal(jsonText({}, 'name', 'nobody'), 'nobody');
    assert.throws(() => jsonText({}, 'name'), /got undefined/);
  });
});

function read(bytes: Buffer): unknown {
  return codec.decode(new ByteReader(bytes));
}
