import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_CALL_SETTINGS } from '../../../src/call/call-settings.ts';
import { CloseCode } from '../../../src/call/close-code.ts';
import { OVERHEAD_BYTES } from '../../../src/cluster/gossip-cipher.ts';
import { joinMethod, pingMethod, securityMethod, syncMethod, tagsMethod } from '../../../src/cluster/internal-methods.ts';
import { JOIN_TOKEN_KEY } from '../../../src/cluster/peer-guard.ts';
import { ERROR_CODES } from '../../../src/errors/codes.ts';
import { MAX_ADDRESS_BYTES, MAX_INLINE_TAG_BYTES, MAX_NODE_ID_BYTES, MAX_TAG_BYTES } from '../../../src/swim/limits.ts';
import { writePart } from '../../../src/swim/message-codec.ts';
import { MAX_PARTS, type Part } from '../../../src/swim/messages.ts';
import { STATE_RANK } from '../../../src/swim/precedence.ts';
import { PAGE_SIZE } from '../../../src/swim/sync.ts';
import { APPLICATION_CODE_BASE } from '../../../src/transports/quic/quic-error.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import { FrameFlag, FrameType } from '../../../src/wire/frame.ts';
import { FrameBuffer } from '../../../src/wire/frame-buffer.ts';
import { ALPN, type Hello, VERSIONS, writeHello } from '../../../src/wire/hello.ts';
import * as limits from '../../../src/wire/limits.ts';
import { NO_METADATA } from '../../../src/wire/metadata.ts';
import { writeRequestHead } from '../../../src/wire/request-head.ts';
import { MAX_BIGINT_BYTES } from '../../../src/wire/values/bigint.ts';
import { MAX_DEPTH } from '../../../src/wire/values/struct.ts';
import { codeBlocks, hexBytes, missingRows, readDocument, sectionOf, tableRows } from './markdown.ts';

const document = readDocument('docs/protocol.md');

describe('docs/protocol.md', () => {
  test('lists exactly the frame types', () => {
    assertRows(
      'Frame types',
      Object.entries(FrameType).map(([name, number]) => [String(number), name]),
    );
  });

  test('lists exactly the frame flags', () => {
    assertRows(
      'Frame flags',
      Object.entries(FrameFlag).map(([name, bit]) => [String(bit), name]),
    );
  });

  test('lists every error code with its number', () => {
    const pairs = tableRows(sectionOf(document, 'Errors')).flatMap(([a = '', b = '', c = '', d = '']) => [`${a} ${b}`, `${c} ${d}`]);
    assert.deepEqual(
      Object.entries(ERROR_CODES).filter(([name, number]) => !pairs.includes(`${number} ${name}`)),
      [],
    );
  });

  test('lists exactly the close codes, as they are and as QUIC carries them', () => {
    assertRows(
      'Close codes',
      Object.entries(CloseCode).map(([name, code]) => [hex(code), hex(code + APPLICATION_CODE_BASE), name]),
    );
  });

  test('lists exactly the fields of HELLO', () => {
    const hello: Record<keyof Hello, true> = {
      minVersion: true,
      maxVersion: true,
      features: true,
      maxMessageBytes: true,
      maxCalls: true,
      maxLanes: true,
      callCreditBytes: true,
      connectionCreditBytes: true,
      methods: true,
    };
    assertRows('HELLO', [['magic'], ...Object.keys(hello).map((name) => [name]), ['name'], ['kind'], ['fingerprint']]);
  });

  test('has the limits of the code', () => {
    assertRows('Limits', [
      ['payload of a frame', grouped(limits.MAX_FRAME_PAYLOAD_BYTES)],
      ['all of HELLO', grouped(limits.MAX_HELLO_BYTES)],
      ['method name, bytes', grouped(limits.MAX_METHOD_NAME_BYTES)],
      ['layout of a method, bytes', grouped(limits.MAX_LAYOUT_BYTES)],
      ['metadata of a call, bytes', grouped(DEFAULT_CALL_SETTINGS.maxMetadataBytes), 'maxMetadataBytes'],
      ['text of an error, characters', grouped(limits.MAX_ERROR_MESSAGE_CHARACTERS)],
      ['details of an error, bytes', grouped(limits.MAX_ERROR_DETAILS_BYTES)],
      ['smallest credit window, bytes', grouped(limits.MIN_CREDIT_BYTES)],
      ['charge of a MESSAGE frame besides its payload', grouped(limits.MESSAGE_CHARGE_BYTES)],
      ['message, bytes', grouped(DEFAULT_CALL_SETTINGS.maxMessageBytes), 'maxMessageBytes'],
      ['window of a call, bytes', grouped(DEFAULT_CALL_SETTINGS.callCreditBytes), 'callCreditBytes'],
      ['window of a connection, bytes', grouped(DEFAULT_CALL_SETTINGS.connectionCreditBytes), 'connectionCreditBytes'],
      ['lanes', grouped(DEFAULT_CALL_SETTINGS.maxLanes), 'maxLanes'],
      ['calls in flight on a connection', grouped(DEFAULT_CALL_SETTINGS.maxCalls), 'maxCalls'],
    ]);
  });

  test('has the times of the liveness check', () => {
    const section = sectionOf(document, 'Liveness');
    const { livenessTimeoutMs, keepAliveMs, helloTimeoutMs } = DEFAULT_CALL_SETTINGS;
    assert.ok(section.includes(`\`livenessTimeoutMs\` of ${grouped(livenessTimeoutMs)}`));
    assert.ok(section.includes(`\`keepAliveMs\` (${grouped(keepAliveMs)},`));
    assert.ok(section.includes(`\`helloTimeoutMs\` (${grouped(helloTimeoutMs)})`));
  });

  test('names the protocol as TLS does', () => {
    assert.ok(document.startsWith(`# The protocol \`${ALPN}\``));
  });

  test('shows the example as the code writes it', () => {
    const shown = codeBlocks(sectionOf(document, 'An example'), 'hex').map((block) => hexBytes(block));
    assert.deepEqual(shown, exampleFrames());
  });

  test('has the limits of values', () => {
    const section = sectionOf(document, 'Values of generated codecs');
    assert.ok(section.includes(`varint length of at most ${grouped(MAX_BIGINT_BYTES)}`));
    assert.ok(section.includes(`up to ${MAX_DEPTH} levels deep`));
  });

  test('lists exactly the parts of gossip datagrams with their numbers', () => {
    assertRows('Gossip datagrams', [
      ['version'],
      ['key id'],
      ['session'],
      ['counter'],
      ...Object.values(PARTS).map((part) => [String(partType(part)), part.kind]),
    ]);
  });

  test('has the limits of gossip', () => {
    const section = sectionOf(document, 'Gossip datagrams');
    for (const text of [
      `${OVERHEAD_BYTES} for the encryption`,
      `at most ${MAX_PARTS} parts`,
      `1 to ${MAX_NODE_ID_BYTES} bytes`,
      `at most ${MAX_ADDRESS_BYTES} bytes`,
      `at most ${MAX_INLINE_TAG_BYTES} bytes together`,
      `up to ${MAX_TAG_BYTES.toLocaleString('en')} bytes`,
      `States are ${Object.entries(STATE_RANK)
        .map(([state, rank]) => `${rank} ${state}`)
        .join(', ')}.`,
    ]) {
      assert.ok(section.includes(text), text);
    }
  });

  test('lists exactly the internal methods', () => {
    const rows = tableRows(sectionOf(document, 'Internal methods')).filter(([first = '']) => first.startsWith('`rpcnet.'));
    assert.deepEqual(
      rows.map(([name = '']) => name.replaceAll('`', '')).sort(),
      [joinMethod, syncMethod, pingMethod, securityMethod, tagsMethod].map(({ name }) => name).sort(),
    );
    assert.ok(sectionOf(document, 'Internal methods').includes(`\`${JOIN_TOKEN_KEY}\``));
    assert.ok(sectionOf(document, 'Sync').includes(`Above ${grouped(PAGE_SIZE)} members`));
  });
});

/** The section's tables have these rows, by the first cells, and no others besides their heads. */
function assertRows(heading: string, expected: readonly (readonly string[])[]): void {
  const section = sectionOf(document, heading);
  assert.deepEqual(missingRows(section, expected), []);
  const heads = [...section.matchAll(/^\|[\s|:-]+\|$/gm)].length;
  assert.equal(tableRows(section).length - heads, expected.length, `the tables under "${heading}" have rows that the code does not know`);
}

function exampleFrames(): string[] {
  const said = { ...DEFAULT_CALL_SETTINGS, minVersion: VERSIONS.min, maxVersion: VERSIONS.max, features: 0 };
  return [
    frameOf(FrameType.HELLO, 0, (to) => writeHello({ ...said, maxCalls: 0, methods: [] }, to)),
    frameOf(FrameType.HELLO, 0, (to) => writeHello({ ...said, methods: [{ name: 'Echo.bytes', kind: 'unary', fingerprint: '' }] }, to)),
    frameOf(FrameType.REQUEST, 1, (to) => {
      const flags = writeRequestHead({ method: 0, remainingMs: 1_000, metadata: NO_METADATA }, to);
      to.writeRaw(Buffer.from('hi'));
      return flags | FrameFlag.DATA;
    }),
    frameOf(FrameType.RESPONSE, 1, (to) => to.writeRaw(Buffer.from('ok'))),
  ];
}

/** A frame as hex; `write` appends the payload and may give flags. */
function frameOf(type: number, callId: number, write: (writer: ByteWriter) => unknown): string {
  const frames = new FrameBuffer();
  const start = frames.begin(type, 0, callId);
  const flags = write(frames.writer);
  frames.addFlags(start, typeof flags === 'number' ? flags : 0);
  frames.finish(start);
  return frames.take().toString('hex');
}

function partType(part: Part): number {
  const writer = new ByteWriter();
  writePart(writer, part);
  return writer.view()[0] ?? 0;
}

const version = { nodeId: 'n', epoch: 1, incarnation: 0 };
const addresses = { address: 'h:1', gossipAddress: 'h:2' };
const PARTS: { readonly [Kind in Part['kind']]: Extract<Part, { kind: Kind }> } = {
  ping: { kind: 'ping', sequence: 1, targetId: 'n', targetEpoch: 1 },
  ack: { kind: 'ack', sequence: 1 },
  pingRequest: { kind: 'pingRequest', sequence: 1, targetId: 'n', targetEpoch: 1, timeoutMs: 1 },
  nack: { kind: 'nack', sequence: 1 },
  alive: { kind: 'alive', ...version, ...addresses, tags: {} },
  suspect: { kind: 'suspect', ...version, from: 'm' },
  failed: { kind: 'failed', ...version, from: 'm' },
  left: { kind: 'left', ...version },
  youAre: { kind: 'youAre', state: 'alive', epoch: 1, incarnation: 0, ...addresses },
  rival: { kind: 'rival', address: 'h:1' },
};

function hex(value: number): string {
  return `0x${value.toString(16).toUpperCase()}`;
}

function grouped(value: number): string {
  return value.toLocaleString('en');
}
