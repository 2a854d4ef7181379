import { ByteReader } from '../../../src/util/byte-reader.ts';
import type { Codec } from '../../../src/wire/codec.ts';
import { FrameBuffer } from '../../../src/wire/frame-buffer.ts';
import { type CodecContender, forEachMessage, identity, type MessageCodec } from '../codec-contender.ts';
import { sampleMethods } from '../generated/sample/codec.ts';
import type { MessageName } from '../messages.ts';

/** Generated codecs, which check every value, on the memory that a connection writes its frames into; each message is taken out of it alone. */
export const rpcnet: CodecContender = {
  name: 'RpcNet',
  note: 'checks every value; each message is taken out of the buffer of frames alone',
  packages: [],
  role: 'subject',
  messages: forEachMessage((name) => takenAlone(codecOf(name))),
};

/** What calls do: messages stay in the buffer of frames until the batch leaves. */
export const rpcnetInBatches: CodecContender = {
  name: 'RpcNet in batches',
  note: 'the same, with messages of a batch taken out together, as calls do',
  packages: [],
  role: 'variant',
  messages: forEachMessage((name) => takenInBatches(codecOf(name))),
};

function takenAlone(codec: Codec<unknown>): MessageCodec<unknown> {
  const frames = new FrameBuffer();
  const reader = new ByteReader(new Uint8Array());
  const encode = (value: unknown): Uint8Array => {
    codec.encode(value, frames.writer);
    return frames.take();
  };
  return {
    prepare: identity,
    encode,
    encodeAlone: encode,
    decode: (bytes) => codec.decode(reader.reset(bytes as Buffer, 0, bytes.length)),
    toPlain: identity,
  };
}

function takenInBatches(codec: Codec<unknown>): MessageCodec<unknown> {
  const frames = new FrameBuffer();
  let batch: Uint8Array = frames.take();
  return {
    ...takenAlone(codec),
    encode: (value) => {
      codec.encode(value, frames.writer);
      if (frames.pendingBytes >= BATCH_BYTES) batch = frames.take();
      return batch;
    },
  };
}

function codecOf(name: MessageName): Codec<unknown> {
  return sampleMethods[name].response as Codec<unknown>;
}

/** A usual batch of a busy connection. */
const BATCH_BYTES = 16_384;
