import { RpcError } from '../../src/errors/rpc-error.ts';
import { ByteReader, MalformedBytesError } from '../../src/util/byte-reader.ts';
import { ByteWriter } from '../../src/util/byte-writer.ts';
import type { Codec } from '../../src/wire/codec.ts';
import { readError } from '../../src/wire/error-payload.ts';
import { FrameDecoder } from '../../src/wire/frame-decoder.ts';
import { readHello } from '../../src/wire/hello.ts';
import { readMetadata } from '../../src/wire/metadata.ts';
import { readRequestHead } from '../../src/wire/request-head.ts';
import { computeErrorCodec, computeMethods } from '../golden/codegen/generated/compute/codec.ts';
import { shapeStoreErrorCodec, shapeStoreMethods } from '../golden/codegen/generated/shape-store/codec.ts';
import type { Conversation } from './corpus.ts';
import type { Dice } from './dice.ts';
import type { CaseResult } from './fuzz-engines.ts';
import { mutateBytes, mutateFrames } from './mutate.ts';

/** Gives a decoder the bytes of a mutated conversation in pieces of any size. */
export function fuzzDecoder(corpus: readonly Conversation[], dice: Dice): CaseResult {
  const frames = mutateFrames(dice.pick(corpus).toServer, dice.pick(corpus).toClient, dice);
  const stream = Buffer.concat(frames.map(({ bytes }) => bytes));
  let violation: string | undefined;
  const decoder = new FrameDecoder((frame) => {
    if (frame.start > frame.end || frame.end > frame.bytes.length || frame.end - frame.start > 16_384)
      throw new Error('a frame outside of its bytes');
    if (dice.chance(0.001)) decoder.stop();
  });
  for (let at = 0; at < stream.length && violation === undefined; ) {
    const end = Math.min(stream.length, at + 1 + dice.below(dice.pick([3, 100, 70_000])));
    violation = decoder.push(stream.subarray(at, end));
    at = end;
  }
  return { frames: frames.length, outcome: violation === undefined ? 'lives' : violation.replaceAll(/\d+/g, 'N') };
}

/** Gives the readers of payloads and the generated codecs mutated bytes: each is a value, or malformed. */
export function fuzzReaders(corpus: readonly Conversation[], dice: Dice): CaseResult {
  const conversation = dice.pick(corpus);
  const recorded = [...conversation.toServer, ...conversation.toClient].slice(0, 40);
  let malformed = 0;
  let read = 0;
  const attempt = (task: () => void): void => {
    read++;
    try {
      task();
    } catch (error) {
      if (!(error instanceof MalformedBytesError) && !(error instanceof RpcError)) throw error;
      malformed++;
    }
  };
  for (const { bytes } of recorded) {
    const payload = mutateBytes(bytes.subarray(8, 600), dice);
    attempt(() => readRequestHead(dice.below(256), new ByteReader(payload)));
    attempt(() => dice.pick([readHello, readError, readMetadata])(new ByteReader(payload)));
  }
  for (let i = 0; i < 40; i++) {
    const { codec, bytes } = dice.pick(SAMPLES);
    const mutated = mutateBytes(bytes, dice);
    attempt(() => reread(codec, mutated));
  }
  return { frames: read, outcome: malformed === read ? 'malformed' : 'lives' };
}

/** What was accepted is a value of the type: it can be sent on, and means the same then. */
function reread(codec: Codec<unknown>, bytes: Buffer): void {
  const value = codec.decode(new ByteReader(bytes));
  const encoded = encode(codec, value);
  const again = encode(codec, codec.decode(new ByteReader(encoded)));
  if (!encoded.equals(again)) throw new Error('a value changed on its second way');
}

function encode(codec: Codec<unknown>, value: unknown): Buffer {
  const writer = new ByteWriter(64);
  try {
    codec.encode(value, writer);
  } catch (error) {
    throw new Error(`what was decoded cannot be encoded: ${String(error)}`, { cause: error });
  }
  return writer.take();
}

interface Sample {
  readonly codec: Codec<unknown>;
  readonly bytes: Buffer;
}

const shape = { kind: 'circle', radius: 2, label: 'round' };
const EVERYTHING = {
  id: 'id',
  created: new Date(1_700_000_000_000),
  text: 'text ünïcode 🙂',
  number: 1.5,
  flag: true,
  bytes: Buffer.alloc(50, 3),
  big: 2n ** 100n,
  level: 'low',
  only: 'one',
  'quoted-name': 'q',
  value: -0,
  writer: 'w',
  readText: '',
  class: false,
  tags: ['a', 'b', ''],
  matrix: [[1, 2], [], [3]],
  maybe: ['x', null],
  nullable: { name: 'n' },
  nested: { name: 'm' },
  inners: [{ name: '1' }, { name: '2' }],
  point: { x: 1, y: 2 },
  points: [{ x: 1, level: 'high' }],
  shape,
  shapes: [shape, { kind: 'none' }, { kind: 'square', side: 1 }, { kind: 'ellipse', a: 1, b: 2 }],
  alias: ['z'],
};
const chain = { next: { chain: { next: { chain: {}, parent: null } }, parent: { next: { chain: {}, parent: {} } } } };
const tree = {
  kind: 'node',
  children: [
    { kind: 'leaf', value: 1 },
    { kind: 'node', children: [{ kind: 'leaf', value: 2 }] },
  ],
};
const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${String(i).padStart(2, '0')}`, i < 28 ? i : 'x']));

const VALUES: readonly (readonly [unknown, unknown])[] = [
  [shapeStoreMethods.everything.response, EVERYTHING],
  [
    shapeStoreMethods.optional.response,
    { id: 1, text: 't', date: new Date(0), inner: { name: 'i' }, list: [1, 2], nullable: null, loose: true, shape },
  ],
  [shapeStoreMethods.many.response, many],
  [shapeStoreMethods.tree.response, tree],
  [shapeStoreMethods.chain.response, chain],
  [shapeStoreMethods.texts.response, ['one', 'two', 'dreißig']],
  [shapeStoreMethods.maybe.response, { name: 'maybe' }],
  [shapeStoreMethods.numbers.response, [1, 2, 3, Number.NaN]],
  [shapeStoreMethods.big.response, -(2n ** 70n)],
  [shapeStoreMethods.date.response, new Date(1)],
  [shapeStoreMethods.optionalParameters.request, { options: 'o', context: 1, request: { name: 'r' } }],
  [shapeStoreErrorCodec, { reason: 'because', shape }],
  [computeErrorCodec, { kind: 'OVER_LIMIT', limit: 3 }],
  [computeMethods.processTask.request, { taskId: 't', data: Buffer.alloc(30) }],
  [computeMethods.watch.request, { topic: 'news', since: new Date(5) }],
];

const SAMPLES: readonly Sample[] = VALUES.map(([codec, value]) => ({
  codec: codec as Codec<unknown>,
  bytes: encode(codec as Codec<unknown>, value),
}));
