import assert from 'node:assert/strict';
import { ByteReader, MalformedBytesError } from '../../src/util/byte-reader.ts';
import { ByteWriter } from '../../src/util/byte-writer.ts';
import type { Codec } from '../../src/wire/codec.ts';

export function encode(codec: Codec<unknown>, value: unknown): Buffer {
  const writer = new ByteWriter(16);
  codec.encode(value, writer);
  return writer.take();
}

/** Bytes of whatever origin are a value, on which `check` may ask more, or malformed. */
export function decodesOrIsMalformed(codec: Codec<unknown>, input: Uint8Array, check: (value: unknown) => void = () => undefined): void {
  let value: unknown;
  try {
    value = codec.decode(new ByteReader(input));
  } catch (error) {
    assert.ok(error instanceof MalformedBytesError, String(error));
    return;
  }
  check(value);
  // Whatever was accepted is a value of the type: it can be sent on.
  encode(codec, value);
}
