import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { ByteReader, MalformedBytesError } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import { readError, writeError } from '../../../src/wire/error-payload.ts';
import { commonVersion, type Hello, readHello, writeHello } from '../../../src/wire/hello.ts';
import { checkMetadata, NO_METADATA, readMetadata, writeMetadata } from '../../../src/wire/metadata.ts';
import { readRequestHead, writeRequestHead } from '../../../src/wire/request-head.ts';

const metadata = fc.dictionary(
  fc.stringMatching(/^[a-z0-9._-]{1,20}$/),
  fc.oneof(fc.string({ maxLength: 30 }), fc.uint8Array({ maxLength: 30 })),
  { maxKeys: 8 },
);

describe('metadata', () => {
  it('arrives as it was sent', () => {
    fc.assert(
      fc.property(metadata, (pairs) => {
        assert.deepEqual(
          {
            ...roundTrip(
              (writer) => writeMetadata(pairs, writer),
              (reader) => readMetadata(reader),
            ),
          },
          { ...pairs },
        );
      }),
    );
  });

  it('with a key like __proto__ stays plain data', () => {
    const writer = new ByteWriter();
    writer.writeVarint(1);
    writer.writeString('__proto__');
    writer.writeUint8(0);
    writer.writeString('x');
    const read = readMetadata(new ByteReader(writer.take()));
    assert.equal(Object.getPrototypeOf(read), null);
    assert.deepEqual(Object.keys(read), ['__proto__']);
  });

  it('above 8 KiB is refused on both sides', () => {
    const big = { key: 'x'.repeat(9_000) };
    const refusal = { code: 'RESOURCE_EXHAUSTED', retryable: false, message: /takes 9008 bytes, the most is 8192 \(maxMetadataBytes\)/ };
    const writer = new ByteWriter();
    assert.throws(() => writeMetadata(big, writer), refusal);
    assert.equal(writer.position, 0);
    writeMetadata(big, writer, 10_000);
    const reader = new ByteReader(writer.take());
    assert.throws(() => readMetadata(reader), refusal);
    assert.equal(reader.remaining, 0);
  });

  it('is measured as it is encoded', () => {
    fc.assert(
      fc.property(metadata, (pairs) => {
        const writer = new ByteWriter();
        writeMetadata(pairs, writer);
        const bytes = writer.position;
        checkMetadata(pairs, bytes);
        assert.throws(() => checkMetadata(pairs, bytes - 1), { code: 'RESOURCE_EXHAUSTED' });
      }),
    );
  });

  it('with a value of another kind, or another type, is refused', () => {
    const bytes = Buffer.from([1, 1, 0x61, 2, 0]);
    assert.throws(() => readMetadata(new ByteReader(bytes)), MalformedBytesError);
    assert.throws(() => writeMetadata({ key: 7 as never }, new ByteWriter()), { code: 'INVALID_ARGUMENT', message: /key.*got number/ });
  });

  it('keeps its bytes when the input they came in is used again', () => {
    const writer = new ByteWriter();
    writeMetadata({ key: new Uint8Array([1, 2, 3]) }, writer);
    const input = writer.take();
    const read = readMetadata(new ByteReader(input));
    input.fill(0);
    assert.deepEqual(read.key, new Uint8Array([1, 2, 3]));
  });

  it('with text that is not well-formed is refused', () => {
    assert.throws(() => writeMetadata({ key: '\ud800' }, new ByteWriter()), { code: 'INVALID_ARGUMENT' });
  });
});

describe('a request head', () => {
  it('arrives as it was written, with only the parts it has', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.nat(),
          fc
            .string({ minLength: 1, maxLength: 80 })
            .map((name) => ({ name: name.toWellFormed(), kind: 'unary' as const, fingerprint: '' })),
        ),
        fc.option(fc.nat()),
        fc.option(metadata),
        (method, ms, pairs) => {
          const head = { method, remainingMs: ms ?? Number.POSITIVE_INFINITY, metadata: pairs ?? NO_METADATA };
          const writer = new ByteWriter();
          const flags = writeRequestHead(head, writer);
          const read = readRequestHead(flags, new ByteReader(writer.take()));
          assert.deepEqual({ ...read, metadata: { ...read.metadata } }, { ...head, metadata: { ...head.metadata } });
        },
      ),
    );
  });
});

describe('an error', () => {
  it('crosses the wire with code, text, details and metadata, without stack and cause', () => {
    const error = new RpcError('ABORTED', 'too hot', { metadata: { hint: 'cool down' }, cause: new Error('secret') });
    const payload = roundTrip((writer) => writeError(error, Buffer.from([1, 2, 3]), writer), readError);
    assert.deepEqual(
      { ...payload, metadata: { ...payload.metadata } },
      {
        code: 'ABORTED',
        message: 'too hot',
        retryable: false,
        metadata: { hint: 'cool down' },
        retryAfterMs: undefined,
        details: Buffer.from([1, 2, 3]),
      },
    );
  });

  it('always fits a frame: long text is cut, large details are left behind and mentioned', () => {
    const error = new RpcError('INTERNAL', '€'.repeat(50_000), { metadata: { a: 'x'.repeat(4_000), b: 'y'.repeat(4_100) } });
    const largest = new ByteWriter();
    writeError(error, Buffer.alloc(4_096), largest);
    assert.ok(largest.position > 15_000 && largest.position <= 16_384, `${largest.position}`);
    const writer = new ByteWriter();
    writeError(error, Buffer.alloc(5_000), writer);
    const payload = readError(new ByteReader(writer.take()));
    assert.equal(payload.details, undefined);
    assert.match(payload.message, /details of 5000 bytes are above the limit of 4096/);
  });
});

describe('the metadata of an error', () => {
  it('is left behind and mentioned when it may not travel, whatever else the error has', () => {
    for (const metadata of [{ a: 'x'.repeat(9_000) }, { 'Bad Key': 'x'.repeat(5_000) }]) {
      const writer = new ByteWriter();
      writeError(new RpcError('INTERNAL', '€'.repeat(50_000), { metadata, retryAfterMs: 5 }), Buffer.alloc(4_096), writer);
      assert.ok(writer.position <= 16_384, `${writer.position}`);
      const payload = readError(new ByteReader(writer.take()));
      assert.deepEqual([{ ...payload.metadata }, payload.retryAfterMs, payload.details?.length], [{}, 5, 4_096]);
      assert.match(payload.message, /its metadata was left behind/);
    }
  });

  it('above the limit of the reader is left out and mentioned', () => {
    const writer = new ByteWriter();
    writeError(new RpcError('NOT_FOUND', 'gone', { metadata: { a: 'x'.repeat(100) } }), Buffer.from('d'), writer);
    const payload = readError(new ByteReader(writer.take()), 50);
    assert.deepEqual([payload.code, { ...payload.metadata }, String(payload.details)], ['NOT_FOUND', {}, 'd']);
    assert.match(payload.message, /^gone \(its metadata was left behind: The metadata takes 105 bytes, the most is 50/);
  });
});

describe('a HELLO', () => {
  const hello: Hello = {
    minVersion: 1,
    maxVersion: 3,
    features: 5,
    maxMessageBytes: 1_000,
    maxCalls: 10,
    maxLanes: 4,
    callCreditBytes: 65_536,
    connectionCreditBytes: 1_000_000,
    methods: [
      { name: 'A.b', kind: 'unary', fingerprint: '' },
      { name: 'A.c', kind: 'bidirectional', fingerprint: '00000000000000ff' },
    ],
  };

  it('arrives as it was written, and what a later version appended is ignored', () => {
    const writer = new ByteWriter();
    writeHello(hello, writer);
    writer.writeString('from the future');
    assert.deepEqual(readHello(new ByteReader(writer.take())), hello);
  });

  it('is understood when the version ranges overlap, and only then', () => {
    assert.equal(commonVersion(hello), 1);
    assert.equal(commonVersion({ ...hello, minVersion: 2 }), undefined);
    assert.equal(commonVersion({ ...hello, minVersion: 0, maxVersion: 0 }), undefined);
  });

  it('of any bytes is a HELLO or malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, hasMagic) => {
        const writer = new ByteWriter();
        if (hasMagic) writer.writeRaw(Buffer.from('RPCN'));
        writer.writeRaw(bytes);
        try {
          readHello(new ByteReader(writer.take()));
        } catch (error) {
          assert.ok(error instanceof MalformedBytesError, String(error));
        }
      }),
    );
  });
});

function roundTrip<T>(write: (writer: ByteWriter) => void, read: (reader: ByteReader) => T): T {
  const writer = new ByteWriter();
  write(writer);
  const reader = new ByteReader(writer.take());
  const value = read(reader);
  assert.equal(reader.remaining, 0);
  return value;
}
