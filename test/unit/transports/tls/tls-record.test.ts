import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  closeRecord,
  MAX_LANES,
  RECORD_HEADER_BYTES,
  RecordKind,
  RecordReader,
  refusalRecord,
  writeRecordHeader,
} from '../../../../src/transports/tls/tls-record.ts';

describe('records on a TLS socket', () => {
  it('come out as they went in, in pieces of any size', () => {
    const record = fc.record({ lane: fc.nat(2 * MAX_LANES - 1), bytes: fc.uint8Array({ maxLength: 60 }) });
    const property = fc.property(fc.array(record), fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (records, sizes) => {
      const sent = Buffer.concat([...records.map(dataRecord), closeRecord(7, 'ünd Schluß')]);
      const { heard, reader } = listening();
      for (let at = 0, i = 0; at < sent.length; i++) {
        const size = sizes[i % sizes.length]!;
        assert.equal(reader.push(sent.subarray(at, at + size)), undefined);
        at += size;
      }
      const lanes = new Map<number, Buffer>();
      for (const { lane, bytes } of heard.data) lanes.set(lane, Buffer.concat([lanes.get(lane) ?? Buffer.alloc(0), bytes]));
      for (const lane of new Set(records.filter(({ bytes }) => bytes.length > 0).map((one) => one.lane))) {
        const expected = Buffer.concat(records.filter((one) => one.lane === lane).map(({ bytes }) => bytes));
        assert.deepEqual(lanes.get(lane), expected);
      }
      assert.deepEqual(heard.ends, ['close 7 ünd Schluß']);
    });
    fc.assert(property);
  });

  it('are handed on without waiting for the whole, and without a copy', () => {
    const { heard, reader } = listening();
    const sent = dataRecord({ lane: 4, bytes: Buffer.from('abcdef') });
    reader.push(sent.subarray(0, RECORD_HEADER_BYTES + 2));
    assert.equal(heard.data.length, 1);
    assert.equal(heard.data[0]!.bytes.buffer, sent.buffer);
  });

  it('stop where the receiver says so', () => {
    const { heard, reader } = listening();
    heard.stopAfterData = true;
    reader.push(Buffer.concat([dataRecord({ lane: 0, bytes: Buffer.from('a') }), closeRecord(1, ''), refusalRecord('X')]));
    assert.equal(heard.data.length, 1);
    assert.deepEqual(heard.ends, []);
  });

  it('never throw, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const { reader } = listening();
        for (const chunk of chunks) if (reader.push(Buffer.from(chunk)) !== undefined) return;
      }),
    );
  });
});

interface Heard {
  readonly data: { lane: number; bytes: Buffer }[];
  readonly ends: string[];
  stopAfterData: boolean;
}

function listening(): { heard: Heard; reader: RecordReader } {
  const heard: Heard = { data: [], ends: [], stopAfterData: false };
  const reader: RecordReader = new RecordReader({
    onData: (lane, bytes) => {
      heard.data.push({ lane, bytes });
      if (heard.stopAfterData) reader.stop();
    },
    onClose: (code, reason) => heard.ends.push(`close ${code} ${reason}`),
    onRefusal: (problem) => heard.ends.push(`refusal ${problem}`),
  });
  return { heard, reader };
}

function dataRecord({ lane, bytes }: { lane: number; bytes: Uint8Array }): Buffer {
  const record = Buffer.alloc(RECORD_HEADER_BYTES + bytes.length);
  writeRecordHeader(record, 0, { kind: RecordKind.DATA, lane, length: bytes.length });
  record.set(bytes, RECORD_HEADER_BYTES);
  return record;
}
