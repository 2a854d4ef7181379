import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader, MalformedBytesError } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import { readShortAscii, SHORT_ASCII } from '../../../src/wire/values/short-ascii.ts';
import { readText, writeText } from '../../../src/wire/values/text.ts';

const ALPHABET = 'The quick brown fox jumps over the lazy dog, 0123456789.';

test('text of every short length comes back, also with another character anywhere in it', () => {
  for (let length = 0; length <= 50; length++) {
    const ascii = ALPHABET.slice(0, length);
    assert.equal(roundTrip(ascii), ascii);
    for (let at = 0; at < length; at++) {
      for (const other of ['é', '€', '😀', '\0', '\x7f', '\x80', '\ufffd']) {
        const mixed = ascii.slice(0, at) + other + ascii.slice(at + 1);
        assert.equal(roundTrip(mixed), mixed);
      }
    }
  }
});

test('a byte that is not UTF-8 is malformed in text of every short length', () => {
  for (let length = 1; length <= 50; length++) {
    for (let at = 0; at < length; at++) {
      const bytes = Buffer.from(`${String.fromCharCode(length)}${ALPHABET.slice(0, length)}`, 'latin1');
      bytes[1 + at] = 0xff;
      assert.throws(() => readText(new ByteReader(bytes)), MalformedBytesError);
    }
  }
});

test('text longer than the short way takes is left to the other one', () => {
  const bytes = Buffer.from(ALPHABET);
  assert.equal(readShortAscii(bytes, 0, SHORT_ASCII), ALPHABET.slice(0, SHORT_ASCII));
  assert.equal(readShortAscii(bytes, 0, SHORT_ASCII + 1), undefined);
});

function roundTrip(text: string): string {
  const writer = new ByteWriter(1);
  assert.ok(writeText(writer, text));
  const reader = new ByteReader(writer.take());
  const back = readText(reader);
  assert.equal(reader.remaining, 0);
  return back;
}
